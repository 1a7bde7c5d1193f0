"""Timers whose time has come: fired together, and singly where one of them cannot."""

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
"""Timers that are fired by the same statements: more of them would hold more cases at once."""
MOST = 1000
"""Timers that are fired in one transaction, if ``LONGEST`` leaves the time."""
LONGEST = 0.1
"""Seconds after which a transaction that fires timers takes no more: others want to write."""
BETWEEN = 0.005
"""Seconds in which others may begin to write to SQLite, between two such transactions."""
CLAIMED = 50
"""Timers that are claimed to be fired one by one: seldom enough to cost little, few enough to be
done long before their lease ends."""


class Timers(Part):
    """Fires what is due."""

    def fire_due(self, now: datetime | None = None, *, limit: int = 1000) -> int:
        """Fire the timers whose time has come; how many.

        :param now: up to which time; the clock's when None
        """
        fired = 0
        while fired < limit:
            done, more = self._some(limit - fired, now)
            fired += done
            if not more:
                break
        return fired

    def run_for(self, seconds: float) -> None:
        """Fire due timers for about so long. When there are more, another look is asked for: on
        PostgreSQL at once, so that as many workers join as there are."""
        database, until = self._transactions.database, time.monotonic() + seconds
        _, more = self._some()
        join = more and not database.is_sqlite
        if join:
            self._ask_for_more()
        while more and time.monotonic() < until:
            if database.is_sqlite:
                time.sleep(BETWEEN)
            _, more = self._some()
        if more and not join:
            self._ask_for_more()

    def _ask_for_more(self) -> None:
        with self._transactions.database.writing() as connection:
            job = Job("timers", "timers:more", self._transactions.now())
            self._transactions.queue.put(connection, [job])

    def _some(self, limit: int = MOST, now: datetime | None = None) -> tuple[int, bool]:
        """Fire due timers in one transaction or, when one of them cannot, each in its own: it
        keeps none of the others waiting. How many, and whether there may be more."""
        try:
            fired, more = self._together(limit, now)
            if fired or not more:
                return fired, more
        except Unavailable:
            return 0, False
        except Exception as error:
            # Which one it was shows when they are fired one by one.
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
            return fired, more

    def _claim(self, limit: int, now: datetime | None = None) -> list[str]:
        """Take due timers. When there may be more, another look is asked for at once, so that as
        many workers join as there are."""
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
            # It is due still: whoever looks after the lease has ended finds it.
            return False
        except StepError as error:
            return self._failed(timer_id, error)
        except Exception as error:
            # What nobody has foreseen is an incident too, and keeps no other timer waiting.
            log.exception("timer %s", timer_id)
            text = f"{type(error).__name__}: {error}"
            return self._failed(timer_id, StepError("", text, kind="unexpected"))

    def _failed(self, timer_id: str, error: StepError) -> bool:
        """An incident where the process cannot go on; the timer waits until it is resolved."""

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
