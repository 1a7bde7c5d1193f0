"""Measurements: what a step, a list, a timer costs. Run by hand, never with the tests."""
