"""The companies that the contracts are with."""
