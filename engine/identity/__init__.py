"""Who somebody is: people and passwords, sign-in attempts, sessions, API tokens."""
