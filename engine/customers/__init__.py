"""Who the contracts are with."""
