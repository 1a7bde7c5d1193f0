"""What a worker does with each kind of job, and its sweep for due work without a job."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.identity import pending_forms
from engine.job_queue import Job, span_of, timer_job
from engine.jobs import (
    failed,
    mail,
    outbox,
    publishing,
    reminders,
    routines,
    sqlite_queue,
    webhooks,
)
from engine.jobs.sqlite_queue import ClaimedJob
from engine.jobs.worker import Handler
from engine.migration import preview_job
from engine.migration.job import migrating, migrations_job
from engine.runtime import deliveries, timers
from engine.service.analysis import Analysis
from engine.service.checkpoint_jobs import CheckpointJobs
from engine.service.migration import Migrations
from engine.service.previews import Previews
from engine.service.timers import Timers
from engine.service.transactions import Transactions
from engine.store.tables import DeliveryTable, PreviewTable, TimerTable

log = logging.getLogger(__name__)

MIGRATED = 50
"""Instances that one job migrates before other jobs have their turn."""
FIRING_SECONDS = 1.0
"""Seconds for which one job fires timers before other jobs have their turn."""
GRACE = timedelta(seconds=2)
"""Work that is overdue by more than this has no job, or has lost it: a sweep puts one."""
MOST_MESSAGES = 200
"""The most outbound messages that one sweep puts jobs for."""
SECONDS_BETWEEN_VERSIONS = 60
"""Seconds between two looks whether the database was upgraded while this program runs."""


class JobHandlers:
    """The engine as a worker sees it (``engine.jobs.worker.HandlesJobs``)."""

    def __init__(
        self,
        transactions: Transactions,
        timers: Timers,
        migrations: Migrations,
        previews: Previews,
        analysis: Analysis,
        checkpoints: CheckpointJobs,
    ) -> None:
        self._transactions = transactions
        self._timers = timers
        self._migrations = migrations
        self._previews = previews
        self._analysis = analysis
        self._checkpoints = checkpoints
        self._version_checked_at: datetime | None = None
        self.by_kind: Mapping[str, Handler] = {
            "timers": self._fire_timers,
            "horizon": self._look_ahead,
            "migrations": self._migrate,
            preview_job.KIND: self._preview,
            deliveries.KIND: self._hand_out,
            "outbox": self._send_one,
            reminders.ROUTINE: self._remind,
            routines.TIDY: self._tidy,
        }

    @property
    def postgresql(self) -> str | None:
        """The connection string for libpq; None on SQLite."""
        return self._transactions.database.conninfo

    @property
    def checkpoint_seconds(self) -> float | None:
        """Seconds between two checkpoints; None when there are none."""
        settings = self._transactions.config.checkpoints
        return settings.seconds if settings.enabled else None

    def checkpoint(self) -> None:
        """Make a checkpoint of the history when something is new."""
        self._checkpoints.tick()

    def _fire_timers(self, _: Mapping[str, Any]) -> None:
        self._timers.run_for(FIRING_SECONDS)

    def _look_ahead(self, payload: Mapping[str, Any]) -> None:
        """Put the jobs for the timers of an hour or a day that has begun."""
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
        """Migrate some instances, and put another job while there may be more."""
        if self._migrations.run(most=MIGRATED) == MIGRATED:
            with self._transactions.database.writing() as connection:
                self._transactions.queue.put(connection, [migrations_job(self._transactions.now())])

    def _preview(self, _: Mapping[str, Any]) -> None:
        """Look at some instances of a preview, and put another job while there may be more."""
        if self._previews.run():
            with self._transactions.database.writing() as connection:
                job = preview_job.wake_up(self._transactions.now())
                self._transactions.queue.put(connection, [job])

    def _hand_out(self, _: Mapping[str, Any]) -> None:
        """Hand out thrown events, and put another job while there may be more."""
        if self._transactions.hand_out_waiting():
            with self._transactions.database.writing() as connection:
                job = Job(deliveries.KIND, deliveries.KIND, self._transactions.now())
                self._transactions.queue.put(connection, [job])

    def _remind(self, _: Mapping[str, Any]) -> None:
        with self._transactions.database.writing() as connection:
            config, calendar = self._transactions.config, self._transactions.calendar
            jobs = reminders.remind(connection, config, calendar, self._transactions.now())
            self._transactions.queue.put(connection, jobs)

    def _tidy(self, _: Mapping[str, Any]) -> None:
        with self._transactions.database.writing() as connection:
            if routines.begin(connection, routines.TIDY, self._transactions.today()):
                outbox.forget(connection, self._transactions.today(), self._transactions.now())
                preview_job.forget(connection, self._transactions.now())
                pending_forms.sweep(connection, now=self._transactions.now())

    def _send_one(self, payload: Mapping[str, Any]) -> None:
        """Send one message, and record the outcome in its row."""
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
            elif message.kind in (publishing.STAMP, publishing.WITNESS):
                self._checkpoints.send(message)
            else:
                webhooks.send(config.webhooks, message, self._transactions.now())
        except Exception as error:
            # Whatever is wrong with one message, the others must leave.
            return error
        return None

    # ------------------------------------------------------------ the sweep

    def sweep(self) -> None:
        """Put jobs for all work that is due and has none, and count the overview's figures again.

        :raises DatabaseNewer: when the database was upgraded under this program
        """
        now = self._transactions.now()
        self._check_version(now)
        with self._transactions.database.reading() as connection:
            overdue = self.overdue(connection, now)
        if overdue:
            with self._transactions.database.writing() as connection:
                self._transactions.queue.put(connection, overdue)
        self._analysis.count_figures()

    def overdue(self, connection: Any, now: datetime) -> list[Job]:
        waiting = timers.claimable(now, GRACE).with_only_columns(TimerTable.id).limit(1)
        jobs = [Job("timers", "timers:more", now)] if connection.scalar(waiting) else []
        jobs += [migrations_job(now)] if connection.scalar(migrating(now - GRACE)) else []
        unfinished = preview_job.free(now).where(PreviewTable.at <= now - GRACE)
        jobs += [preview_job.wake_up(now)] if connection.scalar(unfinished) else []
        late = DeliveryTable.thrown_at <= now - GRACE
        if connection.scalar(select(DeliveryTable.id).where(late).limit(1)) is not None:
            jobs.append(Job(deliveries.KIND, deliveries.KIND, now))
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
        last = self._version_checked_at
        if last is None or abs((now - last).total_seconds()) >= SECONDS_BETWEEN_VERSIONS:
            self._version_checked_at = now
            self._transactions.database.check_version()

    # ------------------------------------------------------------ the leased table

    def claim(self) -> ClaimedJob | None:
        """Claim a job; None when there is none."""
        now = self._transactions.now()
        with self._transactions.database.reading() as connection:
            if not sqlite_queue.waiting(connection, now):
                return None
        with self._transactions.database.writing() as connection:
            return sqlite_queue.claim(connection, now)

    def finish(self, job: ClaimedJob) -> None:
        """Delete a claimed job that is done."""
        with self._transactions.database.writing() as connection:
            sqlite_queue.finish(connection, job)

    def fail(self, job: ClaimedJob, error: str) -> None:
        """Have a claimed job tried again later."""
        with self._transactions.database.writing() as connection:
            sqlite_queue.fail(connection, job, error, self._transactions.now())

    def again(self, kind: str, key: str, payload: Mapping[str, Any], attempts: int) -> None:
        """Put a failed job back, to be tried later; ``attempts`` have been made."""
        with self._transactions.database.writing() as connection:
            job = Job(kind, key, self._transactions.now() + sqlite_queue.pause(attempts), payload)
            self._transactions.queue.put(connection, [job])

    def give_up(self, kind: str, payload: Mapping[str, Any], attempts: int, error: str) -> None:
        """Store a job that has failed in all its attempts."""
        with self._transactions.database.writing() as connection:
            failed.add(connection, kind, payload, attempts, error, self._transactions.now())
