"""Who is there: accounts, sessions and tokens."""
