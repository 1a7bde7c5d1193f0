"""Reading and checking diagrams."""
