"""``engine.operations``: health, metrics and backups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from engine.jobs import failed, outbox
from engine.records import history
from engine.runtime import timers
from engine.service.transactions import Part
from engine.store.base import OPEN_INCIDENT
from engine.store.database import Database
from engine.store.tables import IncidentTable, TimerTable
from engine.views import Pulse, Verification


class Operations(Part):
    """What the operators of the engine need."""

    def pulse(self) -> Pulse:
        """How the engine is doing, for metrics.

        :raises Unavailable: when the database does not answer
        """
        with self._transactions.reading() as connection:
            now = self._transactions.now()
            due = connection.scalar(
                select(func.count()).where(
                    TimerTable.id.in_(timers.claimable(now).with_only_columns(TimerTable.id))
                )
            )
            unsent, dead = outbox.counts(connection)
            lag = self._lag(connection, now)
            incidents = connection.scalar(
                select(func.count()).select_from(IncidentTable).where(text(OPEN_INCIDENT))
            )
            jobs = failed.count(connection)
        return Pulse(incidents or 0, due or 0, lag, unsent, dead, jobs)

    def job_lag(self) -> float:
        """For how many seconds the oldest due work has waited, for health checks.

        :raises Unavailable: when the database does not answer
        """
        with self._transactions.reading() as connection:
            return self._lag(connection, self._transactions.now())

    def _lag(self, connection: Connection, now: datetime) -> float:
        timer = timers.claimable(now).with_only_columns(TimerTable.due_at)
        waiting = (
            connection.scalar(timer.order_by(TimerTable.due_at).limit(1)),
            outbox.oldest(connection, now),
            self._transactions.queue.oldest(connection, now),
        )
        first = min((moment for moment in waiting if moment), default=now)
        return max(0.0, (now - first).total_seconds())

    def check_version(self) -> None:
        """Whether this program and the database fit together.

        :raises DatabaseNewer: when a newer program has upgraded it
        :raises Unavailable: when it is older, or does not answer
        """
        self._transactions.database.check_version()

    def watch(self, watcher: Callable[[Sequence[str]], None]) -> None:
        """Call ``watcher`` with the types of all facts that are written from now on, for
        metrics."""
        self._transactions.queue.watchers.append(watcher)

    def backup(self, path: Path) -> Verification:
        """Copy an SQLite database while it is in use, and check the copy: its structure, its
        references, and every hash and signature of its history.

        :raises Conflict: when the file exists already
        :raises Unavailable: on PostgreSQL, which is backed up by its own tools
        """
        self._transactions.database.backup(path)
        copy = Database(f"sqlite:///{path}")
        try:
            with copy.reading() as connection:
                return history.verify(connection, None)
        finally:
            copy.close()
