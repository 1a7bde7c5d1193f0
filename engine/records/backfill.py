"""What an upgrade to version 0021 of the database notes: every row that is there, as it stands.

Rows that older versions have written are in no entry. From the upgrade on the history vouches for
them; of the time before it, it says what it always said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from engine.records import history
from engine.records.chain import FIRST
from engine.records.history import Fact
from engine.records.noted_rows import CHAINS, KIND
from engine.store.base import Base
from engine.store.batch import Batch
from engine.store.noting import WrittenRow, key_of
from engine.store.tables import HistoryTable, InstanceTable, TaskTable
from engine.store.vouched import VOUCHED
from engine.views import SYSTEM

AT_ONCE: Final = 100
"""Instances, or rows of no case, that are in memory at a time."""
ROWS: Final = 200
"""Rows that one entry notes at most."""
_OF_TASK: Final = ("attachment", "notice")
_KEY: Final = "key_"
_OWNER: Final = "owner_"


def note_all(connection: Connection, now: datetime) -> None:
    """Append entries that note every row that the history vouches for, in the caller's
    transaction. Memory does not grow with their number."""
    after = ""
    while True:
        asked = select(InstanceTable.id, InstanceTable.case_id, InstanceTable.definition_id)
        batch = connection.execute(
            asked.where(InstanceTable.id > after).order_by(InstanceTable.id).limit(AT_ONCE)
        ).all()
        if batch:
            _note_instances(connection, batch, now)
        if len(batch) < AT_ONCE:
            break
        after = batch[-1].id
    for name, chain in CHAINS.items():
        _note_table(connection, Base.metadata.tables[name], chain, now)


def _note_instances(connection: Connection, batch: Sequence[Any], now: datetime) -> None:
    rows: dict[str, list[WrittenRow]] = {row.id: [] for row in batch}
    for name in VOUCHED:
        if name in CHAINS:
            continue
        table = Base.metadata.tables[name]
        owner, where = _owner(table, list(rows))
        asked = select(table.c[key_of(table)].label(_KEY), owner.label(_OWNER), *_columns(table))
        for row in connection.execute(asked.where(where).execution_options(yield_per=20)):
            values = dict(row._mapping)
            rows[values[_OWNER]].append(_row(table, values))
    facts = {
        each.id: Fact(
            KIND,
            SYSTEM,
            each.id,
            case_id=each.case_id,
            instance_id=each.id,
            definition_id=each.definition_id,
            detail={"upgrade": True},
        )
        for each in batch
    }
    _append(connection, [(facts[id], part) for id in rows for part in _parts(rows[id])], now)


def _owner(table: Table, ids: list[str]) -> tuple[ColumnElement[Any], ColumnElement[bool]]:
    """The column that says to which instance a row belongs, and the condition that it is one of
    these; what belongs to a case belongs to its root instance, which has its id."""
    if table.name in _OF_TASK:
        of: Any = TaskTable.instance_id
        return of, and_(TaskTable.id == table.c.task_id, of.in_(ids))
    name = next(n for n in ("instance_id", "case_id", "id") if n in table.c)
    if table.name in ("instance", "process_case"):
        name = "id"
    return table.c[name], table.c[name].in_(ids)


def _note_table(connection: Connection, table: Table, chain: str, now: datetime) -> None:
    key = table.c[key_of(table)]
    after = ""
    while True:
        asked = select(key.label(_KEY), *_columns(table)).where(key > after).order_by(key)
        rows = [
            _row(table, dict(row)) for row in connection.execute(asked.limit(AT_ONCE)).mappings()
        ]
        if rows:
            fact = Fact(KIND, SYSTEM, chain, detail={"upgrade": True})
            _append(connection, [(fact, rows)], now)
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].key


def _columns(table: Table) -> list[Any]:
    return [table.c[name] for name in VOUCHED[table.name]]


def _row(table: Table, values: Mapping[str, Any]) -> WrittenRow:
    """The row with its digests, so that what is large is not kept."""
    row = WrittenRow(str(table.name), values[_KEY])
    row.values = {name: values[name] for name in VOUCHED[table.name]}
    row.shorten()
    return row


def _parts(rows: Sequence[WrittenRow]) -> Iterator[Sequence[WrittenRow]]:
    for first in range(0, len(rows), ROWS):
        yield rows[first : first + ROWS]


def _append(
    connection: Connection, noted: Sequence[tuple[Fact, Sequence[WrittenRow]]], now: datetime
) -> None:
    batch = Batch(connection)
    texts = {
        place: (b"[" + b",".join(row.text() for row in rows) + b"]").decode()
        for place, (_, rows) in enumerate(noted)
    }
    facts = [fact for fact, _ in noted]
    heads = _heads(connection, {fact.chain for fact in facts})
    history.append(batch, facts, at=now, heads=heads, noted=texts)
    batch.end()


def _heads(connection: Connection, chains: set[str]) -> dict[str, tuple[int, str]]:
    """Numbers and hashes of the newest entries. Nobody else writes while tables are upgraded, and a
    lock for each of so many chains would be more than a server has."""
    newest = (
        select(HistoryTable.chain, func.max(HistoryTable.seq).label("seq"))
        .where(HistoryTable.chain.in_(chains))
        .group_by(HistoryTable.chain)
        .subquery()
    )
    asked = select(HistoryTable.chain, HistoryTable.seq, HistoryTable.hash).join(
        newest, and_(newest.c.chain == HistoryTable.chain, newest.c.seq == HistoryTable.seq)
    )
    heads = dict.fromkeys(chains, (0, FIRST))
    return heads | {row.chain: (row.seq, row.hash) for row in connection.execute(asked)}
