"""The history: what is appended hangs together, and whatever is changed is named."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.records import history
from engine.records.history import AppendedEntry, Fact
from engine.store.base import Base
from engine.store.batch import Batch
from engine.store.database import Database
from engine.store.tables import HistoryTable
from engine.views import SYSTEM, Actor, Verification
from tests.support.databases import Databases

NOW = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)
ANNA = Actor("a" * 32, "Anna Åberg")
CASE, INSTANCE, CHILD = "c" * 32, "i" * 32, "b" * 32
COLUMNS = [
    *("type", "actor_id", "actor_name", "case_id", "instance_id", "definition_id"),
    *("element_id", "element_name", "salt", "detail", "hash", "body"),
]


def fact(type_: str = "task_opened", chain: str = INSTANCE, **more: Any) -> Fact:
    values = {
        "case_id": CASE,
        "instance_id": chain,
        "definition_id": "d" * 32,
        "element_id": "offert",
        "element_name": "Offert",
        "detail": {"due": date(2026, 3, 9), "belopp": Decimal("1.50"), "text": "Å\u2028\x01"},
    }
    return Fact(type_, ANNA, chain, **{**values, **more})


def append(connection: Connection, facts: Sequence[Fact]) -> list[AppendedEntry]:
    batch = Batch(connection)
    appended = history.append(batch, facts, at=NOW)
    batch.end()
    return appended


def written(connection: Connection) -> None:
    """Three entries in one chain and two in another."""
    append(connection, [fact(), fact("claimed"), fact("opened", CHILD)])
    append(connection, [fact("signed", CHILD), fact("completed")])


def stored(connection: Connection) -> list[Any]:
    return list(
        connection.execute(select(*HistoryTable.__table__.columns).order_by(HistoryTable.id))
    )


def faults(connection: Connection, case_id: str | None = None) -> set[tuple[str, int]]:
    return {(fault.chain, fault.seq) for fault in history.verify(connection, case_id).faults}


# ---------------------------------------------------------------- appending


def test_an_entry_can_be_recomputed_with_nothing_but_sha256_and_json(
    connection: Connection,
) -> None:
    written(connection)
    prev = dict.fromkeys((INSTANCE, CHILD), "0" * 64)
    for row in stored(connection):
        body = json.loads(row.body)
        assert body["prev"] == prev[row.chain]
        assert hashlib.sha256(row.body).hexdigest() == row.hash
        inner = hashlib.sha256(row.actor_name.encode()).digest()
        salted = bytes.fromhex(row.salt) + inner + row.detail.encode()
        assert body["commitment"] == hashlib.sha256(salted).hexdigest()
        assert (body["actor"], body["seq"], body["type"]) == (ANNA.id, row.seq, row.type)
        assert body["at"] == "2026-03-02T08:00:00.123456Z"
        prev[row.chain] = row.hash


def test_no_name_and_no_detail_stands_in_the_chain(connection: Connection) -> None:
    written(connection)
    for row in stored(connection):
        assert "Åberg".encode() not in row.body
        assert b"belopp" not in row.body
        assert json.loads(row.detail)["due"] == "2026-03-09"


def test_entries_are_numbered_within_their_chain(connection: Connection) -> None:
    written(connection)
    assert [(row.chain, row.seq, row.type) for row in stored(connection)] == [
        (INSTANCE, 1, "task_opened"),
        (INSTANCE, 2, "claimed"),
        (CHILD, 1, "opened"),
        (CHILD, 2, "signed"),
        (INSTANCE, 3, "completed"),
    ]


def test_an_append_says_where_its_entries_are(connection: Connection) -> None:
    first = append(connection, [Fact("deployed", SYSTEM, "definitions")])
    then = append(connection, [Fact("deployed", ANNA, "definitions")])
    assert append(connection, []) == []
    places = [(place.seq, place.hash) for place in (*first, *then)]
    assert places == [(row.seq, row.hash) for row in stored(connection)]
    assert history.verify(connection) == Verification(1, 2, 0, ())


def test_salts_differ_so_that_equal_details_do_not_show(connection: Connection) -> None:
    append(connection, [fact(), fact()])
    first, second = (json.loads(row.body)["commitment"] for row in stored(connection))
    assert first != second


def test_a_detail_without_a_form_is_refused(connection: Connection) -> None:
    with pytest.raises(TypeError):
        append(connection, [fact(detail={"x": object()})])


def test_a_number_of_a_chain_is_given_once(connection: Connection) -> None:
    written(connection)
    row = stored(connection)[0]._asdict()
    del row["id"]
    with pytest.raises(IntegrityError, match="chain"):
        connection.execute(insert(HistoryTable).values(row))


# ---------------------------------------------------------------- verifying


def test_an_untouched_history_verifies(connection: Connection) -> None:
    assert history.verify(connection) == Verification(0, 0, 0, ())
    written(connection)
    assert history.verify(connection) == Verification(2, 5, 0, ())
    assert history.verify(connection, CASE) == Verification(2, 5, 0, ())
    assert history.verify(connection, "x" * 32) == Verification(0, 0, 0, ())


def changes(value: bytes | str) -> list[Any]:
    """The value with each one of its bytes (or characters) changed, lost, and doubled."""
    other: Any = b"!" if isinstance(value, bytes) else "!"
    alike: Any = b"" if isinstance(value, bytes) else ""
    places = range(len(value))
    found = [value[:i] + other + value[i + 1 :] for i in places]
    found += [value[:i] + alike + value[i + 1 :] for i in places]
    found += [value[:i] + value[i : i + 1] + value[i:] for i in places]
    if isinstance(value, str):
        found += [value[:i] + value[i].swapcase() + value[i + 1 :] for i in places]
        found += [value + " "]
    return [changed for changed in found if changed != value]


@pytest.mark.parametrize("column", COLUMNS)
def test_every_single_change_of_an_entry_is_named(connection: Connection, column: str) -> None:
    written(connection)
    row = stored(connection)[1]
    candidates = changes(getattr(row, column))
    assert len(candidates) > 10
    if connection.dialect.name == "postgresql":
        # It keeps to the columns' lengths; that it reads the same values, some of them show.
        candidates = [c for c in candidates if len(c) <= len(getattr(row, column))][::25]
    for changed in candidates:
        connection.execute(
            update(HistoryTable).where(HistoryTable.id == row.id).values({column: changed})
        )
        assert (INSTANCE, 2) in faults(connection), changed
    connection.execute(
        update(HistoryTable).where(HistoryTable.id == row.id).values({column: getattr(row, column)})
    )
    assert history.verify(connection).ok


@pytest.mark.parametrize("column", ["case_id", "instance_id", "element_id", "element_name"])
def test_a_value_that_was_taken_away_is_named(connection: Connection, column: str) -> None:
    written(connection)
    row = stored(connection)[1]
    connection.execute(update(HistoryTable).where(HistoryTable.id == row.id).values({column: None}))
    assert faults(connection) == {(INSTANCE, 2)}
    assert faults(connection, CASE) == {(INSTANCE, 2)}


@pytest.mark.parametrize("by", [timedelta(microseconds=1), timedelta(hours=-1)])
def test_another_time_is_named(connection: Connection, by: timedelta) -> None:
    written(connection)
    connection.execute(
        update(HistoryTable).where(HistoryTable.type == "claimed").values(at=NOW + by)
    )
    assert faults(connection) == {(INSTANCE, 2)}


def test_a_fault_says_what_was_changed(connection: Connection) -> None:
    written(connection)
    connection.execute(
        update(HistoryTable).where(HistoryTable.type == "claimed").values(actor_id="e" * 32)
    )
    assert [fault.problem for fault in history.verify(connection).faults] == [
        "the column actor_id is not what the body says: it was changed"
    ]


def test_a_missing_entry_is_named_by_the_next_one(connection: Connection) -> None:
    written(connection)
    connection.execute(delete(HistoryTable).where(HistoryTable.type == "claimed"))
    assert faults(connection) == {(INSTANCE, 3)}


def test_a_missing_first_entry_is_named(connection: Connection) -> None:
    written(connection)
    connection.execute(delete(HistoryTable).where(HistoryTable.type == "task_opened"))
    assert faults(connection) == {(INSTANCE, 2)}


def test_entries_that_changed_places_are_named(connection: Connection) -> None:
    written(connection)
    for old, new in ((1, 9), (2, 1), (9, 2)):
        connection.execute(
            update(HistoryTable)
            .where(HistoryTable.chain == INSTANCE, HistoryTable.seq == old)
            .values(seq=new)
        )
    assert {(INSTANCE, 1), (INSTANCE, 2)} <= faults(connection)


def test_an_entry_that_was_moved_to_another_chain_is_named(connection: Connection) -> None:
    written(connection)
    connection.execute(
        update(HistoryTable).where(HistoryTable.type == "completed").values(chain=CHILD)
    )
    assert faults(connection) == {(CHILD, 3)}


def test_an_entry_rewritten_with_a_fitting_hash_is_named_by_the_next_one(
    connection: Connection,
) -> None:
    written(connection)
    row = stored(connection)[1]
    body = row.body.replace(b'"claimed"', b'"release"')
    values = {"body": body, "hash": hashlib.sha256(body).hexdigest(), "type": "release"}
    connection.execute(update(HistoryTable).where(HistoryTable.id == row.id).values(values))
    assert faults(connection) == {(INSTANCE, 3)}


# ---------------------------------------------------------------- many writers


def test_writers_of_one_chain_wait_for_each_other(databases: Databases, database_url: str) -> None:
    database = Database(database_url)
    with database.writing() as connection:
        Base.metadata.create_all(connection)

    def write() -> None:
        for _ in range(5):
            with database.writing() as connection:
                append(connection, [fact(), fact("claimed")])

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.reading() as connection:
        assert history.verify(connection) == Verification(1, 40, 0, ())
    database.close()
