"""Writes ``docs/bpmn.md``: ``python -m tests.reference``."""

from __future__ import annotations

from pathlib import Path

from tests.reference.page import page

TARGET = Path(__file__).parents[2] / "docs" / "bpmn.md"

if __name__ == "__main__":
    TARGET.write_text(page(), "utf-8")
