"""``engine.jobs``: the worker, due timers, and the messages and jobs that failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.access import actions
from engine.access.rules import authorize, may
from engine.errors import NotFound
from engine.jobs import failed, outbox
from engine.jobs.worker import SWEEP_SECONDS, Worker
from engine.service.job_handlers import JobHandlers
from engine.service.timers import Timers
from engine.service.transactions import Part, Transactions
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, DeadLetter, FailedJob, Receipt


class Jobs(Part):
    """The background jobs of one engine."""

    def __init__(self, transactions: Transactions, handlers: JobHandlers, timers: Timers) -> None:
        super().__init__(transactions)
        self._handlers = handlers
        self._timers = timers

    def fire_due(self, now: datetime | None = None, *, most: int = 1000) -> int:
        """Fire the timers that are due; returns how many.

        :param now: the time up to which timers are due; the clock's when None
        :param most: how many timers are fired, if so many are due
        """
        return self._timers.fire_due(now, most=most)

    def worker(
        self, *, concurrency: int | None = None, sweep_seconds: float = SWEEP_SECONDS
    ) -> Worker:
        """A worker on this engine: its ``run()`` does jobs until ``stop()``. Any number may run,
        also in other processes and, on PostgreSQL, on other machines.

        :param concurrency: jobs at the same time; the configuration's when None
        :param sweep_seconds: seconds between two sweeps for due work without a job
        """
        return Worker(
            self._handlers,
            concurrency=concurrency or self._transactions.config.jobs.concurrency,
            sweep_seconds=sweep_seconds,
        )

    def any_failed(self, actor: Actor) -> bool:
        """Whether ``dead_letters`` or ``failed`` have something; False unless the actor is a
        manager."""
        if not may(actor, actions.OVERVIEW_VIEW):
            return False
        with self._transactions.reading() as connection:
            return failed.any_failed(connection)

    # ------------------------------------------------------------ outbound messages

    def dead_letters(self, actor: Actor) -> tuple[DeadLetter, ...]:
        """Mails and webhooks that could not be sent in all their attempts, the newest first, at
        most 200; none unless the actor is a manager."""
        if not may(actor, actions.OVERVIEW_VIEW):
            return ()
        with self._transactions.reading() as connection:
            return outbox.dead(connection)

    def resend(self, actor: Actor, letter_id: str, *, key: str) -> Receipt:
        """Send a dead message again.

        :raises NotAllowed: unless the actor is a manager
        :raises NotFound: when there is no such dead message
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.OVERVIEW_VIEW, None)
            job = outbox.revive(work.connection, letter_id, work.now)
            if job is None:
                raise NotFound(f"There is no dead letter {letter_id}", id=letter_id)
            work.jobs.append(job)
            return {"id": letter_id}

        return self._transactions.write(actor, "resend", key, {"letter": letter_id}, do)

    # ------------------------------------------------------------ failed jobs

    def failed(self, actor: Actor) -> tuple[FailedJob, ...]:
        """Jobs that failed in all their attempts, the newest first, at most 200; none unless the
        actor is a manager."""
        if not may(actor, actions.OVERVIEW_VIEW):
            return ()
        with self._transactions.reading() as connection:
            return failed.newest(connection)

    def retry(self, actor: Actor, job_id: str, *, key: str) -> Receipt:
        """Do a failed job again.

        :raises NotAllowed: unless the actor is a manager
        :raises NotFound: when there is no such failed job
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.OVERVIEW_VIEW, None)
            job = failed.take(work.connection, job_id, work.now)
            if job is None:
                raise NotFound(f"There is no failed job {job_id}", id=job_id)
            work.jobs.append(job)
            return {"id": job_id}

        return self._transactions.write(actor, "retry_job", key, {"job": job_id}, do)
