"""Pages of tasks: the list of one's own, and one task, filled in and signed."""
