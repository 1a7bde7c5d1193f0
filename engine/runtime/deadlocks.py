"""Instances in which nothing can go on: what was done stands, and an incident says what waits.

A deadlock is the diagram's, not the last person's whose work has led into it: that work is kept.
The incident is of kind ``stuck``; it is closed as soon as the instance goes on (a message comes, a
variable is corrected and the incident retried, the instance is migrated) or ends.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select, update

from engine.runtime import incidents
from engine.runtime.running_instance import RunningInstance
from engine.runtime.state import DAMAGED
from engine.runtime.step import Step
from engine.store.tables import IncidentTable, InstanceTable
from engine.views import IncidentKind

KIND: Final = "stuck"
"""The kind of a deadlock's incident, which the API and the pages know."""
OPERATION = {"op": "look"}
"""How to try again: look whether something can go on now."""


def record(step: Step, instance: RunningInstance, stalled: tuple[tuple[str, str], ...]) -> None:
    """Raise, renew or close the incident of an instance whose tokens have just been moved, and
    set its state accordingly.

    :param stalled: the elements where its tokens wait for ever, each with the reason; empty when
        it can go on
    """
    mine = [row for row in _open(step, instance) if row.kind == KIND]
    if stalled:
        _raise(step, instance, stalled, mine)
    else:
        _close(step, instance, mine)


def _raise(
    step: Step, instance: RunningInstance, stalled: tuple[tuple[str, str], ...], mine: list[Any]
) -> None:
    element = stalled[0][0]
    reasons = "; ".join(f"{_named(instance, at)} {why}" for at, why in stalled)
    message = f"nothing can go on any more: {reasons}"
    instance.state = "incident"
    if not mine:
        step.deadlocks.append(_add(step, instance, KIND, element, message))
        return
    step.deadlocks.append(mine[0].id)
    step.connection.execute(
        update(IncidentTable)
        .where(IncidentTable.id == mine[0].id)
        .values(message=message, element_id=element, at=step.now)
    )


def quarantine(step: Step, instance: RunningInstance, element_id: str) -> None:
    """An instance whose stored state cannot be read has missed an event: its incident says so,
    once; its bytes stay as they are."""
    kind: IncidentKind = DAMAGED
    if not any(row.kind == kind for row in _open(step, instance)):
        _add(step, instance, kind, element_id, instance.load_error or "")
        step.connection.execute(
            update(InstanceTable).where(InstanceTable.id == instance.id).values(state="incident")
        )
        incidents.mark_case(step.connection, instance.case_id)


def _add(
    step: Step, instance: RunningInstance, kind: IncidentKind, element_id: str, message: str
) -> str:
    incident_id = incidents.add(
        step.connection,
        case_id=instance.case_id,
        instance_id=instance.id,
        element_id=element_id,
        kind=kind,
        message=message,
        operation=OPERATION,
        at=step.now,
    )
    detail = {"incident": incident_id, "kind": kind, "message": message}
    step.note(instance, "incident.raised", element_id, detail)
    return incident_id


def _close(step: Step, instance: RunningInstance, mine: list[Any]) -> None:
    for row in mine:
        incidents.close(step, instance, row)
    if not _open(step, instance):
        instance.state = "running"


def _open(step: Step, instance: RunningInstance) -> list[Any]:
    return list(
        step.connection.execute(
            select(IncidentTable.id, IncidentTable.kind, IncidentTable.element_id).where(
                IncidentTable.instance_id == instance.id, IncidentTable.resolved_at.is_(None)
            )
        )
    )


def _named(instance: RunningInstance, element_id: str) -> str:
    name = instance.definition.element_name(element_id)
    return element_id if name == element_id else f"{name} ({element_id})"
