"""Writes that go to the database together.

Most of what a step costs on a server is the way there and back, so what a transaction writes is
put together and sent when it ends, or when something else is asked in between. On PostgreSQL it is
one statement then (``WITH`` … of `data-modifying statements
<https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING>`_); a transaction
of nothing else needs neither BEGIN nor COMMIT, since a statement is a transaction by itself.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DataError, DBAPIError

from engine.errors import Conflict
from engine.store import postgresql

Values = Mapping[str, Any]
Lock = Select[str]

_AT_ONCE: Final = 6
"""So many rows are one INSERT with a row of values for each, or an UPDATE each beside the others:
a text that comes again, which the server prepares. More are sent as a batch of SQLAlchemy's."""
_NAMED: Final = re.compile(r"%\((\w+)\)s")
_DIVISION_BY_ZERO: Final = "22012"


class Statement:
    """An INSERT of one row, an UPDATE of one row that must be there as it was read (it finds the
    row by ``of_id`` and, most of the time, by a revision), or, on PostgreSQL, a SELECT that locks
    one row."""

    def __init__(self, statement: Insert | Update | Lock) -> None:
        """:param statement: its values come later; it has no defaults that Python computes"""
        self.text = statement.inline() if isinstance(statement, Insert) else statement
        self.guards = not isinstance(statement, Insert)
        self._prepared: dict[tuple[str, tuple[str, ...]], _Prepared] = {}

    def row(self, values: Values) -> tuple[Any, Any]:
        """Which row is written."""
        key = values.get("of_id") or values.get("id") or id(values)
        return getattr(self.text, "table", self.text), key

    def prepared(self, dialect: Dialect, names: tuple[str, ...]) -> _Prepared:
        """The statement as it is sent, with values of these names."""
        key = (dialect.name, names)
        if key not in self._prepared:
            self._prepared[key] = _prepare(self.text, dialect, names)
        return self._prepared[key]


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    head: str
    row: str
    """What is repeated for each row of an INSERT."""
    order: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    """The values' names as they stand in the text, and how each becomes one of the driver's."""
    fixed: Values
    """Values that the statement itself has."""

    def text(self, rows: int) -> str:
        return self.head + ", ".join([self.row] * rows)

    def bound(self, rows: Sequence[Values]) -> list[Any]:
        return [
            known[name] if process is None else process(known[name])
            for known in ({**self.fixed, **values} for values in rows)
            for name, process in self.order
        ]


def _prepare(
    statement: Insert | Update | Lock, dialect: Dialect, names: tuple[str, ...]
) -> _Prepared:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    if compiled.prefetch:
        raise TypeError(f"{statement} lacks {[column.key for column in compiled.prefetch]}")
    text, order = compiled.string, compiled.positiontup
    if not compiled.positional:
        text, order = _NAMED.sub("%s", text), _NAMED.findall(text)
    found = [(name, compiled.binds[name].type.dialect_impl(dialect)) for name in order]
    processed = tuple((name, type_.bind_processor(dialect)) for name, type_ in found)
    if dialect.name == "postgresql" and isinstance(statement, Update):
        text += " RETURNING 1"
    fixed = {name: compiled.params[name] for name in order if name not in names}
    head, values, row = text.partition(" VALUES ")
    return _Prepared(head + values, row, processed, fixed)


@lru_cache(1000)
def _together(texts: tuple[tuple[str, bool], ...]) -> str:
    """One statement of several (whether each ``guards`` beside it). Those that guard are executed
    in their order; when one has not found its row there is a division by zero, and none of it has
    happened."""
    parts = (f"w{n} AS ({text})" for n, (text, _) in enumerate(texts))
    missed = (
        f"WHEN (SELECT count(*) FROM w{n}) <> 1 THEN 0"  # noqa: S608 - a number
        for n, (_, guards) in enumerate(texts)
        if guards
    )
    text = f"WITH {', '.join(parts)} SELECT 1 / CASE {' '.join(missed)} WHEN true THEN 1 END"
    return postgresql.numbered(text)


Put = tuple[Statement, Values]
Write = Callable[[], None]


class Batch:
    """What a transaction writes."""

    def __init__(
        self, connection: Connection, begin: Callable[[Connection], None] | None = None
    ) -> None:
        """:param begin: begins the transaction, when that has been put off"""
        self._connection = connection
        self._begin = begin
        self._reading = begin is not None
        self._rows: list[Put] = []
        self._seen: set[tuple[Any, Any]] = set()

    @property
    def connection(self) -> Connection:
        """For statements of any other kind. They find what has been put."""
        if not self._reading:
            self.send()
        return self._connection

    @property
    def dialect(self) -> str:
        """The name of the database's kind."""
        return self._connection.dialect.name

    def writes(self) -> None:
        """There are writes from here on: ``connection`` is in a transaction."""
        self._reading = False

    def put(self, statement: Statement, values: Values) -> None:
        """Write this with what else there is, in the order in which it is put."""
        row = statement.row(values)
        if row in self._seen:
            # Of two writes of one statement to the same row PostgreSQL does one.
            self.send()
        self._seen.add(row)
        self._rows.append((statement, values))

    def send(self) -> None:
        """Write what has been put.

        :raises Conflict: when an UPDATE has not found its row
        """
        self._write(begin=True)

    def end(self) -> None:
        """Write what has been put; nothing else comes. :raises Conflict: as ``send``"""
        alone = self.dialect == "postgresql" and all(
            len(rows) <= _AT_ONCE for _, rows in _grouped(self._rows)
        )
        self._write(begin=not alone)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is written within is taken back when the block fails, and nothing else is."""
        with self.connection.begin_nested():
            try:
                yield
                self.send()
            finally:
                self._rows, self._seen = [], set()

    def _write(self, *, begin: bool) -> None:
        """What is sent is made first: nobody else is kept waiting for that."""
        rows, self._rows, self._seen = self._rows, [], set()
        make = self._together if self.dialect == "postgresql" else self._one_by_one
        writes = list(make(rows))
        if begin and self._begin is not None:
            begins, self._begin = self._begin, None
            begins(self._connection)
        for write in writes:
            write()

    def _together(self, rows: Sequence[Put]) -> Iterator[Write]:
        texts: list[tuple[str, bool]] = []
        bound: list[Any] = []
        many = []
        for statement, alike in _grouped(rows):
            if len(alike) > _AT_ONCE:
                many.append(partial(self._execute_many, statement, alike))
                continue
            prepared = statement.prepared(self._connection.dialect, tuple(alike[0]))
            if statement.guards:
                texts += [(prepared.head, True)] * len(alike)
            else:
                texts.append((prepared.text(len(alike)), False))
            bound += prepared.bound(alike)
        if texts:
            yield partial(self._execute_together, _together(tuple(texts)), bound)
        yield from many

    def _one_by_one(self, rows: Sequence[Put]) -> Iterator[Write]:
        for statement, alike in _grouped(rows):
            if len(alike) > _AT_ONCE:
                yield partial(self._execute_many, statement, alike)
                continue
            prepared = statement.prepared(self._connection.dialect, tuple(alike[0]))
            for some in ([values] for values in alike) if statement.guards else [alike]:
                text = prepared.text(len(some))
                yield partial(self._execute, text, prepared.bound(some), statement.guards)

    def _execute_together(self, text: str, values: Sequence[Any]) -> None:
        try:
            postgresql.execute_numbered(self._connection, text, values)
        except DataError as error:
            if getattr(error.orig, "sqlstate", None) != _DIVISION_BY_ZERO:
                raise
            raise _first() from error

    def _execute_many(self, statement: Statement, rows: Sequence[Values]) -> None:
        done = self._connection.execute(statement.text, list(rows))
        if statement.guards and done.rowcount != len(rows):
            raise _first()

    def _execute(self, text: str, values: Sequence[Any], guards: bool) -> None:
        # By SQLite's driver itself: all other writers wait meanwhile.
        driver: Any = self._connection.connection.dbapi_connection
        try:
            done = driver.execute(text, values)
        except sqlite3.Error as error:
            dialect = self._connection.dialect
            raise DBAPIError.instance(
                text, tuple(values), error, sqlite3.Error, dialect=dialect
            ) from error
        if guards and done.rowcount != 1:
            raise _first()


def _grouped(rows: Sequence[Put]) -> Iterator[tuple[Statement, Sequence[Values]]]:
    """Rows of one statement, put one after the other, with the same columns."""
    for (statement, _), alike in groupby(rows, lambda row: (row[0], tuple(row[1]))):
        yield statement, [values for _, values in alike]


def _first() -> Conflict:
    return Conflict("Somebody else was first.", code="stale")
