"""How every public method of the engine reaches the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from engine.calendar import WorkCalendar
from engine.clock import Clock
from engine.config import Config
from engine.definitions.library import Library
from engine.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, ProcessFailed
from engine.jobs.queue import Queue
from engine.runtime.executor import StepError
from engine.store.base import table_of
from engine.store.batch import Batch, Statement
from engine.store.database import Database
from engine.store.tables import ReceiptTable
from engine.unit_of_work import Work
from engine.views import Actor, Receipt, Role
from engine.work import incidents, variables

TRIES = 5
"""How often a write is tried when another transaction was first: many people may complete tasks of
one case at the same moment, and all but a loser of the very same task succeed."""
KEY_LENGTH = 100
_TABLE: Final = table_of(ReceiptTable)
_INSERT: Final = Statement(insert(_TABLE))
_FIND: Final = select(_TABLE).where(
    _TABLE.c.actor_id == bindparam("actor_id"), _TABLE.c.key == bindparam("key")
)

Do = Callable[[Work], dict[str, Any]]


class Transactions:
    """The part of ``Engine`` that opens transactions: a public method is one, and nothing below
    it commits."""

    def __init__(self, database: Database, config: Config, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._calendar = WorkCalendar.of(config.calendar)
        zone = self._calendar.zone
        self._queue = Queue(config.webhooks)
        self._library = Library(config, lambda: clock.now().astimezone(zone))
        self.config = config

    @property
    def roles(self) -> Mapping[str, Role]:
        """The configured roles by key."""
        return self.config.roles

    def now(self) -> datetime:
        """The engine's time (UTC)."""
        return self._clock.now()

    def today(self) -> date:
        """The date in the configured zone."""
        return self._calendar.today(self._clock.now())

    # ------------------------------------------------------------ reading

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._database.reading() as connection:
            yield connection

    @contextmanager
    def _looking(self, actor: Actor) -> Iterator[Work]:
        """A ``Work`` that only reads."""
        with self._database.reading() as connection:
            yield self._work(connection, actor)

    def _work(self, connection: Connection, actor: Actor) -> Work:
        return Work(
            batch=Batch(connection),
            actor=actor,
            now=self._clock.now(),
            config=self.config,
            calendar=self._calendar,
            definitions=self._library,
            queue=self._queue,
        )

    # ------------------------------------------------------------ writing

    def _check_size(self, values: Mapping[str, Any], place: str = "{}") -> None:
        """:raises Invalid: ``variable_too_large``, when no instance could hold the values"""
        variables.check_size(values, self.config.limits.variable_bytes, place)

    def _write(
        self,
        actor: Actor,
        method: str,
        key: str,
        request: Mapping[str, Any],
        do: Do,
        *,
        on_failure: Callable[[Work, StepError], None] | None = None,
        reads_first: bool = False,
    ) -> Receipt:
        """Run ``do`` in a transaction, once per ``key``.

        :param request: what the key stands for; the same key with something else is a conflict
        :param on_failure: records an incident in a transaction of its own, after the rollback
        :param reads_first: ``do`` reads and calculates, says ``work.begin()``, and then writes
            under guard of the revisions that it has read. A key that comes back meets its own
            work or its own receipt, so neither is asked for beforehand
        """
        digest = _digest(method, key, request)
        for left in reversed(range(TRIES)):
            lightly = reads_first and left == TRIES - 1
            try:
                with self._database.writing(put_off=lightly) as connection:
                    if left < TRIES - 2:
                        self._database.wait_in_line(connection)
                    return self._once(connection, actor, method, key, digest, do, lightly=lightly)
            except (Conflict, Invalid, NotAllowed, NotFound) as problem:
                # The same request may have come in twice, and the other one was first.
                receipt = self._receipt(actor, key, digest)
                if receipt is not None:
                    return receipt
                if problem.error_code != "stale" or not left:
                    raise
            except IntegrityError:
                receipt = self._receipt(actor, key, digest)
                if receipt is not None:
                    return receipt
                if not left:
                    raise
            except StepError as error:
                self._failed(actor, error, on_failure)
                raise ProcessFailed(error.message, element_id=error.element_id) from error
        raise AssertionError("the last try either returns or raises")

    def _once(
        self,
        connection: Connection,
        actor: Actor,
        method: str,
        key: str,
        digest: str,
        do: Do,
        *,
        lightly: bool,
    ) -> Receipt:
        known = None if lightly else _find(connection, actor, key, digest)
        if known is not None:
            return known
        work = self._work(connection, actor)
        if lightly:
            work.batch = Batch(connection, self._database.claim)
            work.lightly = True
        result = do(work)
        work.batch.put(
            _INSERT,
            {
                "actor_id": actor.id,
                "key": key,
                "method": method,
                "request_sha256": digest,
                "at": work.now,
                "result": result,
            },
        )
        work.keep_history()
        return Receipt(key=key, at=work.now, id=result.get("id"), result=result)

    def _receipt(self, actor: Actor, key: str, digest: str) -> Receipt | None:
        with self._reading() as connection:
            return _find(connection, actor, key, digest)

    def _failed(
        self,
        actor: Actor,
        error: StepError,
        on_failure: Callable[[Work, StepError], None] | None,
    ) -> None:
        with self._database.writing() as connection:
            work = self._work(connection, actor)
            if on_failure is not None:
                on_failure(work, error)
            elif error.instance_id is not None:
                incidents.record(work, error.instance_id, {"op": "none"}, error)
            work.keep_history()


def _find(connection: Connection, actor: Actor, key: str, digest: str) -> Receipt | None:
    row = connection.execute(_FIND, {"actor_id": actor.id, "key": key}).first()
    if row is None:
        return None
    if row.request_sha256 != digest:
        raise Conflict(
            "This idempotency key was used before, for something else.",
            code="idempotency_mismatch",
        )
    return Receipt(key=key, at=row.at, id=row.result.get("id"), result=row.result)


def _digest(method: str, key: str, request: Mapping[str, Any]) -> str:
    if not key or len(key) > KEY_LENGTH:
        text = f"an idempotency key has 1 to {KEY_LENGTH} characters"
        raise Invalid([Problem("key_malformed", text, "key")])
    text = json.dumps([method, request], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
