"""The transactions of an engine: every public method runs in one of these."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from engine import security_log
from engine.calendar import WorkCalendar
from engine.clock import Clock
from engine.config import Config
from engine.definitions.drawings import DrawingLibrary
from engine.definitions.library import DefinitionLibrary
from engine.definitions.live import LiveProcesses
from engine.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    Problem,
    ProcessFailed,
    StepError,
    Unavailable,
)
from engine.jobs.queue import DatabaseQueue
from engine.records.reads import ReadLog
from engine.store.base import table_of
from engine.store.batch import Batch, Statement
from engine.store.database import Database
from engine.store.noting import NotingConnection, WrittenRows
from engine.store.tables import ReceiptTable
from engine.unit_of_work import UnitOfWork
from engine.views import SYSTEM, Actor, Receipt
from engine.work import deliveries, incidents
from engine.work.fields import check_size

log = logging.getLogger(__name__)

TRIES = 5
"""How often a write is tried when another transaction was first: when several people complete tasks
of one case at the same moment, all should succeed, unless it was the very same task."""
AT_ONCE = 100
"""Events that are handed out by the request that has thrown them, and by one job: few enough for
nobody to wait long, enough for most signals to have arrived when the request is answered."""
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
        self.reads = ReadLog(database.writing)
        zone = self.calendar.zone
        self.definitions = DefinitionLibrary(config, lambda: clock.now().astimezone(zone))
        self.live = LiveProcesses(self.definitions)
        self.drawings = DrawingLibrary(config, self.definitions)

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
        if isinstance(connection, NotingConnection):
            connection.written = WrittenRows()
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
        thrown: list[str] = []
        result = self._tried(actor, do, known, now, reads_first, thrown)
        self.hand_out(thrown)
        return result

    def _tried(
        self,
        actor: Actor,
        do: Callable[[UnitOfWork], T],
        known: Callable[[], T | None],
        now: datetime | None,
        reads_first: bool,
        thrown: list[str],
    ) -> T:
        """Run ``do`` as ``run`` does.

        :param thrown: gets the ids of the events that are to be handed out now
        """
        apart = False
        for left in reversed(range(TRIES)):
            optimistic = reads_first and left == TRIES - 1
            try:
                with self.database.writing(put_off=optimistic) as connection:
                    if left < TRIES - 2:
                        self.database.wait_in_line(connection)
                    work = self.unit_of_work(connection, actor, now)
                    work.apart = apart
                    if optimistic:
                        work.batch = Batch(connection, self.database.claim)
                        work.optimistic = True
                    result = _done(do, work)
                thrown += work.deliveries
                security_log.note_facts(work.written)
                return result
            except StepError as error:
                # Perhaps another instance could not receive what this one has thrown.
                if apart or not error.received or not left:
                    raise
                apart = True
            except (Conflict, Invalid, NotAllowed, NotFound, IntegrityError) as problem:
                # The same request may have come in twice, and the other one was first.
                earlier = known()
                if earlier is not None:
                    return earlier
                if not left or getattr(problem, "error_code", "stale") != "stale":
                    raise
        raise AssertionError("the last try either returns or raises")

    def hand_out(self, thrown: Sequence[str]) -> None:
        """Hand out events that committed transactions have thrown, each in a transaction of its
        own, and those that come of them, at most ``AT_ONCE``. A job hands out what is left."""
        waiting = deque(thrown)
        for _ in range(AT_ONCE):
            if not waiting:
                return
            self._hand_out_one(waiting)

    def hand_out_waiting(self) -> bool:
        """Hand out events that nobody has handed out yet; True when there may be more."""
        with self.reading() as connection:
            waiting = list(deliveries.waiting(connection, AT_ONCE))
        done = [self._hand_out_one(deque([each])) for each in waiting]
        return any(done)

    def _hand_out_one(self, waiting: deque[str]) -> bool:
        """Hand out the first of the events, and put those that come of it behind the others."""
        delivery_id, more = waiting.popleft(), list[str]()

        def do(work: UnitOfWork) -> bool:
            return deliveries.hand_out(work, delivery_id)

        try:
            done = self._tried(SYSTEM, do, lambda: None, None, False, more)
        except (Conflict, Unavailable):
            return False
        except Exception as error:
            # An unforeseen error is an incident too, and keeps nobody else from going on.
            log.exception("event %s", delivery_id)
            text = f"{type(error).__name__}: {error}"
            failed = StepError("", text, kind="unexpected")
            with self.database.writing() as connection:
                work = self.unit_of_work(connection, SYSTEM)
                done = deliveries.give_up(work, delivery_id, failed)
                work.flush()
        waiting.extend(more)
        return done

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
    """The base of the engine's parts: the methods about one noun, each of them one transaction.

    The public methods of every part raise EngineClosed once their engine is closed.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def __init_subclass__(cls) -> None:
        for name, method in list(vars(cls).items()):
            if inspect.isfunction(method) and not name.startswith("_"):
                setattr(cls, name, _while_open(method))


def _while_open(method: Callable[..., T]) -> Callable[..., T]:
    """The method of a part, for as long as its engine is open."""

    @functools.wraps(method)
    def checked(part: Part, *given: Any, **named: Any) -> T:
        part._transactions.database.check_open()
        return method(part, *given, **named)

    return checked


def _done(do: Callable[[UnitOfWork], T], work: UnitOfWork) -> T:
    """Do all the writing of one transaction."""
    try:
        result = do(work)
    except StepError as error:
        error.received = work.received
        raise
    work.flush()
    return result


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
