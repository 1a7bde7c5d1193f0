"""The worker: fetches jobs and gives them to the engine, and sweeps for due work without a job."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from engine.errors import DatabaseNewer, EngineClosed, ServiceplanError
from engine.jobs.postgresql_queue import QUEUE
from engine.jobs.sqlite_queue import MOST_ATTEMPTS, ClaimedJob

log = logging.getLogger(__name__)

SWEEP_SECONDS: Final = 5.0
"""Seconds between two sweeps: a timer whose wake-up was lost fires at most so late."""
POLL_SECONDS: Final = 1.0
"""Seconds between two looks into an empty queue, and before reconnecting to a server."""
STALLED_SECONDS: Final = 30.0
"""A worker on PostgreSQL without a heartbeat for so many seconds is taken for dead."""

ATTEMPTS: Final = "attempts"
"""The key of a job's payload for how often the job has been tried."""

Handler = Callable[[Mapping[str, Any]], None]
"""Does a job, given its payload; raises when the job is to be tried again."""


class HandlesJobs(Protocol):
    """What a worker needs of the engine."""

    @property
    def by_kind(self) -> Mapping[str, Handler]:
        """The handler of each kind of job."""
        ...

    def sweep(self) -> None:
        """Put jobs for all work that is due; raises DatabaseNewer or EngineClosed when this worker
        must stop."""
        ...

    def checkpoint(self) -> None:
        """Make a checkpoint of the history when something is new."""
        ...

    @property
    def checkpoint_seconds(self) -> float | None:
        """Seconds between two checkpoints; None when there are none."""
        ...

    def claim(self) -> ClaimedJob | None:
        """Claim a job on SQLite; None when there is none."""
        ...

    def finish(self, job: ClaimedJob) -> None:
        """Delete a claimed job that is done."""
        ...

    def fail(self, job: ClaimedJob, error: str) -> None:
        """Have a claimed job tried again later."""
        ...

    def again(self, kind: str, key: str, payload: Mapping[str, Any], attempts: int) -> None:
        """Put a failed job of PostgreSQL back, to be tried later; ``attempts`` have been made."""
        ...

    def give_up(self, kind: str, payload: Mapping[str, Any], attempts: int, error: str) -> None:
        """Store a job of PostgreSQL that has failed in all its attempts."""
        ...

    @property
    def postgresql(self) -> str | None:
        """The connection string for libpq; None on SQLite."""
        ...


class Worker:
    """Does jobs until it is stopped. Any number may run, in threads, processes and machines.

    ``run`` blocks; ``start`` runs it in a thread. When the database has been upgraded under a
    running worker, or its engine closed, it stops by itself, and ``run`` raises DatabaseNewer or
    EngineClosed.
    """

    def __init__(
        self, handlers: HandlesJobs, *, concurrency: int = 2, sweep_seconds: float = SWEEP_SECONDS
    ):
        self.handlers = handlers
        self._concurrency = concurrency
        self._sweep_seconds = sweep_seconds
        self._stop_asked = threading.Event()
        self._ended_by: DatabaseNewer | EngineClosed | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Run in a thread of its own."""
        self._thread = threading.Thread(target=self._run_quietly, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the running jobs, start no others, and wait for the thread."""
        self._stop_asked.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def run(self) -> None:
        """Do jobs until ``stop``; blocks.

        :raises DatabaseNewer: when a newer program has upgraded the database meanwhile
        :raises EngineClosed: when its engine was closed meanwhile
        """
        helpers = [
            threading.Thread(target=self._sweep, name="sweep", daemon=True),
            threading.Thread(target=self._checkpoint, name="checkpoints", daemon=True),
        ]
        for helper in helpers:
            helper.start()
        try:
            if self.handlers.postgresql is None:
                self._poll_all()
            else:
                asyncio.run(self._fetch_all(self.handlers.postgresql))
        finally:
            self._stop_asked.set()
            for helper in helpers:
                helper.join()
        if self._ended_by is not None:
            raise self._ended_by

    def ask_to_stop(self) -> None:
        """Stop as ``stop`` does, but return at once: for a signal handler."""
        self._stop_asked.set()

    def _run_quietly(self) -> None:
        try:
            self.run()
        except ServiceplanError as error:
            log.error("the worker has stopped: %s", error)

    # ------------------------------------------------------------ the safety net

    def _sweep(self) -> None:
        while not self._stop_asked.is_set():
            try:
                self.handlers.sweep()
            except (DatabaseNewer, EngineClosed) as error:
                self._ended_by = error
                self._stop_asked.set()
            except ServiceplanError as error:
                # A database that is away: what is due is due at the next look too.
                log.warning("jobs wait: %s", error)
            except Exception:
                log.exception("jobs wait")
            self._stop_asked.wait(self._sweep_seconds)

    def _checkpoint(self) -> None:
        """Checkpoints have a thread of their own: no job may keep them waiting, nor they a job."""
        seconds = self.handlers.checkpoint_seconds
        while seconds is not None and not self._stop_asked.is_set():
            try:
                self.handlers.checkpoint()
            except EngineClosed:
                return
            except ServiceplanError as error:
                log.warning("checkpoints wait: %s", error)
            except Exception:
                log.exception("checkpoints wait")
            self._stop_asked.wait(seconds)

    # ------------------------------------------------------------ SQLite

    def _poll_all(self) -> None:
        threads = [
            threading.Thread(target=self._poll, name=f"jobs-{n}", daemon=True)
            for n in range(self._concurrency)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _poll(self) -> None:
        while not self._stop_asked.is_set():
            if not self._one():
                self._stop_asked.wait(POLL_SECONDS)

    def _one(self) -> bool:
        """Do one job; False when there is none, or the database is away."""
        try:
            job = self.handlers.claim()
            if job is None:
                return False
            try:
                self.handlers.by_kind[job.kind](job.payload)
            except Exception as error:
                log.exception("job %s failed", job.kind)
                self.handlers.fail(job, f"{type(error).__name__}: {error}")
            else:
                self.handlers.finish(job)
        except Exception as error:
            # The database is away: the lease ends, and the job is there again.
            log.warning("jobs wait: %s", error)
            return False
        return True

    # ------------------------------------------------------------ PostgreSQL

    async def _fetch_all(self, conninfo: str) -> None:
        while not self._stop_asked.is_set():
            try:
                await self._fetch(conninfo)
            except Exception as error:
                # The server is away or was restarted: connect anew.
                log.warning("jobs wait: %s", error)
                await asyncio.sleep(POLL_SECONDS)

    async def _fetch(self, conninfo: str) -> None:
        connector = PsycopgConnector(
            conninfo=conninfo, min_size=1, max_size=self._concurrency + 3, timeout=10
        )
        app = App(connector=connector)
        for kind in self.handlers.by_kind:
            app.task(name=kind, queue=QUEUE, pass_context=True)(self._do)
        async with app.open_async():
            fetching = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._concurrency,
                    fetch_job_polling_interval=POLL_SECONDS,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    stalled_worker_timeout=STALLED_SECONDS,
                )
            )
            tasks = {
                fetching,
                asyncio.create_task(_rescue(app)),
                asyncio.create_task(self._stopped()),
            }
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                # A worker that is cancelled ends the jobs that it has begun.
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome

    async def _stopped(self) -> None:
        while not self._stop_asked.is_set():
            await asyncio.sleep(0.1)

    def _do(self, context: JobContext, /, **payload: Any) -> None:
        """Do one job of Procrastinate's. A job that fails is put again under its key, because the
        library's own retry fails when another job waits under the same key."""
        job = context.job
        attempts = payload.pop(ATTEMPTS, 0) + 1
        try:
            self.handlers.by_kind[job.task_name](payload)
        except Exception as error:
            log.exception("job %s failed", job.task_name)
            if attempts >= MOST_ATTEMPTS:
                self.handlers.give_up(
                    job.task_name, payload, attempts, f"{type(error).__name__}: {error}"
                )
                return
            self.handlers.again(
                job.task_name,
                job.queueing_lock or str(job.id),
                {**payload, ATTEMPTS: attempts},
                attempts,
            )


async def _rescue(app: App) -> None:
    """Put the jobs of dead workers back into the queue."""
    while True:
        stalled = await app.job_manager.get_stalled_jobs(
            queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS
        )
        for job in stalled:
            try:
                await app.job_manager.retry_job(job)
            except ConnectorException:
                # Another job waits under the same key and does the same work.
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
        await asyncio.sleep(STALLED_SECONDS / 2)
