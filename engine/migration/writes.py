"""What the moves of several instances change, written with one statement for each kind of row.

Instances and user tasks are guarded by the revisions with which they were read: whoever saves a
draft does not hold the case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, update

from engine.errors import Conflict
from engine.store.base import Base, table_of
from engine.store.tables import (
    IncidentTable,
    InstanceTable,
    PlanItemTable,
    SkippedStepTable,
    SubscriptionTable,
    TaskTable,
    TimerTable,
)

Values = dict[str, Any]
"""The values of one statement by their names."""


def _change(model: type[Base], *, guarded: bool = False) -> Any:
    table = table_of(model)
    statement = update(table).where(table.c.id == bindparam("of_id"))
    return statement.where(table.c.revision == bindparam("at_revision")) if guarded else statement


def _drop(model: type[Base]) -> Any:
    table = table_of(model)
    return delete(table).where(table.c.id == bindparam("of_id"))


_GUARDED: Final = {
    "tasks": _change(TaskTable, guarded=True),
    "instances": _change(InstanceTable, guarded=True),
}
_OTHERS: Final = {
    "timers": _change(TimerTable),
    "closed": _drop(SubscriptionTable),
    "subscriptions": _change(SubscriptionTable),
    "children": _change(InstanceTable),
    "incidents": _change(IncidentTable),
    "gone": _drop(PlanItemTable),
    "planned": _change(PlanItemTable),
    "added": insert(table_of(PlanItemTable)),
    "offered": insert(table_of(SkippedStepTable)),
}


@dataclass(slots=True)
class Writes:
    """Values by kind. Those of rows that are there already have ``of_id``, guarded ones
    ``at_revision`` too; all of a kind have the same names."""

    instances: list[Values] = field(default_factory=list)
    tasks: list[Values] = field(default_factory=list)
    timers: list[Values] = field(default_factory=list)
    closed: list[Values] = field(default_factory=list)
    """Subscriptions to what is not waited for any more."""
    subscriptions: list[Values] = field(default_factory=list)
    children: list[Values] = field(default_factory=list)
    incidents: list[Values] = field(default_factory=list)
    gone: list[Values] = field(default_factory=list)
    """Rows of plans that leave them."""
    planned: list[Values] = field(default_factory=list)
    added: list[Values] = field(default_factory=list)
    offered: list[Values] = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        """:raises Conflict: when somebody else was first at an instance or a user task"""
        for kind, statement in _GUARDED.items():
            values = getattr(self, kind)
            if values and connection.execute(statement, values).rowcount != len(values):
                raise Conflict("Somebody else was at work there.", code="stale")
        for kind, statement in _OTHERS.items():
            if values := getattr(self, kind):
                connection.execute(statement, values)
