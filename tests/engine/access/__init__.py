"""Who may do what, role by role."""
