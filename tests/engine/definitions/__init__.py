"""Diagrams going live: checked, versioned, refused; those of other tools, and hostile ones."""
