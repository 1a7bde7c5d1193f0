"""Tests of the engine by its public methods, on SQLite and on PostgreSQL."""
