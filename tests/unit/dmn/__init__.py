"""Decisions: tables, boxed expressions, requirements, types, files, budgets."""
