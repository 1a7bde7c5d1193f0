"""What a worker does with each kind of job, and its sweep for what no job was there for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.job_queue import Job, span_of, timer_job
from engine.jobs import failed, mail, outbox, reminders, routines, sqlite_queue, webhooks
from engine.jobs.sqlite_queue import ClaimedJob
from engine.jobs.worker import Handler
from engine.migration.job import migrating, migrations_job
from engine.runtime import timers
from engine.service.analysis import Analysis
from engine.service.migration import Migrations
from engine.service.timers import Timers
from engine.service.transactions import Transactions
from engine.store.tables import TimerTable

log = logging.getLogger(__name__)

MIGRATED = 50
"""Instances that one job migrates before others have their turn."""
FIRING_SECONDS = 1.0
"""For how long one job fires timers before others have their turn."""
GRACE = timedelta(seconds=2)
"""What is overdue by more than this had no wake-up, or lost it."""
MOST_MESSAGES = 200
"""Outbound messages that one sweep asks for."""
SECONDS_BETWEEN_VERSIONS = 60
"""How seldom a sweep looks whether the database was upgraded under this program."""


class JobHandlers:
    """The engine as a worker sees it."""

    def __init__(
        self, transactions: Transactions, timers: Timers, migrations: Migrations, analysis: Analysis
    ) -> None:
        self._transactions = transactions
        self._timers = timers
        self._migrations = migrations
        self._analysis = analysis
        self._looked_at_version: datetime | None = None
        self.by_kind: Mapping[str, Handler] = {
            "timers": self._fire_timers,
            "horizon": self._look_ahead,
            "migrations": self._migrate,
            "outbox": self._send_one,
            reminders.ROUTINE: self._remind,
            routines.TIDY: self._tidy,
        }

    @property
    def postgresql(self) -> str | None:
        """libpq's connection string, None on SQLite."""
        return self._transactions.database.conninfo

    def _fire_timers(self, _: Mapping[str, Any]) -> None:
        self._timers.fire_for(FIRING_SECONDS)

    def _look_ahead(self, payload: Mapping[str, Any]) -> None:
        """An hour or a day has begun: wake-ups for each of its timers."""
        begins, ends = span_of(payload)
        with self._transactions.database.writing() as connection:
            now = self._transactions.now()
            dues = connection.scalars(
                select(TimerTable.due_at)
                .where(TimerTable.due_at >= begins, TimerTable.due_at < ends)
                .distinct()
            )
            jobs = {job.key: job for due in dues for job in [timer_job(due, now)]}
            self._transactions.queue.put(connection, list(jobs.values()))

    def _migrate(self, _: Mapping[str, Any]) -> None:
        """Move some instances, and ask for another look while there are more."""
        if self._migrations.run(limit=MIGRATED) == MIGRATED:
            with self._transactions.database.writing() as connection:
                self._transactions.queue.put(connection, [migrations_job(self._transactions.now())])

    def _remind(self, _: Mapping[str, Any]) -> None:
        with self._transactions.database.writing() as connection:
            config, calendar = self._transactions.config, self._transactions.calendar
            jobs = reminders.remind(connection, config, calendar, self._transactions.now())
            self._transactions.queue.put(connection, jobs)

    def _tidy(self, _: Mapping[str, Any]) -> None:
        with self._transactions.database.writing() as connection:
            if routines.begin(connection, routines.TIDY, self._transactions.today()):
                outbox.forget(connection, self._transactions.today(), self._transactions.now())

    def _send_one(self, payload: Mapping[str, Any]) -> None:
        """Send one message; its row says what becomes of it."""
        with self._transactions.database.writing() as connection:
            message = outbox.claim(connection, payload["id"], self._transactions.now())
        if message is None:
            return
        error = self._send(message)
        with self._transactions.database.writing() as connection:
            now = self._transactions.now()
            if error is None:
                outbox.record_sent(connection, message, now)
                return
            log.warning("%s %s was not sent: %s", message.kind, message.id, type(error).__name__)
            gone = isinstance(error, webhooks.WebhookRefused) and error.status == webhooks.GONE
            permanent = gone or isinstance(error, mail.PermanentFailure)
            text = f"{type(error).__name__}: {error}"
            job = outbox.record_failure(connection, message, text, now, permanent=permanent)
            if job is not None:
                self._transactions.queue.put(connection, [job])

    def _send(self, message: outbox.ClaimedMessage) -> Exception | None:
        config = self._transactions.config
        try:
            if message.kind == "mail":
                mail.send(config.mail, message)
            else:
                webhooks.send(config.webhooks, message, self._transactions.now())
        except Exception as error:
            # Whatever is wrong with one message, the others must leave.
            return error
        return None

    # ------------------------------------------------------------ the sweep

    def sweep(self) -> None:
        """Put jobs for whatever is due and has none, and count the overview's figures anew.

        :raises DatabaseNewer: when the database was upgraded under this program
        """
        now = self._transactions.now()
        self._check_version(now)
        with self._transactions.database.reading() as connection:
            overdue = self._overdue(connection, now)
        if overdue:
            with self._transactions.database.writing() as connection:
                self._transactions.queue.put(connection, overdue)
        self._analysis.count_figures()

    def _overdue(self, connection: Any, now: datetime) -> list[Job]:
        waiting = timers.claimable(now, GRACE).with_only_columns(TimerTable.id).limit(1)
        jobs = [Job("timers", "timers:more", now)] if connection.scalar(waiting) else []
        jobs += [migrations_job(now)] if connection.scalar(migrating(now - GRACE)) else []
        jobs += [
            outbox.job_for(id, now) for id in outbox.due(connection, now - GRACE, MOST_MESSAGES)
        ]
        config, calendar = self._transactions.config, self._transactions.calendar
        today = self._transactions.today()
        if routines.done_on(connection, routines.TIDY) != today:
            jobs.append(Job(routines.TIDY, f"{routines.TIDY}:{today.isoformat()}", now))
        if config.mail.enabled:
            done = routines.done_on(connection, reminders.ROUTINE)
            wanted = reminders.job(config, calendar, now, done)
            jobs += [wanted] if wanted is not None else []
        return jobs

    def _check_version(self, now: datetime) -> None:
        last = self._looked_at_version
        if last is None or abs((now - last).total_seconds()) >= SECONDS_BETWEEN_VERSIONS:
            self._looked_at_version = now
            self._transactions.database.check_version()

    # ------------------------------------------------------------ the leased table

    def claim(self) -> ClaimedJob | None:
        """Take a job, None when there is none."""
        now = self._transactions.now()
        with self._transactions.database.reading() as connection:
            if not sqlite_queue.waiting(connection, now):
                return None
        with self._transactions.database.writing() as connection:
            return sqlite_queue.claim(connection, now)

    def finish(self, job: ClaimedJob) -> None:
        """The job is done."""
        with self._transactions.database.writing() as connection:
            sqlite_queue.finish(connection, job)

    def fail(self, job: ClaimedJob, error: str) -> None:
        """The job is to be tried again."""
        with self._transactions.database.writing() as connection:
            sqlite_queue.fail(connection, job, error, self._transactions.now())

    def again(self, kind: str, key: str, payload: Mapping[str, Any], attempts: int) -> None:
        """Put a job that failed back, to be tried later."""
        with self._transactions.database.writing() as connection:
            job = Job(kind, key, self._transactions.now() + sqlite_queue.pause(attempts), payload)
            self._transactions.queue.put(connection, [job])

    def give_up(self, kind: str, payload: Mapping[str, Any], attempts: int, error: str) -> None:
        """Keep a job that was tried often enough as failed."""
        with self._transactions.database.writing() as connection:
            failed.add(connection, kind, payload, attempts, error, self._transactions.now())
