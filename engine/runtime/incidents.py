"""The rows of incidents, and what a case shows of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.runtime.running_instance import RunningInstance
from engine.runtime.step import Step
from engine.store.base import new_id
from engine.store.tables import (
    CaseTable,
    IncidentTable,
    InstanceTable,
)


def close_all(step: Step, instance: RunningInstance) -> None:
    """What could not go on in an instance that has ended need not: nothing is left to try again."""
    rows = step.connection.execute(
        select(IncidentTable.id, IncidentTable.element_id).where(
            IncidentTable.instance_id == instance.id, IncidentTable.resolved_at.is_(None)
        )
    ).all()
    for row in rows:
        close(step, instance, row)
    if rows:
        mark_case(step.connection, instance.case_id)


def close(step: Step, instance: RunningInstance, row: Any) -> None:
    """:param row: the incident's, with ``id`` and ``element_id``"""
    step.connection.execute(
        update(IncidentTable)
        .where(IncidentTable.id == row.id)
        .values(resolved_at=step.now, resolved_by=step.actor.id)
    )
    step.note(instance, "incident.resolved", row.element_id, {"incident": row.id})


def add(connection: Connection, **values: Any) -> str:
    """A new incident; its id. ``values`` are the other columns'."""
    incident_id = new_id()
    connection.execute(insert(IncidentTable).values(id=incident_id, **values))
    return incident_id


def mark_case(connection: Connection, case_id: str) -> None:
    """A running case shows whether one of its instances has an incident."""
    stopped = connection.scalar(
        select(InstanceTable.id).where(
            InstanceTable.case_id == case_id, InstanceTable.state == "incident"
        )
    )
    connection.execute(
        update(CaseTable)
        .where(CaseTable.id == case_id, CaseTable.state.in_(("running", "incident")))
        .values(state="incident" if stopped else "running")
    )
