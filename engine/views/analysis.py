"""Figures over everything that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

COUNTED = 1_000
"""Up to here the tasks of a list are counted."""


class Count(int):
    """How many there are; at least so many where there may be ``more`` than were counted."""

    more: bool

    def __new__(cls, number: int, more: bool = False) -> Count:
        count = super().__new__(cls, number)
        count.more = more
        return count


@dataclass(frozen=True, slots=True)
class Load:
    """Open user tasks of a role or a phase (None: of none), by when they are due."""

    key: str | None
    title: str
    late: int
    today: int
    coming: int

    @property
    def all(self) -> int:
        return self.late + self.today + self.coming


@dataclass(frozen=True, slots=True)
class Overview:
    """What is open at ``at``: cases by state, open incidents, and user tasks by role and phase,
    the most late first."""

    at: datetime
    cases: Mapping[str, int]
    incidents: int
    roles: tuple[Load, ...]
    phases: tuple[Load, ...]

    @property
    def late(self) -> int:
        return sum(load.late for load in self.roles)

    @property
    def open(self) -> int:
        return sum(load.all for load in self.roles)
