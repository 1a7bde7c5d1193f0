"""Input by chance for everything that reads what others have written (README.md)."""
