"""Signing in with more than a password, and the page of one's own sign-ins."""
