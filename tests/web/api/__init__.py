"""The REST API, asked as a program would ask it."""
