"""Connections that remember which rows their statements have written, so that the history can vouch
for them (``engine.store.vouched``).

What a unit of work writes is noted by itself, whoever writes it: INSERTs by their values, UPDATEs
and DELETEs by what the database returns of the rows. Statements that a test or a migration of
tables sends on a connection of its own are not noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import Connection, Delete, Insert, Table, Update, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ClauseElement

from engine.store.vouched import VOUCHED, encoded, noted

_ROUTES: Final = ("instance_id", "case_id")
"""Columns that say whose a row is."""


@dataclass(slots=True)
class WrittenRow:
    """A row that was written: its table, its key, the values of its columns as far as they were
    written (``gone`` for a row that was taken away), and whose it is, as far as that is known."""

    table: str
    key: str
    values: dict[str, Any] = field(default_factory=dict)
    gone: bool = False
    instance_id: str | None = None
    case_id: str | None = None
    short: bool = False
    """The values are as an entry has them already."""

    def shorten(self) -> None:
        """Have the values as an entry has them, so that long ones need not be kept."""
        table = self.table
        self.values = {name: noted(table, name, value) for name, value in self.values.items()}
        self.short = True

    def text(self) -> bytes:
        """As an entry has it: JSON of table, key, and the columns by name or null."""
        if not self.short:
            self.shorten()
        return encoded([self.table, self.key, None if self.gone else self.values])


class WrittenRows:
    """The rows that one transaction has written, each once, as it was written last."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], WrittenRow] = {}

    def __iter__(self) -> Iterator[WrittenRow]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, table: Table, key: str, values: Mapping[str, Any], *, gone: bool = False) -> None:
        """A row was written, with these values (of columns that are not vouched for too)."""
        name = str(table.name)
        row = self._rows.get((name, key))
        if row is None:
            row = self._rows[name, key] = WrittenRow(name, key)
        if gone:
            row.values.clear()
        row.gone = gone
        columns = VOUCHED[name]
        for column, value in values.items():
            if column in columns and not gone:
                row.values[column] = value
            if column in _ROUTES:
                setattr(row, column, value)

    def copy(self) -> WrittenRows:
        """The same rows, for a savepoint to come back to."""
        other = WrittenRows()
        other._rows = {
            key: WrittenRow(
                row.table, row.key, dict(row.values), row.gone, row.instance_id, row.case_id
            )
            for key, row in self._rows.items()
        }
        return other

    def take(self) -> list[WrittenRow]:
        """The rows; they are forgotten here."""
        rows, self._rows = list(self._rows.values()), {}
        return rows


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a statement of which nothing but the number of its rows was asked."""

    rowcount: int

    def close(self) -> None:
        """There is nothing to close."""


class NotingConnection(Connection):
    """A connection that notes what is written, from when ``written`` is set."""

    written: WrittenRows | None = None

    def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """As ``Connection.execute``; the result of a noted UPDATE or DELETE has its ``rowcount``
        alone."""
        if self.written is None or not getattr(statement, "is_dml", False):
            return super().execute(statement, parameters, **options)
        table = statement.table
        if not _concerns(statement, table, parameters):
            return super().execute(statement, parameters, **options)
        if isinstance(statement, Insert):
            return self._insert(statement, table, parameters, options)
        if isinstance(parameters, Sequence):
            return self._many(statement, table, parameters, options)
        return self._one(statement, table, parameters, options)

    def execute_noted(self, statement: Any, parameters: Any = None) -> Any:
        """Execute a statement whose rows have been noted already."""
        return super().execute(statement, parameters)

    def _insert(self, statement: Insert, table: Table, parameters: Any, options: Any) -> Any:
        result = super().execute(statement, parameters, **options)
        for values in _inserted(statement, parameters):
            key = values[key_of(table)]
            asked = [name for name, value in values.items() if isinstance(value, ClauseElement)]
            self._written(table, key, whole(table, values | self._worked_out(table, key, asked)))
        return result

    def _worked_out(self, table: Table, key: str, names: Sequence[str]) -> dict[str, Any]:
        """The values of a new row that the database has worked out."""
        if not names:
            return {}
        asked = select(*(table.c[name] for name in names)).where(table.c[key_of(table)] == key)
        return dict(super().execute(asked).mappings().one())

    def _many(self, statement: Any, table: Table, parameters: Sequence[Any], options: Any) -> Any:
        """Rows by their keys; the values are the parameters'."""
        name = _key_parameter(statement, table)
        of = {row[name]: row for row in parameters}
        whose = self._whose(table, list(of))
        result = super().execute(statement, parameters, **options)
        gone = isinstance(statement, Delete)
        for key, row in of.items():
            if key in whose:
                self._written(table, key, {**row, **whose[key]}, gone=gone)
        return result

    def _whose(self, table: Table, keys: list[str]) -> dict[str, dict[str, Any]]:
        key = table.c[key_of(table)]
        routes = [table.c[name] for name in _ROUTES if name in table.c]
        rows = super().execute(select(key.label("key_"), *routes).where(key.in_(keys)))
        found = {}
        for row in rows.mappings():
            values = dict(row)
            found[values.pop("key_")] = values
        return found

    def _one(self, statement: Any, table: Table, parameters: Any, options: Any) -> Done:
        if statement._returning:
            raise TypeError(f"{table.name}: what is noted returns nothing")
        wanted = {key_of(table), *(name for name in _ROUTES if name in table.c)}
        if isinstance(statement, Update):
            wanted |= {n for n in _changed(statement, parameters) if n in VOUCHED[table.name]}
            wanted |= {"revision"} & set(table.c.keys())
        returning = statement.returning(*(table.c[name] for name in sorted(wanted)))
        rows = super().execute(returning, parameters, **options).mappings().all()
        for row in rows:
            gone = isinstance(statement, Delete)
            self._written(table, row[key_of(table)], dict(row), gone=gone)
        return Done(len(rows))

    def _written(
        self, table: Table, key: str, values: Mapping[str, Any], *, gone: bool = False
    ) -> None:
        cast(WrittenRows, self.written).add(table, key, values, gone=gone)


def key_of(table: Table) -> str:
    """The name of the column that a row of the table is known by."""
    (column,) = table.primary_key
    return str(column.name)


def _key_parameter(statement: Any, table: Table) -> str:
    """The name of the parameter by which a statement finds its row."""
    key = key_of(table)
    for part in visitors.iterate(statement.whereclause):
        if isinstance(part, BinaryExpression) and getattr(part.left, "name", "") == key:
            return str(part.right.key)
    raise TypeError(f"{table}: rows of what is noted are found by their keys")


def _concerns(statement: Any, table: Any, parameters: Any) -> bool:
    """Does the statement write what is vouched for?"""
    if table.name not in VOUCHED:
        return False
    if not isinstance(statement, Update):
        return True
    return not VOUCHED[table.name].keys().isdisjoint(_changed(statement, parameters))


def _changed(statement: Update, parameters: Any) -> set[str]:
    """The names of the columns that an UPDATE writes."""
    names = {_name(column) for column in statement._values or {}}
    if not names:
        rows = parameters if isinstance(parameters, Sequence) else [parameters or {}]
        names = {name for row in rows for name in row} & set(statement.table.c.keys())
    return names


def _inserted(statement: Insert, parameters: Any) -> Iterator[dict[str, Any]]:
    """The values of the rows of an INSERT, by the names of their columns."""
    fixed = {_name(column): _value(value) for column, value in (statement._values or {}).items()}
    if statement._multi_values:
        raise TypeError(f"{statement.table}: rows of what is noted are given apart")
    given: Iterable[Any] = parameters if isinstance(parameters, Sequence) else [parameters or {}]
    for row in given:
        yield {**fixed, **row}


def _name(column: Any) -> str:
    return str(getattr(column, "name", column))


def _value(value: Any) -> Any:
    return value.value if isinstance(value, BindParameter) else value


def whole(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a new row: what is not given is what the table's default says, or null."""
    whole = {}
    for name in VOUCHED[table.name]:
        default = table.c[name].default
        whole[name] = values[name] if name in values else getattr(default, "arg", None)
    return {**values, **whole}
