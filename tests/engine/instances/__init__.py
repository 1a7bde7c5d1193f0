"""Process instances: called ones, their variables, and what a long life costs."""
