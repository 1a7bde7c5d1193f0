"""The job queue in the database: where jobs wait on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from engine.config.settings import WebhookSettings
from engine.job_queue import Job
from engine.jobs import outbox, postgresql_queue, sqlite_queue, webhooks
from engine.records.history import Fact


class DatabaseQueue:
    """Keeps jobs where this database's workers look for them."""

    def __init__(self, hooks: Sequence[WebhookSettings] = ()) -> None:
        self._hooks = hooks
        self.watchers: list[Callable[[Sequence[str]], None]] = []
        """Who is given the types of all facts, for counting."""

    def put(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Write jobs in the caller's transaction; those whose key waits already are left out."""
        keep = sqlite_queue.put if connection.dialect.name == "sqlite" else postgresql_queue.put
        keep(connection, jobs)

    def tell(
        self, connection: Callable[[], Connection], facts: Sequence[Fact], now: datetime
    ) -> Sequence[Job]:
        """Write what leaves the house because of these facts; the jobs that send it.

        :param connection: asked for when there is something to write
        """
        if not self._hooks:
            return ()
        return outbox.post(connection(), list(webhooks.letters(self._hooks, facts, now)), now)

    def count(self, facts: Sequence[Fact]) -> None:
        """Tell those who count that these facts have been written."""
        for watcher in self.watchers:
            watcher([fact.type for fact in facts])

    def oldest(self, connection: Connection, now: datetime) -> datetime | None:
        """Since when the first job that nobody has taken could have been done; None when there
        is none."""
        if connection.dialect.name == "sqlite":
            return sqlite_queue.oldest(connection, now)
        return postgresql_queue.oldest(connection, now)
