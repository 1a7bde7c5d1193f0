"""The plan of the project as the tests deploy it."""

from __future__ import annotations

from engine import Config, Source, load_config
from tests.support.files import PROJECT

WORKFLOWS = PROJECT / "workflows"


def plan_sources() -> list[Source]:
    """Every diagram of ``workflows/``, by file name."""
    return [Source(path.name, path.read_bytes()) for path in sorted(WORKFLOWS.glob("*.bpmn"))]


def project_config() -> Config:
    """The settings of the project: its roles and the values of its plan."""
    return load_config(PROJECT / "config.toml")
