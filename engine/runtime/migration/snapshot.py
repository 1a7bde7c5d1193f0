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
from typing import Any

import msgpack
from sqlalchemy import Connection, String, Table, bindparam, delete, insert, select, update

from engine.store.base import Base
from engine.store.models import (
    Incident,
    Instance,
    PlanItem,
    SkippedStep,
    Subscription,
    Task,
    Timer,
)

Rows = dict[str, list[dict[str, Any]]]

INSTANCE = ("id", "definition_id", "state_blob", "passed")
CHILD = ("id", "parent_element")
INCIDENT = ("id", "element_id")
REVISION = "revision"
"""Never taken back: whoever has read the instance in between must notice."""


def take(connection: Connection, instance_id: str, case_id: str, processes: Iterable[str]) -> bytes:
    """The rows of an instance as they are now. ``processes`` are those whose plan may change."""
    found = _rows(connection, instance_id, case_id, sorted(processes))
    packed: bytes = msgpack.packb({"processes": sorted(processes), "rows": _packed(found)})
    return packed


def digest(connection: Connection, instance_id: str, case_id: str, taken: bytes) -> str:
    """What the rows that ``taken`` is about are now, in short: it changes with any of them."""
    processes = msgpack.unpackb(taken)["processes"]
    found = _rows(connection, instance_id, case_id, processes)
    return hashlib.sha256(msgpack.packb(_packed(found))).hexdigest()


def restore(connection: Connection, instance_id: str, case_id: str, taken: bytes) -> None:
    """Make the rows what they were."""
    stored = msgpack.unpackb(taken)
    now = _rows(connection, instance_id, case_id, stored["processes"])
    before = {
        table: [{name: _unpack(*value) for name, value in row.items()} for row in rows]
        for table, rows in stored["rows"].items()
    }
    for name, columns in (("instance", INSTANCE), ("child", CHILD), ("incident", INCIDENT)):
        kind: Any = Incident if name == "incident" else Instance
        for row in before[name]:
            values = {c: row[c] for c in columns if c != "id"}
            connection.execute(update(kind).where(kind.id == row["id"]).values(**values))
    for model in (Task, Timer, Subscription, PlanItem, SkippedStep):
        table = Base.metadata.tables[model.__tablename__]
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


def _rows(connection: Connection, instance_id: str, case_id: str, processes: list[str]) -> Rows:
    given = {"instance": instance_id, "case": case_id, "processes": processes}
    return {
        name: [
            dict(row._mapping)
            for row in connection.execute(statement, {n: given[n] for n in wanted})
        ]
        for name, (statement, wanted) in _STATEMENTS.items()
    }


def _statement(model: Any, *where: Any, columns: Iterable[str] = ()) -> Any:
    table = Base.metadata.tables[model.__tablename__]
    chosen = [table.c[name] for name in columns or table.c.keys()]
    return select(*chosen).where(*where).order_by(table.c.id)


_ID = bindparam("instance", type_=String)
_OF_INSTANCE = ("instance",)
# Made once: a job runs them for each of its instances.
_STATEMENTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "instance": (_statement(Instance, Instance.id == _ID, columns=INSTANCE), _OF_INSTANCE),
    "child": (
        _statement(Instance, Instance.parent_id == _ID, Instance.ended_at.is_(None), columns=CHILD),
        _OF_INSTANCE,
    ),
    "incident": (
        _statement(
            Incident, Incident.instance_id == _ID, Incident.resolved_at.is_(None), columns=INCIDENT
        ),
        _OF_INSTANCE,
    ),
    "task": (_statement(Task, Task.instance_id == _ID, Task.state == "open"), _OF_INSTANCE),
    "timer": (_statement(Timer, Timer.instance_id == _ID), _OF_INSTANCE),
    "subscription": (_statement(Subscription, Subscription.instance_id == _ID), _OF_INSTANCE),
    "plan_item": (
        _statement(
            PlanItem,
            PlanItem.case_id == bindparam("case", type_=String),
            PlanItem.process_id.in_(bindparam("processes", expanding=True)),
        ),
        ("case", "processes"),
    ),
    "skipped_step": (_statement(SkippedStep, SkippedStep.instance_id == _ID), _OF_INSTANCE),
}


def _packed(rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        table: [{name: _pack(value) for name, value in row.items()} for row in found]
        for table, found in rows.items()
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
