"""What people do with their tasks, and why a task is due when it is."""
