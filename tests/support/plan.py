"""The plan of the project as the tests deploy it."""

from __future__ import annotations

from pathlib import Path

from engine import Source

PROJECT = Path(__file__).parents[2]
WORKFLOWS = PROJECT / "workflows"


def plan_sources() -> list[Source]:
    """Every diagram of ``workflows/``, by file name."""
    return [Source(path.name, path.read_bytes()) for path in sorted(WORKFLOWS.glob("*.bpmn"))]
