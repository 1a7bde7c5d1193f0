"""The queue on PostgreSQL: Procrastinate, on the connection of the caller's transaction.

https://procrastinate.readthedocs.io, "Defer jobs within an external transaction" and "Prevent
multiple executions: queueing locks".
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import psycopg
from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Connection, text

from engine import job_queue

QUEUE: Final = "serviceplan"
"""The name of Procrastinate's queue."""
# Every job that it defers or runs is a line of its own on level INFO.
logging.getLogger("procrastinate").setLevel(logging.WARNING)

_KEYS = text(
    "SELECT queueing_lock FROM procrastinate_jobs "
    "WHERE status = 'todo' AND queueing_lock = ANY(:keys)"
)
_OLDEST = text(
    "SELECT min(scheduled_at) FROM procrastinate_jobs "
    "WHERE status = 'todo' AND scheduled_at <= :now"
)


@dataclass(frozen=True)
class _Named:
    """A driver's connection as Procrastinate asks it: its values have names, not numbers."""

    driver: Any

    def cursor(self, **options: Any) -> psycopg.Cursor[Any]:
        return psycopg.Cursor(self.driver, **options)


@cache
def _app() -> App:
    # Never opened: each job goes through the connection that it is given.
    return App(connector=SyncPsycopgConnector())


def put(connection: Connection, jobs: Sequence[job_queue.Job]) -> None:
    """Defer jobs, except those whose key is already waiting.

    They are deferred in the order of their keys, so that two transactions that defer the same jobs
    do not end in a deadlock.
    """
    waiting = set(connection.scalars(_KEYS, {"keys": [job.key for job in jobs]}))
    driver: Any = _Named(connection.connection.driver_connection)
    for job in sorted({j.key: j for j in jobs}.values(), key=lambda j: j.key):
        if job.key in waiting:
            continue
        deferrer = _app().configure_task(
            job.kind,
            queue=QUEUE,
            queueing_lock=job.key,
            schedule_at=job.at,
            connection=driver,
        )
        try:
            with connection.begin_nested():
                deferrer.defer(**job.payload)
        except AlreadyEnqueued:
            # Another transaction has written the same key since we looked.
            continue


def oldest(connection: Connection, now: datetime) -> datetime | None:
    """When the oldest job that is due and not fetched was due; None when there is none."""
    scheduled_at: datetime | None = connection.scalar(_OLDEST, {"now": now})
    return scheduled_at
