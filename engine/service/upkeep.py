"""What happens when nobody asks: timers, what waits of migrations, and the worker of all jobs."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine.errors import Conflict, Unavailable
from engine.jobs import leased
from engine.jobs.leased import Claimed
from engine.jobs.worker import SWEEP_SECONDS, Handler, Worker
from engine.queries import overview
from engine.runtime import cases, incidents, timers
from engine.runtime.executor import StepError
from engine.runtime.migration.job import migrating, migrations_job
from engine.runtime.port import Job, span_of, timer_job
from engine.service.migration import Migrations
from engine.service.transactions import TRIES
from engine.store.models import Timer
from engine.views import SYSTEM

log = logging.getLogger(__name__)

BATCH = 50
"""Timers that are claimed at once: seldom enough to cost little, few enough to be done long before
their lease ends."""
GRACE = timedelta(seconds=2)
"""What is overdue by more than this had no wake-up, or lost it."""
SECONDS_BETWEEN_VERSIONS = 60


class Upkeep(Migrations):
    """The part of the engine that nobody asks."""

    def fire_due(self, now: datetime | None = None, *, limit: int = 1000) -> int:
        """Fire the timers whose time has come, each in a transaction of its own; how many.

        :param now: up to which time; the clock's when None
        """
        fired = 0
        while fired < limit:
            claimed = self._claim_timers(min(BATCH, limit - fired), now)
            done = sum(self._fire(timer_id, now) for timer_id in claimed)
            fired += done
            if not done:
                break
        return fired

    def worker(
        self, *, concurrency: int | None = None, sweep_seconds: float = SWEEP_SECONDS
    ) -> Worker:
        """A worker on this engine: ``run()`` does jobs until ``stop()``. Any number may run, also
        in other processes and, on PostgreSQL, on other machines.

        :param concurrency: jobs at the same time; the configuration's when None
        :param sweep_seconds: between two looks for what no job was there for
        """
        return Worker(
            _Bench(self),
            concurrency=concurrency or self.config.jobs.concurrency,
            sweep_seconds=sweep_seconds,
        )

    def count_figures(self) -> bool:
        """Count what ``overview`` shows, if it is time; whether it was. For whatever runs beside
        the pages: the more there is to count, the more seldom it is done."""
        with self._reading() as connection:
            if not overview.is_due(connection, self.now()):
                return False
            body = overview.count(connection, self.today())
        with self._database.writing() as connection:
            overview.keep(connection, body, self.now())
        return True

    # ------------------------------------------------------------ timers

    def _claim_timers(self, limit: int, now: datetime | None = None) -> list[str]:
        """Take due timers. When there may be more, another look is asked for at once, so that as
        many workers join as there are."""
        with self._database.writing() as connection:
            moment = now or self.now()
            claimed = timers.claim(connection, moment, limit)
            if len(claimed) == BATCH:
                self._queue.put(connection, [Job("timers", "timers:more", moment)])
            return claimed

    def _fire(self, timer_id: str, now: datetime | None = None) -> bool:
        for _ in range(TRIES):
            try:
                with self._database.writing() as connection:
                    work = self._work(connection, SYSTEM)
                    work.now = now or work.now
                    fired = cases.fire_timer(work, timer_id)
                    work.keep_history()
                    return fired
            except Conflict:
                # Somebody moved the process at the same moment: once more on what they left.
                continue
            except Unavailable:
                break
            except StepError as error:
                return self._failed_timer(timer_id, error)
            except Exception as error:
                # What nobody has foreseen is an incident too, and keeps no other timer waiting.
                log.exception("timer %s", timer_id)
                text = f"{type(error).__name__}: {error}"
                return self._failed_timer(timer_id, StepError("", text, kind="unexpected"))
        # It is due still: whoever looks after the lease has ended finds it.
        return False

    def _failed_timer(self, timer_id: str, error: StepError) -> bool:
        """An incident where the process cannot go on; the timer waits until it is resolved."""
        with self._database.writing() as connection:
            work = self._work(connection, SYSTEM)
            timer = timers.held(connection, timer_id)
            if timer is None:
                return False
            error.element_id = error.element_id or timer.element_id
            operation = {"op": "timer", "timer": timer_id}
            incidents.record(work, timer.instance_id, operation, error)
            timers.release(connection, timer_id)
            work.keep_history()
            return True


class _Bench:
    """The engine as a worker sees it."""

    def __init__(self, engine: Upkeep) -> None:
        self._engine = engine
        self._database = engine._database
        self._looked_at_version: datetime | None = None
        self.handlers: Mapping[str, Handler] = {
            "timers": self._timers,
            "horizon": self._horizon,
            "migrations": self._migrations,
        }

    @property
    def postgresql(self) -> str | None:
        """libpq's connection string, None on SQLite."""
        return self._database.conninfo

    def _timers(self, _: Mapping[str, Any]) -> None:
        for timer_id in self._engine._claim_timers(BATCH):
            self._engine._fire(timer_id)

    def _horizon(self, payload: Mapping[str, Any]) -> None:
        """An hour or a day has begun: wake-ups for each of its timers."""
        begins, ends = span_of(payload)
        with self._database.writing() as connection:
            now = self._engine.now()
            dues = connection.scalars(
                select(Timer.due_at).where(Timer.due_at >= begins, Timer.due_at < ends).distinct()
            )
            jobs = {job.key: job for due in dues for job in [timer_job(due, now)]}
            self._engine._queue.put(connection, list(jobs.values()))

    def _migrations(self, _: Mapping[str, Any]) -> None:
        """Move some instances, and ask for another look while there are more."""
        if self._engine.run_migrations(limit=BATCH) == BATCH:
            with self._database.writing() as connection:
                self._engine._queue.put(connection, [migrations_job(self._engine.now())])

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

    def _overdue(self, connection: Any, now: datetime) -> Iterator[Job]:
        overdue = timers.claimable(now, GRACE).with_only_columns(Timer.id).limit(1)
        if connection.scalar(overdue):
            yield Job("timers", "timers:more", now)
        if connection.scalar(migrating(now - GRACE)):
            yield migrations_job(now)

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
            if not leased.waiting(connection, now):
                return None
        with self._database.writing() as connection:
            return leased.claim(connection, now)

    def finish(self, job: Claimed) -> None:
        """The job is done."""
        with self._database.writing() as connection:
            leased.finish(connection, job)

    def fail(self, job: Claimed, error: str) -> None:
        """The job is to be tried again."""
        with self._database.writing() as connection:
            leased.fail(connection, job, error, self._engine.now())

    def again(self, kind: str, key: str, payload: Mapping[str, Any], attempts: int) -> None:
        """Put a job that failed back, to be tried later."""
        with self._database.writing() as connection:
            job = Job(kind, key, self._engine.now() + leased.pause(attempts), payload)
            self._engine._queue.put(connection, [job])
