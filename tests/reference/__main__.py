"""Writes ``docs/bpmn.md``, and the tables of ``docs/process-owner.md`` and ``docs/python.md``:
``python -m tests.reference``."""

from __future__ import annotations

from pathlib import Path

from tests.reference import extensions, python_api
from tests.reference.page import page

DOCS = Path(__file__).parents[2] / "docs"
TARGET = DOCS / "bpmn.md"
PROCESS_OWNER = DOCS / "process-owner.md"
PYTHON = DOCS / "python.md"

if __name__ == "__main__":
    TARGET.write_text(page(), "utf-8")
    for file, module in ((PROCESS_OWNER, extensions), (PYTHON, python_api)):
        file.write_text(module.written_into(file.read_text("utf-8")), "utf-8")
