"""Jobs: how a transaction asks for work that is to be done later.

A job is a wake-up: the rows (``timer``, ``outbox`` …) say what there is to do. So a job that runs
twice, late or not at all does no harm: it finds nothing to do, or the sweep finds what it has
missed. Jobs are stored in the same transaction as the rows that they are for, by a ``JobQueue``
(``engine.jobs.queue``), which callers get handed because they are below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

from engine.records.history import Fact

_HOUR = timedelta(hours=1)
"""How far ahead a timer has a wake-up of its own."""
_DAY = timedelta(days=1)
"""How far ahead timers share the wake-up of their hour; beyond that, of their day."""

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """A wake-up of a ``kind`` at the time ``at``. While a job with the same ``key`` (at most 120
    characters) waits, no other one is stored. ``payload`` is plain JSON."""

    kind: str
    key: str
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


class JobQueue(Protocol):
    """Stores jobs and outbound messages in the caller's transaction."""

    def put(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Store jobs, except those whose key is already waiting."""
        ...

    @property
    def hooks(self) -> Sequence[object]:
        """Who is sent outbound messages of facts; without any, nothing need be posted."""
        ...

    @property
    def watchers(self) -> Sequence[Callable[[Sequence[str]], None]]:
        """Functions that are called with the types of all facts that are written, for metrics."""
        ...

    def post_messages(
        self, connection: Connection, facts: Sequence[Fact], now: datetime
    ) -> Sequence[Job]:
        """Store the outbound messages for these facts; returns the jobs that send them."""
        ...


def timer_job(due: datetime, now: datetime) -> Job:
    """The job for timers that are due at ``due``: one of kind ``timers`` in that second when it is
    at most an hour away; else one of kind ``horizon`` at the beginning of its hour or day, which
    then puts the jobs for each timer of that span.

    Many timers share a job, so that few jobs wait however many timers there are: a queue is read
    from its head, past everything that is not due yet.
    """
    if due - now <= _HOUR:
        # Up to the next whole second, so that the timer is due when the job runs.
        second = due if not due.microsecond else due.replace(microsecond=0) + timedelta(seconds=1)
        return Job("timers", f"timers:{second.isoformat()}", max(second, now))
    start = due.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    step = _HOUR
    if due - now > _DAY:
        start, step = start.replace(hour=0), _DAY
    # The last day of the calendar has no day after it.
    until = min(start, _LAST - step) + step
    span = {"from": start.isoformat(), "until": until.isoformat()}
    key = f"horizon:{start.isoformat()}:{int(step.total_seconds())}"
    return Job("horizon", key, max(start, now), span)


def span_of(payload: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """The span of a ``horizon`` job: from when (inclusive) until when (exclusive), in UTC."""
    begins, ends = (datetime.fromisoformat(payload[name]) for name in ("from", "until"))
    return begins.astimezone(UTC), ends.astimezone(UTC)
