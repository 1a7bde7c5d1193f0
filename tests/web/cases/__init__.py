"""Pages of cases: what is shown of them, what is done with them, and what stopped."""
