"""The ``serviceplan`` command, run in the test's own process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Ran:
    status: int
    out: str
    err: str


Run = Callable[..., Ran]
"""Runs the command with these words: ``run("plan", "--json")``."""
