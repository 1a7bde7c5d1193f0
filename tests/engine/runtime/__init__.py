"""How tokens move: the executor by itself, on small processes, without a database."""
