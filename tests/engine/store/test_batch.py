"""Writes that go to the database together: all of them, in their order, or none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from engine.errors import Conflict
from engine.store.base import UtcDateTime
from engine.store.batch import Batch, Statement
from engine.store.database import Database

TABLES = MetaData()
THING = Table(
    "thing",
    TABLES,
    Column("id", String(32), primary_key=True),
    Column("name", String(50), nullable=False),
    Column("revision", Integer, nullable=False),
)
MARK = Table(
    "mark",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("text", String(50), nullable=False),
)
ADD = Statement(insert(THING))
TELL = Statement(insert(MARK))
CHANGE = Statement(
    update(THING).where(
        THING.c.id == bindparam("of_id"),
        THING.c.revision == bindparam("at_revision"),
        THING.c.name != "100 % \\ :gone $1 ? %s",
    )
)
NOTE = Table(
    "note",
    TABLES,
    Column("id", String(32), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", JSON, nullable=False),
)
WRITE_DOWN = Statement(insert(NOTE))
CORRECT = Statement(update(NOTE).where(NOTE.c.id == bindparam("of_id")))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    with database.writing() as connection:
        TABLES.create_all(connection)
        connection.execute(insert(THING), [thing("a"), thing("b")])
    yield database
    database.close()


def thing(id: str, name: str = "old", revision: int = 0) -> dict[str, Any]:
    return {"id": id, "name": name, "revision": revision}


def change(id: str, name: str, at: int = 0) -> dict[str, Any]:
    return {"of_id": id, "at_revision": at, "name": name, "revision": at + 1}


def things(database: Database) -> dict[str, tuple[str, int]]:
    with database.reading() as connection:
        return {row.id: (row.name, row.revision) for row in connection.execute(select(THING))}


def marks(database: Database) -> int:
    with database.reading() as connection:
        return len(connection.execute(select(MARK)).all())


def write(database: Database, rows: list[tuple[Statement, dict[str, Any]]], put_off: bool) -> None:
    with database.writing(put_off=put_off) as connection:
        batch = Batch(connection, database.claim if put_off else None)
        batch.writes()
        for statement, values in rows:
            batch.put(statement, values)
        batch.end()


def told(number: int) -> tuple[Statement, dict[str, Any]]:
    return TELL, {"number": number, "text": "told"}


both = pytest.mark.parametrize("put_off", [False, True])


@both
def test_what_is_put_is_written_at_the_end(database: Database, put_off: bool) -> None:
    percent = (CHANGE, change("a", "100 % \\ :new"))
    rows = [percent, (ADD, thing("c")), (CHANGE, change("b", "newer")), told(1), told(2)]
    write(database, rows, put_off)
    assert things(database) == {"a": ("100 % \\ :new", 1), "b": ("newer", 1), "c": ("old", 0)}
    assert marks(database) == 2


@both
def test_the_values_of_every_row_are_stored_as_their_columns_have_them(
    database: Database, put_off: bool
) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=2)))
    detail = {"a": ["å", None, {"b": 1}]}
    notes = [(WRITE_DOWN, {"id": id, "at": noon, "detail": detail}) for id in "abc"]
    correction = (CORRECT, {"of_id": "b", "at": noon + timedelta(days=1), "detail": [1]})
    write(database, [*notes, (CHANGE, change("a", "new")), correction], put_off)
    with database.reading() as connection:
        rows = {row.id: (row.at, row.detail) for row in connection.execute(select(NOTE))}
    utc = noon.astimezone(UTC)
    assert rows == {"a": (utc, detail), "b": (utc + timedelta(days=1), [1]), "c": (utc, detail)}


@pytest.mark.parametrize("text", ["100 %", "%s %(name)s", "$1 $2", "? :name", "\\ ' \"", "%%"])
@both
def test_a_value_is_never_read_as_sql(database: Database, put_off: bool, text: str) -> None:
    write(database, [(CHANGE, change("a", text)), (ADD, thing("c", text))], put_off)
    assert things(database) == {"a": (text, 1), "b": ("old", 0), "c": (text, 0)}


@both
def test_nothing_is_written_when_one_row_is_not_as_it_was(
    database: Database, put_off: bool
) -> None:
    rows = [told(1), (CHANGE, change("a", "new")), (CHANGE, change("b", "new", at=7))]
    with pytest.raises(Conflict) as raised:
        write(database, rows, put_off)
    assert raised.value.error_code == "stale"
    assert things(database) == {"a": ("old", 0), "b": ("old", 0)}
    assert marks(database) == 0


@both
def test_nothing_is_written_when_a_constraint_is_broken(database: Database, put_off: bool) -> None:
    with pytest.raises(IntegrityError):
        write(database, [(CHANGE, change("a", "new")), (ADD, thing("b"))], put_off)
    assert things(database) == {"a": ("old", 0), "b": ("old", 0)}


@pytest.mark.parametrize("rows", [6, 7, 250])
@both
def test_many_rows_are_written_too(database: Database, rows: int, put_off: bool) -> None:
    write(database, [(CHANGE, change("a", "new")), *map(told, range(rows))], put_off)
    assert things(database)["a"] == ("new", 1)
    assert marks(database) == rows


@pytest.mark.parametrize("rows", [2, 6, 7, 250])
@both
def test_many_rows_are_changed_too(database: Database, rows: int, put_off: bool) -> None:
    ids = [f"n{number}" for number in range(rows)]
    write(database, [(ADD, thing(id)) for id in ids], put_off)
    write(database, [(CHANGE, change(id, f"new {id}")) for id in ids], put_off)
    found = things(database)
    assert [found[id] for id in ids] == [(f"new {id}", 1) for id in ids]
    stale = [(CHANGE, change(id, "newer", at=0 if id == ids[-1] else 1)) for id in ids]
    with pytest.raises(Conflict):
        write(database, stale, put_off)
    assert things(database) == found


@both
def test_many_rows_are_not_written_beside_a_conflict(database: Database, put_off: bool) -> None:
    with pytest.raises(Conflict):
        write(database, [*map(told, range(50)), (CHANGE, change("a", "new", at=3))], put_off)
    assert marks(database) == 0


@both
def test_the_same_row_can_be_written_twice(database: Database, put_off: bool) -> None:
    rows = [(CHANGE, change("a", "once")), (CHANGE, change("a", "twice", at=1))]
    write(database, rows, put_off)
    assert things(database)["a"] == ("twice", 2)


def test_whoever_asks_finds_what_was_put(database: Database) -> None:
    name = select(THING.c.name).where(THING.c.id == "a")
    with database.writing(put_off=True) as connection:
        batch = Batch(connection, database.claim)
        assert batch.connection.scalar(name) == "old"
        batch.writes()
        batch.put(CHANGE, change("a", "new"))
        assert batch.connection.scalar(name) == "new"
        batch.put(CHANGE, change("b", "new", at=5))
        with pytest.raises(Conflict):
            batch.end()
        connection.rollback()
    assert things(database) == {"a": ("old", 0), "b": ("old", 0)}


def test_a_savepoint_takes_back_what_was_put_within(database: Database) -> None:
    def fail(batch: Batch) -> None:
        with batch.savepoint():
            batch.put(*told(2))
            raise ZeroDivisionError

    def conflict(batch: Batch) -> None:
        with batch.savepoint():
            batch.put(CHANGE, change("a", "new", at=5))

    with database.writing() as connection:
        batch = Batch(connection)
        batch.put(*told(1))
        with pytest.raises(ZeroDivisionError):
            fail(batch)
        with pytest.raises(Conflict):
            conflict(batch)
        with batch.savepoint():
            batch.put(*told(3))
        batch.end()
    assert things(database)["a"] == ("old", 0)
    assert marks(database) == 2


def test_a_statement_with_a_default_of_python_is_refused(database: Database) -> None:
    table = Table(
        "with_default",
        MetaData(),
        Column("id", String(3), primary_key=True),
        Column("name", String(3), default="x"),
    )
    with pytest.raises(TypeError, match="name"):
        write(database, [(Statement(insert(table)), {"id": "a"})], put_off=False)


@pytest.mark.parametrize(
    "write_it", [(ADD, thing("c") | {"colour": "red"}), (CHANGE, change("a", "n") | {"colour": 1})]
)
def test_a_value_without_a_column_is_refused(
    database: Database, write_it: tuple[Statement, dict[str, Any]]
) -> None:
    with pytest.raises(KeyError, match="colour"):
        write(database, [write_it], put_off=False)
