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
"""How long a claimed job is its worker's: longer than any job takes. After that, a job of a worker
that was killed is another's."""
MOST_ATTEMPTS = 10
"""How often a job is tried before it counts as failed."""


def pause(attempts: int) -> timedelta:
    """How long a job waits after so many failed attempts: 5 s, then each time twice as long."""
    return timedelta(seconds=5 * 2 ** (attempts - 1))


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that this worker alone may do until the lease ends; ``attempts`` counts the present one
    too."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int


def put(connection: Connection, jobs: Sequence[job_queue.Job]) -> None:
    """Store jobs, except those whose key is already waiting."""
    for job in sorted(jobs, key=lambda j: j.key):
        connection.execute(
            insert(JobTable)
            .values(kind=job.kind, key=job.key, payload=dict(job.payload), at=job.at, attempts=0)
            .on_conflict_do_nothing()
        )


def waiting(connection: Connection, now: datetime) -> bool:
    """Whether there is a job to claim. Workers ask this first, in a reading transaction, so that an
    idle worker keeps no writer away."""
    return connection.scalar(_free(now).limit(1)) is not None


def claim(connection: Connection, now: datetime) -> ClaimedJob | None:
    """Claim the job that has waited longest. Its key becomes free: a job that is put from now on
    may be about changes that this one does not see."""
    first = _free(now).order_by(JobTable.at, JobTable.id).limit(1).scalar_subquery()
    row = connection.execute(
        update(JobTable)
        .where(JobTable.id == first)
        .values(lease_until=now + LEASE, key=None, attempts=JobTable.attempts + 1)
        .returning(JobTable.id, JobTable.kind, JobTable.payload, JobTable.attempts)
    ).first()
    return ClaimedJob(*row) if row is not None else None


def finish(connection: Connection, job: ClaimedJob) -> None:
    """Delete a job that is done, unless the lease has ended and another worker has claimed it."""
    connection.execute(
        delete(JobTable).where(JobTable.id == job.id, JobTable.attempts == job.attempts)
    )


def fail(connection: Connection, job: ClaimedJob, error: str, now: datetime) -> None:
    """Have the job tried again after ``pause``; after ``MOST_ATTEMPTS`` it is stored as failed."""
    if job.attempts >= MOST_ATTEMPTS:
        finish(connection, job)
        failed.add(connection, job.kind, job.payload, job.attempts, error, now)
        return
    connection.execute(
        update(JobTable)
        .where(JobTable.id == job.id, JobTable.attempts == job.attempts)
        .values(at=now + pause(job.attempts), lease_until=None, error=error[:2000])
    )


def oldest(connection: Connection, now: datetime) -> datetime | None:
    """When the oldest job that is due and not claimed was due; None when there is none."""
    return connection.scalar(
        select(JobTable.at)
        .where(JobTable.at <= now, JobTable.failed_at.is_(None), JobTable.lease_until.is_(None))
        .order_by(JobTable.at)
        .limit(1)
    )


def _free(now: datetime) -> Any:
    free = unclaimed(JobTable.lease_until, now, LEASE)
    return select(JobTable.id).where(JobTable.at <= now, JobTable.failed_at.is_(None), free)
