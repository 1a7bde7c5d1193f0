"""Rows: each is compared with what the entries say of it, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select

from engine.records.verification import reading, row_names
from engine.records.verification.entries import VerificationState
from engine.records.verification.scratch import ASKED_AT_ONCE, Said
from engine.store.base import Base
from engine.store.noting import key_of
from engine.store.tables import (
    CaseTable,
    CounterTable,
    HistoryTable,
    InstanceTable,
    PersonRoleTable,
    PersonTable,
    TaskTable,
)
from engine.store.vouched import VOUCHED, noted
from engine.views import Fault

_LARGE: Final = {"attachment": 10, "resource": 20, "migration_item": 50}
"""Rows that are in memory at a time, of tables whose rows may be large."""
_SHOWN: Final = 200
"""Characters of a value that a fault tells."""


def check(case_id: str | None, state: VerificationState) -> None:
    """Compare the rows of one case, or all, with what the entries say of them."""
    state.scratch.settle()
    tables = [name for name in VOUCHED if case_id is None or _of_case(name, case_id) is not None]
    for name in tables:
        _check_table(Base.metadata.tables[name], case_id, state)
    for table, key, said in state.scratch.left(tables):
        values = {column: value[0] for column, value in said.columns.items()}
        told = "the row is gone: the history says that it is there"
        _fault(state, (table, key), values, said, told)
    _called(state)
    if case_id is None:
        _roles(state)
        _numbers(state)


def _of_case(name: str, case_id: str) -> Any:
    """The condition that rows of a table are of a case; None for tables that know no case."""
    columns = Base.metadata.tables[name].c
    if name == "process_case":
        return columns.id == case_id
    if "case_id" in columns:
        return columns.case_id == case_id
    if name in ("attachment", "notice"):
        return columns.task_id.in_(select(TaskTable.id).where(TaskTable.case_id == case_id))
    if name == "instance_title":
        mine = select(InstanceTable.id).where(InstanceTable.case_id == case_id)
        return columns.instance_id.in_(mine)
    return None


def _check_table(table: Table, case_id: str | None, state: VerificationState) -> None:
    key = table.c[key_of(table)]
    columns = VOUCHED[table.name]
    asked = select(key.label("key_"), *(table.c[name] for name in columns)).order_by(key)
    if case_id is not None:
        asked = asked.where(_of_case(table.name, case_id))
    size = _LARGE.get(table.name, ASKED_AT_ONCE)
    after, count = "", 0
    while True:
        found, broken = reading.rows(state.connection, asked.where(key > after), key, size)
        rows = {row.key_: dict(row._mapping) for row in found}
        keys = sorted([*rows, *broken])
        said = state.scratch.take(table.name, keys)
        for each in keys:
            if each in rows:
                _compare(table.name, rows[each], said.get(each), state)
            else:
                _unreadable(table, asked, each, said.get(each), state)
        count += len(keys)
        state.rows += len(keys)
        state.progress(table.name, count)
        if len(keys) < size:
            return
        after = keys[-1]


def _unreadable(
    table: Table, asked: Any, each: str, said: Said | None, state: VerificationState
) -> None:
    """A row that has what its columns cannot have: each such column is named."""
    key = table.c[key_of(table)]
    values = {column: value[0] for column, value in said.columns.items()} if said else {}
    for column in reading.columns_unread(state.connection, asked, key, each):
        told = f"the column {column} is not what the history says: it was changed"
        differs = (column, _shown(values.get(column)), "?")
        _fault(state, (table.name, each), values, said, told, differs)


def _compare(
    table: str, row: Mapping[str, Any], said: Said | None, state: VerificationState
) -> None:
    place = (table, row["key_"])
    if said is None:
        told = "the history does not know the row: it was added"
        _fault(state, place, row, None, told)
        return
    state.late += said.late
    if said.gone:
        told = "the history says that the row was taken away: it was put back"
        _fault(state, place, row, said, told)
        return
    for column, (expected, chain, seq, *_) in said.columns.items():
        if column not in VOUCHED[table]:
            continue
        actual = noted(table, column, row[column])
        if actual != expected:
            known = _shown(expected)
            told = f"the column {column} is not what the history says: it was changed"
            differs = (column, known, _shown(actual))
            _fault(state, place, row, (chain, seq), told, differs)


def _fault(
    state: VerificationState,
    place: tuple[str, str],
    values: Mapping[str, Any],
    said: Said | tuple[str, int] | None,
    problem: str,
    column: tuple[str, str, str] | None = None,
) -> None:
    table, key = place
    chain, seq = said if isinstance(said, tuple) else said.newest[:2] if said else ("", 0)
    called = row_names.of(state.connection, table, key, values)
    name, expected, actual = column or (None, None, None)
    chain = chain or str(values.get("instance_id") or values.get("case_id") or "")
    text = f"{table} {called}: {problem}"
    if column is not None:
        text += f" (history: {expected}; now: {actual})"
    state.fault(Fault(chain, seq, text, table, called, key, name, expected, actual))


def _shown(value: Any) -> str:
    text = "–" if value in (None, "") else str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


# ---------------------------------------------------------------- what follows from other rows


def _called(state: VerificationState) -> None:
    """Instances of which an entry of their caller tells, and that are not there."""
    after = ""
    while batch := state.scratch.called(after):
        ids = [instance for instance, *_ in batch]
        there = set(
            state.connection.scalars(select(InstanceTable.id).where(InstanceTable.id.in_(ids)))
        )
        for instance, chain, seq in batch:
            if instance not in there:
                problem = f"the called instance {instance} is gone, with its history"
                state.fault(Fault(chain, seq, problem, "instance", instance, instance))
        after = ids[-1]


def _roles(state: VerificationState) -> None:
    """The lists of who holds a role, beside the people's own roles."""
    listed = select(PersonRoleTable.person_id, PersonRoleTable.role)
    people = select(PersonTable.id, PersonTable.name, PersonTable.roles, PersonTable.active)
    after = ""
    while True:
        batch = state.connection.execute(
            people.where(PersonTable.id > after).order_by(PersonTable.id).limit(ASKED_AT_ONCE)
        ).all()
        roles: dict[str, set[str]] = {row.id: set() for row in batch}
        for person, role in state.connection.execute(
            listed.where(PersonRoleTable.person_id.in_(roles))
        ):
            roles[person].add(role)
        for row in batch:
            wanted = set(row.roles) if row.active else set()
            if roles[row.id] != wanted:
                expected, actual = _shown(sorted(wanted)), _shown(sorted(roles[row.id]))
                told = "listed under other roles than the account has"
                text = f"person_role {row.name}: {told} (history: {expected}; now: {actual})"
                place = ("person_role", row.name, row.id, "role", expected, actual)
                state.fault(Fault("accounts", 0, text, *place))
        if len(batch) < ASKED_AT_ONCE:
            return
        after = batch[-1].id


def _numbers(state: VerificationState) -> None:
    """SQLite gives numbers without gaps, to entries and to cases: one that is missing was taken
    away. (On PostgreSQL a start that fails leaves a gap.)"""
    if state.connection.dialect.name != "sqlite":
        return
    last = state.connection.scalar(select(func.max(HistoryTable.id))) or 0
    missing = last - state.entries - state.missing
    if missing > 0:
        problem = f"{missing} entries are missing, with the ends of their chains or whole chains"
        state.fault(Fault("", 0, problem))
    for name, value in state.connection.execute(select(CounterTable.name, CounterTable.value)):
        year = name.removeprefix("case-")
        if year == name:
            continue
        for number in _absent(state.connection, year, value):
            problem = f"the case {number} is gone, with its history"
            state.fault(Fault("", 0, problem, "process_case", number))


def _absent(connection: Connection, year: str, last: int) -> Iterator[str]:
    of_year = CaseTable.number.like(f"{year}-%")
    count = connection.scalar(select(func.count()).select_from(CaseTable).where(of_year)) or 0
    if count >= last:
        return
    for first in range(1, last + 1, ASKED_AT_ONCE):
        numbers = [f"{year}-{n:04d}" for n in range(first, min(first + ASKED_AT_ONCE, last + 1))]
        asked = select(CaseTable.number).where(CaseTable.number.in_(numbers))
        there = set(connection.scalars(asked))
        yield from (number for number in numbers if number not in there)
