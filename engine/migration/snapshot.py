"""What an instance was before it moved, so that it can be as it was again.

A snapshot is msgpack of ``{table: [row, …]}``; a row is ``{column: [kind, value]}`` with kind
``p`` (plain), ``j`` (JSON text), ``t`` (time, ISO 8601 in UTC) or ``d`` (date). It holds the rows
that a move may change: the instance, its open user tasks, timers and subscriptions, what its
children and incidents say of its elements, and its case's plan for the processes concerned.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgpack
from sqlalchemy import Connection, Table, bindparam, delete, insert, select, text, update

from engine.store.base import OPEN_TASK, Base, table_of
from engine.store.tables import (
    IncidentTable,
    InstanceTable,
    PlanItemTable,
    SkippedStepTable,
    SubscriptionTable,
    TaskTable,
    TimerTable,
)

Row = dict[str, Any]
"""A row by its columns' names."""
Rows = dict[str, list[Row]]
"""By table."""

INSTANCE = ("id", "definition_id", "state_blob", "passed")
"""The columns of an instance that a migration changes."""
CHILD = ("id", "parent_element")
"""The columns of a called instance that a migration of its caller changes."""
INCIDENT = ("id", "element_id")
"""The columns of an open incident that a migration changes."""
REVISION = "revision"
"""Never taken back: whoever has read the instance in between must notice."""


def take(rows: Rows, processes: Iterable[str]) -> bytes:
    """The rows of an instance, to be kept. ``processes`` are those whose plan may change."""
    chosen = sorted(processes)
    packed: bytes = msgpack.packb({"processes": chosen, "rows": _packed(_of(rows, chosen))})
    return packed


def digest(rows: Rows, taken: bytes) -> str:
    """What the rows that ``taken`` is about are now, in short: it changes with any of them."""
    processes = msgpack.unpackb(taken)["processes"]
    return hashlib.sha256(msgpack.packb(_packed(_of(rows, processes)))).hexdigest()


def restore(connection: Connection, instance_id: str, case_id: str, taken: bytes) -> None:
    """Make the rows what they were."""
    stored = msgpack.unpackb(taken)
    now = _of(read(connection, {instance_id: case_id})[instance_id], stored["processes"])
    before = {
        table: [{name: _unpack(*value) for name, value in row.items()} for row in rows]
        for table, rows in stored["rows"].items()
    }
    for name, columns in (("instance", INSTANCE), ("child", CHILD), ("incident", INCIDENT)):
        kind: Any = IncidentTable if name == "incident" else InstanceTable
        for row in before[name]:
            values = {c: row[c] for c in columns if c != "id"}
            connection.execute(update(kind).where(kind.id == row["id"]).values(**values))
    for model in (TaskTable, TimerTable, SubscriptionTable, PlanItemTable, SkippedStepTable):
        table = table_of(model)
        _put_back(connection, table, now[table.name], before[table.name])


def _put_back(
    connection: Connection,
    table: Table,
    now: list[dict[str, Any]],
    before: list[dict[str, Any]],
) -> None:
    wanted = {row["id"]: row for row in before}
    there = {row["id"]: row for row in now}
    gone = [row_id for row_id in there if row_id not in wanted]
    if gone:
        connection.execute(delete(table).where(table.c.id.in_(gone)))
    for row_id, row in wanted.items():
        if row_id not in there:
            connection.execute(insert(table).values(**row))
        elif row != there[row_id]:
            values = {k: v for k, v in row.items() if k not in ("id", REVISION)}
            if REVISION in row:
                values[REVISION] = there[row_id][REVISION] + 1
            connection.execute(update(table).where(table.c.id == row_id).values(**values))


# ---------------------------------------------------------------- rows


def read(connection: Connection, instances: Mapping[str, str]) -> dict[str, Rows]:
    """The rows of instances as they are now, by the instance's id; the plan is the whole of its
    case. What they have in common is asked once.

    :param instances: ids, each with its case's
    """
    by_instance: dict[str, Rows] = {id: {name: [] for name in _STATEMENTS} for id in instances}
    for name, statement in _STATEMENTS.items():
        ids = instances.values() if name == _PLAN else instances.keys()
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in connection.execute(statement, {"ids": list(ids)}).mappings():
            values = dict(row)
            rows.setdefault(values.pop(_OWNER), []).append(values)
        for id, case_id in instances.items():
            by_instance[id][name] = rows.get(case_id if name == _PLAN else id, [])
    return by_instance


def _of(rows: Rows, processes: Iterable[str]) -> Rows:
    """With no more of the plan than these processes' activities."""
    chosen = set(processes)
    return {**rows, _PLAN: [row for row in rows[_PLAN] if row["process_id"] in chosen]}


_PLAN: Final = "plan_item"
_OWNER: Final = "of"
"""The column that says which instance (or case) a row belongs to."""


def _statement(model: type[Base], owner: str, *where: Any, columns: Iterable[str] = ()) -> Any:
    table = table_of(model)
    chosen = [table.c[name] for name in columns or table.c.keys()]
    mine = table.c[owner].in_(bindparam("ids", expanding=True))
    return select(table.c[owner].label(_OWNER), *chosen).where(mine, *where).order_by(table.c.id)


# Made once: a job runs them again and again.
_STATEMENTS: Final = {
    "instance": _statement(InstanceTable, "id", columns=INSTANCE),
    "child": _statement(
        InstanceTable, "parent_id", InstanceTable.ended_at.is_(None), columns=CHILD
    ),
    "incident": _statement(
        IncidentTable, "instance_id", IncidentTable.resolved_at.is_(None), columns=INCIDENT
    ),
    "task": _statement(TaskTable, "instance_id", text(OPEN_TASK)),
    "timer": _statement(TimerTable, "instance_id"),
    "subscription": _statement(SubscriptionTable, "instance_id"),
    _PLAN: _statement(PlanItemTable, "case_id"),
    "skipped_step": _statement(SkippedStepTable, "instance_id"),
}


def _packed(rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        table: [{name: _pack(value) for name, value in row.items()} for row in listed]
        for table, listed in rows.items()
    }


def _pack(value: Any) -> tuple[str, Any]:
    if isinstance(value, datetime):
        return "t", value.isoformat()
    if isinstance(value, date):
        return "d", value.isoformat()
    if isinstance(value, dict | list):
        return "j", json.dumps(value)
    return "p", value


def _unpack(kind: str, value: Any) -> Any:
    readers = {"t": datetime.fromisoformat, "d": date.fromisoformat, "j": json.loads}
    return readers[kind](value) if kind in readers else value
