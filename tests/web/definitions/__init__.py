"""Pages of diagrams and decisions: uploaded, drawn, shown as tables, and moved to."""
