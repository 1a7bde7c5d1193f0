"""The transactions of an engine: every public method runs in one of these."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from engine.calendar import WorkCalendar
from engine.clock import Clock
from engine.config import Config
from engine.definitions.library import DefinitionLibrary
from engine.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    Problem,
    ProcessFailed,
    StepError,
)
from engine.jobs.queue import DatabaseQueue
from engine.store.base import table_of
from engine.store.batch import Batch, Statement
from engine.store.database import Database
from engine.store.tables import ReceiptTable
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, Receipt
from engine.work import incidents
from engine.work.fields import check_size

TRIES = 5
"""How often a write is tried when another transaction was first: when several people complete tasks
of one case at the same moment, all should succeed, unless it was the very same task."""
KEY_LENGTH = 100
"""The most characters of an idempotency key: the size of its column."""
_TABLE: Final = table_of(ReceiptTable)
_INSERT: Final = Statement(insert(_TABLE))
_FIND: Final = select(_TABLE).where(
    _TABLE.c.actor_id == bindparam("actor_id"), _TABLE.c.key == bindparam("key")
)

T = TypeVar("T")
Do = Callable[[UnitOfWork], dict[str, Any]]
"""What a write does in its transaction; returns the ``result`` of the receipt."""
OnFailure = Callable[[UnitOfWork, StepError], None]
"""Records an incident in a transaction of its own, after the rollback."""


class Transactions:
    """Opens the transactions of one engine. Nothing below a public method commits."""

    def __init__(self, database: Database, config: Config, clock: Clock) -> None:
        self.database = database
        self.config = config
        self.clock = clock
        self.calendar = WorkCalendar.of(config.calendar)
        self.queue = DatabaseQueue(config.webhooks)
        zone = self.calendar.zone
        self.definitions = DefinitionLibrary(config, lambda: clock.now().astimezone(zone))

    def now(self) -> datetime:
        """The current time of the engine's clock, in UTC."""
        return self.clock.now()

    def today(self) -> date:
        """Today's date in the configured time zone."""
        return self.calendar.today(self.clock.now())

    # ------------------------------------------------------------ reading

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def looking(self, actor: Actor) -> Iterator[UnitOfWork]:
        """A unit of work that only reads."""
        with self.database.reading() as connection:
            yield self.unit_of_work(connection, actor)

    def unit_of_work(
        self, connection: Connection, actor: Actor, now: datetime | None = None
    ) -> UnitOfWork:
        """A unit of work on an open transaction.

        :param now: the time of all rows that it writes; the clock's when None
        """
        return UnitOfWork(
            batch=Batch(connection),
            actor=actor,
            now=now or self.clock.now(),
            config=self.config,
            calendar=self.calendar,
            definitions=self.definitions,
            queue=self.queue,
        )

    # ------------------------------------------------------------ writing

    def check_size(self, values: Mapping[str, Any], place: str = "{}") -> None:
        """Check that an instance could hold the values.

        :param place: the pattern of a problem's field, with ``{}`` for the variable's name
        :raises Invalid: ``variable_too_large``
        """
        check_size(values, self.config.limits.variable_bytes, place)

    def write(
        self,
        actor: Actor,
        method: str,
        key: str,
        request: Mapping[str, Any],
        do: Do,
        *,
        on_failure: OnFailure | None = None,
        reads_first: bool = False,
    ) -> Receipt:
        """Run ``do`` in a transaction, once per ``key``, and store its receipt.

        :param method: the name of the method that the key belongs to
        :param request: what the key stands for; the same key with another request is a conflict
        :param on_failure: records the incident of a ``StepError``
        :param reads_first: ``do`` reads and calculates first, calls ``work.begin()``, and then
            writes, guarded by the revisions that it has read. A repeated key then fails on these
            or on its own receipt, so the receipt is not looked up beforehand
        :raises ProcessFailed: for a ``StepError``; nothing was changed but the incident
        """
        digest = _digest(method, key, request)

        def once(work: UnitOfWork) -> Receipt:
            known = None if work.optimistic else _known(work.connection, actor, key, digest)
            if known is not None:
                return known
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
            return Receipt(key=key, at=work.now, id=result.get("id"), result=result)

        def receipt() -> Receipt | None:
            with self.reading() as connection:
                return _known(connection, actor, key, digest)

        try:
            return self.run(actor, once, known=receipt, reads_first=reads_first)
        except StepError as error:
            self.record_failure(actor, error, on_failure)
            raise ProcessFailed(error.message, element_id=error.element_id) from error

    def run(
        self,
        actor: Actor,
        do: Callable[[UnitOfWork], T],
        *,
        known: Callable[[], T | None] = lambda: None,
        now: datetime | None = None,
        reads_first: bool = False,
    ) -> T:
        """Run ``do`` in a transaction, and again (``TRIES`` times in all) when it lost a race.

        :param known: returns the result if the same request has been done meanwhile, else None
        :param now: the time of all rows that are written; the clock's when None
        :param reads_first: as in ``write``
        """
        for left in reversed(range(TRIES)):
            optimistic = reads_first and left == TRIES - 1
            try:
                with self.database.writing(put_off=optimistic) as connection:
                    if left < TRIES - 2:
                        self.database.wait_in_line(connection)
                    work = self.unit_of_work(connection, actor, now)
                    if optimistic:
                        work.batch = Batch(connection, self.database.claim)
                        work.optimistic = True
                    result = do(work)
                    work.flush()
                    return result
            except (Conflict, Invalid, NotAllowed, NotFound) as problem:
                # The same request may have come in twice, and the other one was first.
                earlier = known()
                if earlier is not None:
                    return earlier
                if problem.error_code != "stale" or not left:
                    raise
            except IntegrityError:
                earlier = known()
                if earlier is not None:
                    return earlier
                if not left:
                    raise
        raise AssertionError("the last try either returns or raises")

    def record_failure(self, actor: Actor, error: StepError, on_failure: OnFailure | None) -> None:
        """Record the incident of a step that was rolled back, in a transaction of its own.

        :param on_failure: records it; by default it is an incident that cannot be retried
        """
        with self.database.writing() as connection:
            work = self.unit_of_work(connection, actor)
            if on_failure is not None:
                on_failure(work, error)
            elif error.instance_id is not None:
                incidents.record(work, error.instance_id, {"op": "none"}, error)
            work.flush()


class Part:
    """The base of the engine's parts: the methods about one noun, each of them one transaction."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions


def _known(connection: Connection, actor: Actor, key: str, digest: str) -> Receipt | None:
    """The receipt of a key that has been used; None for a new key.

    :raises Conflict: ``idempotency_mismatch`` when the key was used for another request
    """
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
