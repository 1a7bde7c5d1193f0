"""Running instances moved to another version: pairs of small diagrams, on both databases."""
