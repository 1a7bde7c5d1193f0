"""The one way in which what happens now asks for something that is to happen later.

A job is a wake-up: it says that somebody should look, and the rows (``timer``, ``outbox`` …) say
what there is to do. So a job that is run twice, late or not at all does no harm: the look finds
nothing, or the sweep looks. Jobs are written in the same transaction as what they are for; the
queue that keeps them is ``engine.jobs``, which knows the runtime, never the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from engine.records.history import Fact

HOUR = timedelta(hours=1)
"""How far ahead a timer has a wake-up of its own."""
DAY = timedelta(days=1)
"""How far ahead timers share the wake-up of their hour; beyond that, of their day."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to look at, at a time. While one with the same ``key`` waits, no other is written;
    keys are at most 120 characters. ``payload`` is plain JSON."""

    kind: str
    key: str
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


class JobQueue(Protocol):
    """Keeps jobs in the caller's transaction, and tells the outside of facts."""

    def put(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Write jobs; those whose key waits already are left out."""
        ...

    def tell(
        self, connection: Callable[[], Connection], facts: Sequence[Fact], now: datetime
    ) -> Sequence[Job]:
        """Write what leaves the house because of these facts; the jobs that send it."""
        ...

    def count(self, facts: Sequence[Fact]) -> None:
        """Tell those who count that these facts have been written."""
        ...


def timer_job(due: datetime, now: datetime) -> Job:
    """The wake-up for timers that are due at ``due``: in its second when that is near, else at
    the beginning of its hour or day, when somebody looks more closely.

    Many timers share one, and few are ever in the queue, however many timers there are: a queue
    is read from its head, past everything that is not due yet.
    """
    if due - now <= HOUR:
        # Up to the next whole second, so that the timer is due when the look comes.
        second = due if not due.microsecond else due.replace(microsecond=0) + timedelta(seconds=1)
        return Job("timers", f"timers:{second.isoformat()}", max(second, now))
    start = due.replace(minute=0, second=0, microsecond=0)
    step = HOUR
    if due - now > DAY:
        start, step = start.replace(hour=0), DAY
    until = start + step
    span = {"from": start.isoformat(), "until": until.isoformat()}
    key = f"horizon:{start.isoformat()}:{int(step.total_seconds())}"
    return Job("horizon", key, max(start, now), span)


def span_of(payload: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """From when (inclusive) until when a ``horizon`` job looks."""
    begins, ends = (datetime.fromisoformat(payload[name]) for name in ("from", "until"))
    return begins.astimezone(UTC), ends.astimezone(UTC)
