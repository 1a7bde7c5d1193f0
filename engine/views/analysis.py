"""Figures: how much is open, and how much of it is late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

COUNTED = 1_000
"""The most tasks of a list that are counted: counting more would take too long."""

COUNTED_RUNNING = 200
"""The most running instances of a version that a request counts; of more it shows what a worker has
counted."""


class Count(int):
    """A number of things; a lower bound when there may be ``more`` than were counted. ``at`` is
    when it was counted, None for just now."""

    more: bool
    at: datetime | None

    def __new__(cls, number: int, more: bool = False, at: datetime | None = None) -> Count:
        count = super().__new__(cls, number)
        count.more = more
        count.at = at
        return count


@dataclass(frozen=True, slots=True)
class Load:
    """How many open user tasks a role or a phase has, by due date: late, due today, and coming
    (later or without a date). ``key`` is the role's or the phase's; None for the tasks without
    any."""

    key: str | None
    title: str
    late: int
    today: int
    coming: int

    @property
    def all(self) -> int:
        """All open tasks."""
        return self.late + self.today + self.coming


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures at the time ``at``: the number of cases by state, of open incidents, and of open
    user tasks by role and by phase, those with most late tasks first."""

    at: datetime
    cases: Mapping[str, int]
    incidents: int
    roles: tuple[Load, ...]
    phases: tuple[Load, ...]

    @property
    def late(self) -> int:
        """The late tasks of all roles."""
        return sum(load.late for load in self.roles)

    @property
    def open(self) -> int:
        """The open tasks of all roles."""
        return sum(load.all for load in self.roles)
