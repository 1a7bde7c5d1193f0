"""The engine as a worker sees it: what to do with each kind of job, and the sweep."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.job_queue import Job, span_of, timer_job
from engine.jobs import failed, mail, outbox, reminders, routines, sqlite_queue, webhooks
from engine.jobs.sqlite_queue import Claimed
from engine.jobs.worker import Handler
from engine.migration.job import migrating, migrations_job
from engine.runtime import timers
from engine.store.tables import TimerTable

if TYPE_CHECKING:
    from engine.service.upkeep import Upkeep

log = logging.getLogger(__name__)

BATCH = 50
"""Instances that are moved at once, and timers that are claimed to be fired one by one: seldom
enough to cost little, few enough to be done long before their lease ends."""
FIRING_SECONDS = 1.0
"""For how long one job fires timers before others have their turn."""
GRACE = timedelta(seconds=2)
"""What is overdue by more than this had no wake-up, or lost it."""
MOST_LETTERS = 200
"""Letters that one sweep asks for."""
SECONDS_BETWEEN_VERSIONS = 60


class EngineBench:
    """The engine as a worker sees it."""

    def __init__(self, engine: Upkeep) -> None:
        self._engine = engine
        self._database = engine._database
        self._looked_at_version: datetime | None = None
        self.handlers: Mapping[str, Handler] = {
            "timers": self._timers,
            "horizon": self._horizon,
            "migrations": self._migrations,
            "outbox": self._outbox,
            reminders.ROUTINE: self._reminders,
            routines.TIDY: self._tidy,
        }

    @property
    def postgresql(self) -> str | None:
        """libpq's connection string, None on SQLite."""
        return self._database.conninfo

    def _timers(self, _: Mapping[str, Any]) -> None:
        self._engine._fire_for(FIRING_SECONDS)

    def _horizon(self, payload: Mapping[str, Any]) -> None:
        """An hour or a day has begun: wake-ups for each of its timers."""
        begins, ends = span_of(payload)
        with self._database.writing() as connection:
            now = self._engine.now()
            dues = connection.scalars(
                select(TimerTable.due_at)
                .where(TimerTable.due_at >= begins, TimerTable.due_at < ends)
                .distinct()
            )
            jobs = {job.key: job for due in dues for job in [timer_job(due, now)]}
            self._engine._queue.put(connection, list(jobs.values()))

    def _migrations(self, _: Mapping[str, Any]) -> None:
        """Move some instances, and ask for another look while there are more."""
        if self._engine.run_migrations(limit=BATCH) == BATCH:
            with self._database.writing() as connection:
                self._engine._queue.put(connection, [migrations_job(self._engine.now())])

    def _reminders(self, _: Mapping[str, Any]) -> None:
        with self._database.writing() as connection:
            config, calendar = self._engine.config, self._engine._calendar
            jobs = reminders.remind(connection, config, calendar, self._engine.now())
            self._engine._queue.put(connection, jobs)

    def _tidy(self, _: Mapping[str, Any]) -> None:
        with self._database.writing() as connection:
            if routines.begin(connection, routines.TIDY, self._engine.today()):
                outbox.forget(connection, self._engine.today(), self._engine.now())

    def _outbox(self, payload: Mapping[str, Any]) -> None:
        """Send one letter; its row says what becomes of it."""
        with self._database.writing() as connection:
            letter = outbox.take(connection, payload["id"], self._engine.now())
        if letter is None:
            return
        error = self._send(letter)
        with self._database.writing() as connection:
            now = self._engine.now()
            if error is None:
                outbox.sent(connection, letter, now)
                return
            log.warning("%s %s was not sent: %s", letter.kind, letter.id, type(error).__name__)
            gone = isinstance(error, webhooks.Refused) and error.status == webhooks.GONE
            hopeless = gone or isinstance(error, mail.Hopeless)
            text = f"{type(error).__name__}: {error}"
            job = outbox.failed(connection, letter, text, now, hopeless=hopeless)
            if job is not None:
                self._engine._queue.put(connection, [job])

    def _send(self, letter: outbox.Taken) -> Exception | None:
        config = self._engine.config
        try:
            if letter.kind == "mail":
                mail.send(config.mail, letter)
            else:
                webhooks.send(config.webhooks, letter, self._engine.now())
        except Exception as error:
            # Whatever is wrong with one letter, the others must leave.
            return error
        return None

    # ------------------------------------------------------------ the sweep

    def sweep(self) -> None:
        """Put jobs for whatever is due and has none, and count the overview's figures anew.

        :raises DatabaseNewer: when the database was upgraded under this program
        """
        now = self._engine.now()
        self._check_version(now)
        with self._database.reading() as connection:
            found = list(self._overdue(connection, now))
        if found:
            with self._database.writing() as connection:
                self._engine._queue.put(connection, found)
        self._engine.count_figures()

    def _overdue(self, connection: Any, now: datetime) -> list[Job]:
        overdue = timers.claimable(now, GRACE).with_only_columns(TimerTable.id).limit(1)
        jobs = [Job("timers", "timers:more", now)] if connection.scalar(overdue) else []
        jobs += [migrations_job(now)] if connection.scalar(migrating(now - GRACE)) else []
        jobs += [
            outbox.job_for(id, now) for id in outbox.due(connection, now - GRACE, MOST_LETTERS)
        ]
        config, calendar = self._engine.config, self._engine._calendar
        today = self._engine.today()
        if routines.done_on(connection, routines.TIDY) != today:
            jobs.append(Job(routines.TIDY, f"{routines.TIDY}:{today.isoformat()}", now))
        if config.mail.enabled:
            done = reminders.done_on(connection)
            wanted = reminders.job(config, calendar, now, done)
            jobs += [wanted] if wanted is not None else []
        return jobs

    def _check_version(self, now: datetime) -> None:
        last = self._looked_at_version
        if last is None or abs((now - last).total_seconds()) >= SECONDS_BETWEEN_VERSIONS:
            self._looked_at_version = now
            self._database.check_version()

    # ------------------------------------------------------------ the leased table

    def claim(self) -> Claimed | None:
        """Take a job, None when there is none."""
        now = self._engine.now()
        with self._database.reading() as connection:
            if not sqlite_queue.waiting(connection, now):
                return None
        with self._database.writing() as connection:
            return sqlite_queue.claim(connection, now)

    def finish(self, job: Claimed) -> None:
        """The job is done."""
        with self._database.writing() as connection:
            sqlite_queue.finish(connection, job)

    def fail(self, job: Claimed, error: str) -> None:
        """The job is to be tried again."""
        with self._database.writing() as connection:
            sqlite_queue.fail(connection, job, error, self._engine.now())

    def again(self, kind: str, key: str, payload: Mapping[str, Any], attempts: int) -> None:
        """Put a job that failed back, to be tried later."""
        with self._database.writing() as connection:
            job = Job(kind, key, self._engine.now() + sqlite_queue.pause(attempts), payload)
            self._engine._queue.put(connection, [job])

    def give_up(self, kind: str, payload: Mapping[str, Any], attempts: int, error: str) -> None:
        """Keep a job that was tried often enough as failed."""
        with self._database.writing() as connection:
            failed.keep(connection, kind, payload, attempts, error, self._engine.now())
