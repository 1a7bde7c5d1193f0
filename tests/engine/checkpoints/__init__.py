"""Checkpoints: made, published, vouched for by others, and held against the database."""
