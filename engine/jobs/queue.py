"""The job queue of a database, SQLite's or PostgreSQL's (``engine.job_queue.JobQueue``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from engine.config.settings import WebhookSettings
from engine.job_queue import Job
from engine.jobs import outbox, postgresql_queue, sqlite_queue, webhooks
from engine.records.history import Fact


class DatabaseQueue:
    """Stores jobs where this database's workers look for them."""

    def __init__(self, hooks: Sequence[WebhookSettings] = ()) -> None:
        self.hooks = hooks
        self.watchers: list[Callable[[Sequence[str]], None]] = []
        """Functions that are called with the types of all facts that are written, for metrics."""

    def put(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Store jobs in the caller's transaction, except those whose key is already waiting."""
        put = sqlite_queue.put if connection.dialect.name == "sqlite" else postgresql_queue.put
        put(connection, jobs)

    def post_messages(
        self, connection: Connection, facts: Sequence[Fact], now: datetime
    ) -> Sequence[Job]:
        """Store the outbound messages for these facts; returns the jobs that send them."""
        return outbox.post(connection, list(webhooks.messages(self.hooks, facts, now)), now)

    def oldest(self, connection: Connection, now: datetime) -> datetime | None:
        """When the oldest job that is due and not claimed was due; None when there is none."""
        if connection.dialect.name == "sqlite":
            return sqlite_queue.oldest(connection, now)
        return postgresql_queue.oldest(connection, now)
