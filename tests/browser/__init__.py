"""Tests that look at the pages as a person does: in a real Chromium, with keys and clicks."""
