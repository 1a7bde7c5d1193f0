"""Who somebody is: people and their passwords, sessions, API tokens."""
