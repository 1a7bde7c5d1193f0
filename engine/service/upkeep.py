"""What happens when nobody asks: timers, what waits of migrations, and the worker of all jobs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from engine.access import actions
from engine.access.rules import authorize, may
from engine.errors import Conflict, NotFound, Unavailable
from engine.job_queue import Job
from engine.jobs import failed, outbox
from engine.jobs.worker import SWEEP_SECONDS, Worker
from engine.queries import overview
from engine.records import history
from engine.runtime import firing, timers
from engine.runtime.executor import StepError
from engine.service.bench import BATCH, EngineBench
from engine.service.migration import Migrations
from engine.service.transactions import TRIES
from engine.store.base import OPEN_INCIDENT
from engine.store.database import Database
from engine.store.tables import IncidentTable, TimerTable
from engine.unit_of_work import Work
from engine.views import SYSTEM, Actor, DeadLetter, FailedJob, Pulse, Receipt, Verification
from engine.work import cases, incidents

log = logging.getLogger(__name__)

TOGETHER = 20
"""Timers that are fired by the same statements."""
MOST = 1000
"""Timers that are fired in one transaction, if ``LONGEST`` leaves the time."""
LONGEST = 0.1
"""Seconds after which a transaction that fires timers takes no more: others want to write."""
BETWEEN = 0.005
"""Seconds in which others may begin to write to SQLite, between two such transactions."""


class Upkeep(Migrations):
    """The part of the engine that nobody asks."""

    def fire_due(self, now: datetime | None = None, *, limit: int = 1000) -> int:
        """Fire the timers whose time has come; how many.

        :param now: up to which time; the clock's when None
        """
        fired = 0
        while fired < limit:
            done, more = self._fire_some(limit - fired, now)
            fired += done
            if not more:
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
            EngineBench(self),
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

    # ------------------------------------------------------------ how it is going

    def pulse(self) -> Pulse:
        """How the engine is doing, for whatever watches it.

        :raises Unavailable: when the database does not answer
        """
        with self._reading() as connection:
            now = self.now()
            due, first = connection.execute(
                select(func.count(), func.min(TimerTable.due_at)).where(
                    TimerTable.id.in_(timers.claimable(now).with_only_columns(TimerTable.id))
                )
            ).one()
            unsent, dead, letter = outbox.counts(connection, now)
            waiting = [m for m in (first, letter, self._queue.oldest(connection, now)) if m]
            lag = max(((now - m).total_seconds() for m in waiting), default=0.0)
            incidents = connection.scalar(
                select(func.count()).select_from(IncidentTable).where(text(OPEN_INCIDENT))
            )
            jobs = failed.count(connection)
        return Pulse(incidents or 0, due, max(0.0, lag), unsent, dead, jobs)

    def check_version(self) -> None:
        """Whether this program and the database fit together.

        :raises DatabaseNewer: when a newer program has upgraded it
        :raises Unavailable: when it is older, or does not answer
        """
        self._database.check_version()

    def watch(self, watcher: Callable[[Sequence[str]], None]) -> None:
        """Give ``watcher`` the types of all facts that are written from now on, for counting."""
        self._queue.watchers.append(watcher)

    def backup(self, path: Path) -> Verification:
        """Copy the database (SQLite) while it is in use, and check the copy: its structure, its
        references, and every hash and signature of its history.

        :raises Conflict: when there is a file already
        :raises Unavailable: on PostgreSQL, which has ways of its own
        """
        self._database.backup(path)
        copy = Database(f"sqlite:///{path}")
        try:
            with copy.reading() as connection:
                return history.verify(connection, None)
        finally:
            copy.close()

    # ------------------------------------------------------------ what leaves the house

    def dead_letters(self, actor: Actor) -> tuple[DeadLetter, ...]:
        """Mails and webhooks that were tried in vain, the newest first, at most 200; none for
        those who are no managers."""
        if not may(actor, actions.OVERVIEW_VIEW):
            return ()
        with self._reading() as connection:
            return outbox.dead(connection)

    def resend(self, actor: Actor, letter_id: str, *, key: str) -> Receipt:
        """Try to send a dead letter again.

        :raises NotAllowed: when the actor is no manager
        :raises NotFound: when there is no such dead letter
        """

        def do(work: Work) -> dict[str, Any]:
            authorize(actor, actions.OVERVIEW_VIEW, None)
            job = outbox.revive(work.connection, letter_id, work.now)
            if job is None:
                raise NotFound(f"There is no dead letter {letter_id}", id=letter_id)
            work.jobs.append(job)
            return {"id": letter_id}

        return self._write(actor, "resend", key, {"letter": letter_id}, do)

    # ------------------------------------------------------------ what was tried in vain

    def failed_jobs(self, actor: Actor) -> tuple[FailedJob, ...]:
        """Jobs that were tried in vain and are tried no more, the newest first, at most 200; none
        for those who are no managers."""
        if not may(actor, actions.OVERVIEW_VIEW):
            return ()
        with self._reading() as connection:
            return failed.listed(connection)

    def retry_job(self, actor: Actor, job_id: str, *, key: str) -> Receipt:
        """Try a failed job again.

        :raises NotAllowed: when the actor is no manager
        :raises NotFound: when there is no such failed job
        """

        def do(work: Work) -> dict[str, Any]:
            authorize(actor, actions.OVERVIEW_VIEW, None)
            job = failed.take(work.connection, job_id, work.now)
            if job is None:
                raise NotFound(f"There is no failed job {job_id}", id=job_id)
            work.jobs.append(job)
            return {"id": job_id}

        return self._write(actor, "retry_job", key, {"job": job_id}, do)

    # ------------------------------------------------------------ timers

    def _fire_for(self, seconds: float) -> None:
        """Fire due timers for about so long. When there are more, another look is asked for: on
        PostgreSQL at once, so that as many workers join as there are."""
        until = time.monotonic() + seconds
        _, more = self._fire_some()
        join = more and not self._database.is_sqlite
        if join:
            self._ask_for_more()
        while more and time.monotonic() < until:
            if self._database.is_sqlite:
                time.sleep(BETWEEN)
            _, more = self._fire_some()
        if more and not join:
            self._ask_for_more()

    def _ask_for_more(self) -> None:
        with self._database.writing() as connection:
            self._queue.put(connection, [Job("timers", "timers:more", self.now())])

    def _fire_some(self, limit: int = MOST, now: datetime | None = None) -> tuple[int, bool]:
        """Fire due timers in one transaction or, when one of them cannot, each in its own: it
        keeps none of the others waiting. How many, and whether there may be more."""
        try:
            fired, more = self._fire_together(limit, now)
            if fired or not more:
                return fired, more
        except Unavailable:
            return 0, False
        except Exception as error:
            # Which one it was shows when they are fired one by one.
            log.debug("timers fire one by one: %s", error)
        fired = sum(self._fire(id, now) for id in self._claim_timers(min(BATCH, limit), now))
        return fired, fired > 0

    def _fire_together(self, limit: int, now: datetime | None) -> tuple[int, bool]:
        with self._database.writing() as connection:
            until = time.monotonic() + LONGEST
            work = self._work(connection, SYSTEM)
            work.now = now or work.now
            fired, more = firing.fire_together(work, min(TOGETHER, limit))
            done = fired
            while done and more and fired < limit and time.monotonic() < until:
                done, more = firing.fire_together(work, min(TOGETHER, limit - fired))
                fired += done
            work.keep_history()
            return fired, more

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
