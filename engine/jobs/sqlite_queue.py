"""The queue on SQLite: rows that are claimed by ``UPDATE … RETURNING`` with a lease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from engine import job_queue
from engine.jobs import failed
from engine.store.base import unclaimed
from engine.store.tables import JobTable

LEASE = timedelta(minutes=5)
"""After this a job of somebody who was killed is another's. Longer than any job takes."""
MOST_ATTEMPTS = 10


def pause(attempts: int) -> timedelta:
    """How long a job rests after it was tried so many times in vain."""
    return timedelta(seconds=5 * 2 ** (attempts - 1))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours until its lease ends."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int


def put(connection: Connection, jobs: Sequence[job_queue.Job]) -> None:
    """Write jobs; those whose key waits already are left out."""
    for job in sorted(jobs, key=lambda j: j.key):
        connection.execute(
            insert(JobTable)
            .values(kind=job.kind, key=job.key, payload=dict(job.payload), at=job.at, attempts=0)
            .on_conflict_do_nothing()
        )


def waiting(connection: Connection, now: datetime) -> bool:
    """Whether there is a job to claim. Asked first, for a look that finds nothing must not keep
    writers away."""
    return connection.scalar(_free(now).limit(1)) is not None


def claim(connection: Connection, now: datetime) -> Claimed | None:
    """Take the job that has waited longest. Its key is free again: what asks for the same look
    from now on may have come too late for this one."""
    first = _free(now).order_by(JobTable.at, JobTable.id).limit(1).scalar_subquery()
    row = connection.execute(
        update(JobTable)
        .where(JobTable.id == first)
        .values(lease_until=now + LEASE, key=None, attempts=JobTable.attempts + 1)
        .returning(JobTable.id, JobTable.kind, JobTable.payload, JobTable.attempts)
    ).first()
    return Claimed(*row) if row is not None else None


def finish(connection: Connection, job: Claimed) -> None:
    """The job is done, unless its lease has run out and another has it."""
    connection.execute(
        delete(JobTable).where(JobTable.id == job.id, JobTable.attempts == job.attempts)
    )


def fail(connection: Connection, job: Claimed, error: str, now: datetime) -> None:
    """The job is tried again later, each time after twice the time; in the end it is kept as
    failed."""
    if job.attempts >= MOST_ATTEMPTS:
        finish(connection, job)
        failed.keep(connection, job.kind, job.payload, job.attempts, error, now)
        return
    connection.execute(
        update(JobTable)
        .where(JobTable.id == job.id, JobTable.attempts == job.attempts)
        .values(at=now + pause(job.attempts), lease_until=None, error=error[:2000])
    )


def oldest(connection: Connection, now: datetime) -> datetime | None:
    """Since when the first of the jobs that nobody has claimed could have been done."""
    return connection.scalar(
        select(JobTable.at)
        .where(JobTable.at <= now, JobTable.failed_at.is_(None), JobTable.lease_until.is_(None))
        .order_by(JobTable.at)
        .limit(1)
    )


def _free(now: datetime) -> Any:
    free = unclaimed(JobTable.lease_until, now, LEASE)
    return select(JobTable.id).where(JobTable.at <= now, JobTable.failed_at.is_(None), free)
