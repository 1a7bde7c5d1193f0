"""Firing due timers: many in one transaction, or one by one when one of them fails."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from engine.errors import Conflict, StepError, Unavailable
from engine.job_queue import Job
from engine.runtime import timers
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import SYSTEM
from engine.work import incidents
from engine.work.user_tasks import advance

log = logging.getLogger(__name__)

TOGETHER = 20
"""Timers that are fired by the same statements: more would lock more cases at the same time."""
MOST = 1000
"""The most timers that one transaction fires."""
LONGEST = 0.1
"""Seconds after which a transaction fires no more timers, so that other writers need not wait."""
PAUSE = 0.005
"""Seconds between two such transactions, in which others can begin to write to SQLite."""
CLAIMED = 50
"""Timers that are claimed together to be fired one by one: enough to claim seldom, few enough to be
fired long before their lease ends."""


class Timers(Part):
    """Fires the timers of one engine."""

    def fire_due(self, now: datetime | None = None, *, most: int = 1000) -> int:
        """Fire the timers that are due; returns how many.

        :param now: the time up to which timers are due; the clock's when None
        :param most: how many timers are fired, if so many are due
        """
        fired = 0
        while fired < most:
            done, more = self._some(most - fired, now)
            fired += done
            if not more:
                break
        return fired

    def run_for(self, seconds: float) -> None:
        """Fire due timers for about so many seconds. If more are due, another job is put: on
        PostgreSQL at once, so that all free workers join."""
        database, until = self._transactions.database, time.monotonic() + seconds
        _, more = self._some()
        join = more and not database.is_sqlite
        if join:
            self._ask_for_more()
        while more and time.monotonic() < until:
            if database.is_sqlite:
                time.sleep(PAUSE)
            _, more = self._some()
        if more and not join:
            self._ask_for_more()

    def _ask_for_more(self) -> None:
        with self._transactions.database.writing() as connection:
            job = Job("timers", "timers:more", self._transactions.now())
            self._transactions.queue.put(connection, [job])

    def _some(self, limit: int = MOST, now: datetime | None = None) -> tuple[int, bool]:
        """Fire due timers in one transaction or, when one of them fails, each in its own, so that
        it does not stop the others. Returns how many were fired, and whether more may be due."""
        try:
            fired, more = self._together(limit, now)
            if fired or not more:
                return fired, more
        except Unavailable:
            return 0, False
        except Exception as error:
            # Firing them one by one shows which one failed.
            log.debug("timers fire one by one: %s", error)
        claimed = self._claim(min(CLAIMED, limit), now)
        fired = sum(self._alone(timer_id, now) for timer_id in claimed)
        return fired, fired > 0

    def _together(self, limit: int, now: datetime | None) -> tuple[int, bool]:
        with self._transactions.database.writing() as connection:
            until = time.monotonic() + LONGEST
            work = self._transactions.unit_of_work(connection, SYSTEM, now)
            fired, more = timers.fire_batch(advance(work), min(TOGETHER, limit))
            done = fired
            while done and more and fired < limit and time.monotonic() < until:
                done, more = timers.fire_batch(advance(work), min(TOGETHER, limit - fired))
                fired += done
            work.flush()
        self._transactions.hand_out(work.deliveries)
        return fired, more

    def _claim(self, limit: int, now: datetime | None = None) -> list[str]:
        """Claim due timers. If more may be due, another job is put at once, so that all free
        workers join."""
        with self._transactions.database.writing() as connection:
            moment = now or self._transactions.now()
            claimed = timers.claim_due(connection, moment, limit)
            if len(claimed) == CLAIMED:
                job = Job("timers", "timers:more", moment)
                self._transactions.queue.put(connection, [job])
            return claimed

    def _alone(self, timer_id: str, now: datetime | None = None) -> bool:
        def fire(work: UnitOfWork) -> bool:
            return timers.fire_one(advance(work), timer_id)

        try:
            return self._transactions.run(SYSTEM, fire, now=now)
        except (Conflict, Unavailable):
            # It is still due: a worker finds it again when the lease has ended.
            return False
        except StepError as error:
            return self._failed(timer_id, error)
        except Exception as error:
            # An unforeseen error is an incident too, and does not stop the other timers.
            log.exception("timer %s", timer_id)
            text = f"{type(error).__name__}: {error}"
            return self._failed(timer_id, StepError("", text, kind="unexpected"))

    def _failed(self, timer_id: str, error: StepError) -> bool:
        """Record an incident for a timer that cannot be fired; the timer waits until it is
        resolved."""

        def record(work: UnitOfWork) -> bool:
            timer = timers.held(work.connection, timer_id)
            if timer is None:
                return False
            error.element_id = error.element_id or timer.element_id
            operation = {"op": "timer", "timer": timer_id}
            incidents.record(work, timer.instance_id, operation, error)
            timers.release(work.connection, timer_id)
            return True

        return self._transactions.run(SYSTEM, record)
