"""Diagrams as other modelers export them, written for the tests: who does what, forms, conditions
and calls in each tool's own words."""

from __future__ import annotations

from pathlib import Path

from engine import Source

TOOLS = ("camunda7", "camunda8", "flowable", "activiti", "spiff")


def exported(tool: str) -> Source:
    path = Path(__file__).with_name(f"{tool}.bpmn")
    return Source(path.name, path.read_bytes())
