"""Every read of the engine, on rows that the tests write themselves, on both databases."""
