"""Jobs that failed in all their attempts. They are rows of the table ``job`` on every database, and
managers can have them tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, exists, func, insert, or_, select

from engine.job_queue import Job
from engine.store.tables import JobTable, OutboxTable
from engine.views import FailedJob

MOST_LISTED = 200
"""The most failed jobs that a list shows."""
_FAILED = JobTable.failed_at.is_not(None)
_ANY: Final = select(
    or_(
        exists().where(_FAILED),
        exists().where(OutboxTable.dead_at.is_not(None)),
    )
)


def add(
    connection: Connection,
    kind: str,
    payload: Mapping[str, Any],
    attempts: int,
    error: str,
    now: datetime,
) -> None:
    """Store a job as failed, in place of an earlier one of the same kind with the same payload."""
    same = [
        row.id
        for row in connection.execute(
            select(JobTable.id, JobTable.payload).where(_FAILED, JobTable.kind == kind)
        )
        if row.payload == dict(payload)
    ]
    connection.execute(delete(JobTable).where(JobTable.id.in_(same)))
    connection.execute(
        insert(JobTable).values(
            kind=kind,
            payload=dict(payload),
            at=now,
            attempts=attempts,
            failed_at=now,
            error=error[:2000],
        )
    )


def newest(connection: Connection) -> tuple[FailedJob, ...]:
    """The failed jobs, the newest first, at most ``MOST_LISTED``."""
    rows = connection.execute(
        select(
            JobTable.id,
            JobTable.kind,
            JobTable.payload,
            JobTable.failed_at,
            JobTable.attempts,
            JobTable.error,
        )
        .where(_FAILED)
        .order_by(JobTable.failed_at.desc(), JobTable.id.desc())
        .limit(MOST_LISTED)
    )
    return tuple(
        FailedJob(str(row.id), row.kind, row.payload, row.failed_at, row.attempts, row.error or "")
        for row in rows
    )


def any_failed(connection: Connection) -> bool:
    """Whether there is a failed job, or an outbound message that is tried no more."""
    return bool(connection.scalar(_ANY))


def count(connection: Connection) -> int:
    """How many failed jobs there are."""
    return connection.scalar(select(func.count()).select_from(JobTable).where(_FAILED)) or 0


def take(connection: Connection, job_id: str, now: datetime) -> Job | None:
    """Delete a failed job and return it as a new one, with all its attempts; None when there is
    no such job."""
    if not job_id.isascii() or not job_id.isdecimal() or len(job_id) > 18:
        return None
    row = connection.execute(
        delete(JobTable)
        .where(JobTable.id == int(job_id), _FAILED)
        .returning(JobTable.kind, JobTable.payload)
    ).first()
    return Job(row.kind, f"again:{job_id}", now, row.payload) if row is not None else None
