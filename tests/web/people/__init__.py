"""Signing in, the people who work here, and their tokens."""
