"""The rules of the house as tests: what keeps the code easy to find one's way in."""
