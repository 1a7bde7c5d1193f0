"""Writes that go to the database together.

Most of what a step costs on a server is the way there and back, so what a transaction writes is
put together and sent when it ends, or when something else is asked in between. On PostgreSQL it is
one statement then (``WITH`` … of `data-modifying statements
<https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING>`_, built by
SQLAlchemy's ``add_cte``); a transaction of nothing else needs neither BEGIN nor COMMIT, since a
statement is a transaction by itself. docs/decisions/0016 has what the other ways cost.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    CTE,
    BindParameter,
    Connection,
    Insert,
    Integer,
    Select,
    Table,
    Update,
    bindparam,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.sql import visitors

from engine.errors import Conflict
from engine.store.noting import NotingConnection, WrittenRow, key_of, whole
from engine.store.vouched import VOUCHED

Values = Mapping[str, Any]
Lock = Select[str]

_AT_ONCE: Final = 6
"""So many rows are one INSERT with a row of values for each, or an UPDATE each beside the others:
a text that comes again, which the server prepares. More are sent as a batch of SQLAlchemy's."""
_ONE: Final = literal_column("1", Integer)
_ZERO: Final = literal_column("0", Integer)
_DIVISION_BY_ZERO: Final = "22012"


class Statement:
    """An INSERT of one row, an UPDATE of one row that must be there as it was read (it finds the
    row by ``of_id`` and, most of the time, by a revision), or, on PostgreSQL, a SELECT that locks
    one row."""

    def __init__(self, statement: Insert | Update | Lock) -> None:
        """:param statement: its values come later; it has no defaults that Python computes"""
        self.core = statement.inline() if isinstance(statement, Insert) else statement
        """As it is without values."""
        self.guards = not isinstance(statement, Insert)
        table = getattr(self.core, "table", None)
        self.vouched: Table | None = table if getattr(table, "name", "") in VOUCHED else None
        """The table, when the history vouches for its rows."""
        elements = visitors.iterate(self.core)
        self.asked = frozenset(e.key for e in elements if isinstance(e, BindParameter))
        """The names of the values by which it finds its row."""

    def row(self, values: Values) -> tuple[Any, Any]:
        """Which row is written."""
        key = values.get("of_id") or values.get("id") or id(values)
        return getattr(self.core, "table", self.core), key

    def note(self, connection: Connection, values: Values) -> None:
        """Have the row noted, on a connection that notes."""
        written = connection.written if isinstance(connection, NotingConnection) else None
        if written is None or self.vouched is None:
            return
        if self.guards:
            written.add(self.vouched, values["of_id"], values)
        else:
            written.add(self.vouched, values[key_of(self.vouched)], whole(self.vouched, values))


class _StatementPart(NamedTuple):
    """A statement with the names of its values, for so many rows."""

    statement: Statement
    names: tuple[str, ...]
    rows: int

    def core(self, first: int) -> Insert | Update | Lock:
        """With a bound parameter for each value; the first row is number ``first`` of them all."""
        core = self.statement.core
        if isinstance(core, Insert):
            rows = range(first, first + self.rows)
            return core.values([_parameters(core, self.names, row) for row in rows])
        numbered: Any = visitors.replacement_traverse(core, {}, partial(self._numbered, first))
        if isinstance(core, Update):
            asked = self.statement.asked
            rest = [name for name in self.names if name not in asked]
            numbered = numbered.values(_parameters(core, rest, first))
        return cast(Update | Lock, numbered)

    def _numbered(self, row: int, element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter) and element.key in self.names:
            return bindparam(_parameter(row, element.key), type_=element.type)
        return None


def _parameters(core: Insert | Update, names: Iterable[str], row: int) -> dict[str, Any]:
    columns = core.table.c
    default = "default" if isinstance(core, Insert) else "onupdate"
    computed = {column.key for column in columns if getattr(column, default) is not None}
    if not computed.issubset(names):
        raise TypeError(f"{core} lacks {computed.difference(names)}")
    return {name: bindparam(_parameter(row, name), type_=columns[name].type) for name in names}


def _parameter(row: int, name: str) -> str:
    return f"r{row}_{name}"


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """What is sent for some parts: the same each time, but for the values."""

    text: str
    order: tuple[tuple[int, str, Callable[[Any], Any] | None], ...]
    """The values as they stand in the text: of which row, by which name, and how each becomes one
    of the driver's."""
    literals: Values
    """Values that the statements themselves have; a last row."""

    def bound(self, rows: Sequence[Values]) -> tuple[Any, ...]:
        known = (*rows, self.literals)
        return tuple(
            [
                known[row][name] if process is None else process(known[row][name])
                for row, name, process in self.order
            ]
        )


@lru_cache(1000)
def _prepared(dialect: Dialect, parts: tuple[_StatementPart, ...]) -> _Prepared:
    cores: list[Insert | Update | Lock] = []
    places: dict[str, tuple[int, str]] = {}
    first = 0
    for part in parts:
        cores.append(part.core(first))
        for row in range(first, first + part.rows):
            places |= {_parameter(row, name): (row, name) for name in part.names}
        first += part.rows
    together = _together(parts, cores) if dialect.name == "postgresql" else cores[0]
    compiled: Any = together.compile(dialect=dialect)
    state = compiled.construct_expanded_state(dict.fromkeys(places))
    types = ((name, compiled.binds[name].type.dialect_impl(dialect)) for name in state.positiontup)
    order = tuple(
        (*places.get(name, (first, name)), type_.bind_processor(dialect)) for name, type_ in types
    )
    return _Prepared(state.statement, order, state.parameters)


def _together(parts: Sequence[_StatementPart], cores: Sequence[Any]) -> Select[Any]:
    """One statement of several. Those that guard are executed in their order; when one has not
    met its row there is a division by zero, and none of it has happened."""
    ctes: list[CTE] = []
    missed = []
    for number, (part, core) in enumerate(zip(parts, cores, strict=True)):
        returning = isinstance(core, Update)
        ctes.append((core.returning(_ONE.label("one")) if returning else core).cte(f"w{number}"))
        if part.statement.guards:
            met = select(func.count()).select_from(ctes[-1]).scalar_subquery()
            missed.append((met != _ONE, _ZERO))
    result = _ONE // case(*missed, else_=_ONE) if missed else _ONE
    return select(result).add_cte(*ctes)


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

    def written(self) -> list[WrittenRow]:
        """The rows that the transaction has written and the history vouches for, since this was
        asked last."""
        connection = self._connection
        noted = connection.written if isinstance(connection, NotingConnection) else None
        return noted.take() if noted is not None else []

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
        statement.note(self._connection, values)

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
        connection = self.connection
        noted = connection.written if isinstance(connection, NotingConnection) else None
        before = noted.copy() if noted is not None else None
        try:
            with connection.begin_nested():
                try:
                    yield
                    self.send()
                finally:
                    self._rows, self._seen = [], set()
        except BaseException:
            if isinstance(connection, NotingConnection):
                connection.written = before
            raise

    def _write(self, *, begin: bool) -> None:
        """What is sent is made first: nobody else is kept waiting for that."""
        rows, self._rows, self._seen = self._rows, [], set()
        make = self._all_at_once if self.dialect == "postgresql" else self._one_by_one
        writes = list(make(rows))
        if begin and self._begin is not None:
            begins, self._begin = self._begin, None
            begins(self._connection)
        for write in writes:
            write()

    def _all_at_once(self, rows: Sequence[Put]) -> Iterator[Write]:
        parts: list[_StatementPart] = []
        few: list[Values] = []
        many = []
        for statement, alike in _grouped(rows):
            if len(alike) > _AT_ONCE:
                many.append(partial(self._execute_many, statement, alike))
                continue
            parts += _parts(statement, alike)
            few += alike
        if parts:
            prepared = _prepared(self._connection.dialect, tuple(parts))
            yield partial(self._execute_together, prepared.text, prepared.bound(few))
        yield from many

    def _one_by_one(self, rows: Sequence[Put]) -> Iterator[Write]:
        # By SQLite's driver itself: all other writers wait meanwhile.
        driver: Any = self._connection.connection.driver_connection
        for statement, alike in _grouped(rows):
            if len(alike) > _AT_ONCE:
                yield partial(self._execute_many, statement, alike)
                continue
            done = 0
            for part in _parts(statement, alike):
                prepared = _prepared(self._connection.dialect, (part,))
                bound = prepared.bound(alike[done : done + part.rows])
                yield partial(self._execute, driver, prepared.text, bound, statement.guards)
                done += part.rows

    def _execute_together(self, text: str, values: tuple[Any, ...]) -> None:
        try:
            self._connection.exec_driver_sql(text, values).close()
        except DataError as error:
            if getattr(error.orig, "sqlstate", None) != _DIVISION_BY_ZERO:
                raise
            raise _stale_revision() from error

    def _execute_many(self, statement: Statement, rows: Sequence[Values]) -> None:
        connection = self._connection
        execute: Callable[..., Any] = connection.execute
        if isinstance(connection, NotingConnection):
            execute = connection.execute_noted
        result = execute(statement.core, list(rows))
        if statement.guards and result.rowcount != len(rows):
            raise _stale_revision()

    def _execute(self, driver: Any, text: str, values: tuple[Any, ...], guards: bool) -> None:
        try:
            cursor = driver.execute(text, values)
        except sqlite3.Error as error:
            dialect = self._connection.dialect
            raise DBAPIError.instance(
                text, values, error, sqlite3.Error, dialect=dialect
            ) from error
        if guards and cursor.rowcount != 1:
            raise _stale_revision()


def _grouped(rows: Sequence[Put]) -> Iterator[tuple[Statement, Sequence[Values]]]:
    """Rows of one statement, put one after the other, with the same columns."""
    for (statement, _), alike in groupby(rows, lambda row: (row[0], tuple(row[1]))):
        yield statement, [values for _, values in alike]


def _parts(statement: Statement, alike: Sequence[Values]) -> list[_StatementPart]:
    """Rows of one INSERT are one part; what guards is a part for each row."""
    names = tuple(alike[0])
    if statement.guards:
        return [_StatementPart(statement, names, 1)] * len(alike)
    return [_StatementPart(statement, names, len(alike))]


def _stale_revision() -> Conflict:
    return Conflict("Somebody else was first.", code="stale")
