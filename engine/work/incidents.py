"""Processes that cannot go on: the incident says where and why, and how to try again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from engine import feel
from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, NotFound, StepError
from engine.queries import objects
from engine.runtime import incidents as rows
from engine.runtime import messages, signals, timers
from engine.runtime.state import DAMAGED
from engine.runtime.step import Step, load_instance
from engine.store.tables import IncidentTable, InstanceTable, TimerTable
from engine.unit_of_work import UnitOfWork
from engine.views import Incident
from engine.work import adhoc
from engine.work.user_tasks import advance


def attempt(
    work: UnitOfWork,
    instance_id: str,
    operation: Mapping[str, Any],
    prepare: Callable[[Step], object],
) -> str | None:
    """Let a process go on, or leave it as it was and record an incident; the incident's id.

    ``operation`` is kept with the incident, for ``retry``. A process that has gone on into a
    deadlock has an incident too, but what it did stands.
    """
    work.received = False
    try:
        return _tried(work, prepare)
    except StepError as error:
        if work.apart or not work.received:
            return record(work, instance_id, operation, error)
    # Perhaps another instance could not receive what this one has thrown.
    work.apart = True
    try:
        return _tried(work, prepare)
    except StepError as error:
        return record(work, instance_id, operation, error)
    finally:
        work.apart = False


def _tried(work: UnitOfWork, prepare: Callable[[Step], object]) -> str | None:
    """Let a process go on, or leave all as it was; the incident's id when it is stuck then.

    :raises StepError: when it cannot
    """
    lists: tuple[list[Any], ...] = (work.facts, work.jobs, work.deliveries)
    before = [len(each) for each in lists]
    try:
        with work.batch.savepoint():
            step = advance(work)
            prepare(step)
            step.run()
    except StepError:
        for each, length in zip(lists, before, strict=True):
            del each[length:]
        raise
    return next(iter(step.deadlocks), None)


def record(
    work: UnitOfWork, instance_id: str, operation: Mapping[str, Any], error: StepError
) -> str | None:
    """Write an incident on an instance, and mark the instance and its case. One that is open
    already for the same operation only gets the newer message. None when the instance is gone."""
    work.hold(
        select(InstanceTable.case_id).where(InstanceTable.id == instance_id).scalar_subquery()
    )
    instance = work.connection.execute(
        select(InstanceTable.case_id, InstanceTable.definition_id, InstanceTable.state).where(
            InstanceTable.id == instance_id
        )
    ).first()
    if instance is None:
        return None
    for old in work.connection.execute(_open().where(IncidentTable.instance_id == instance_id)):
        if old.operation == dict(operation):
            work.connection.execute(
                update(IncidentTable)
                .where(IncidentTable.id == old.id)
                .values(message=error.message, element_id=error.element_id, at=work.now)
            )
            return str(old.id)
    incident_id = rows.add(
        work.connection,
        case_id=instance.case_id,
        instance_id=instance_id,
        element_id=error.element_id,
        kind=error.kind,
        message=error.message,
        operation=dict(operation),
        at=work.now,
    )
    if instance.state == "running":
        _mark(work, instance_id, instance.case_id, "running", "incident")
    work.note(
        "incident.raised",
        instance_id,
        {"incident": incident_id, "kind": error.kind, "message": error.message},
        case_id=instance.case_id,
        instance_id=instance_id,
        definition_id=instance.definition_id,
        element_id=error.element_id,
        element_name=element_name(work, instance.definition_id, error.element_id),
    )
    return incident_id


def element_name(work: UnitOfWork, definition_id: str, element_id: str) -> str | None:
    """The name of an element; None of the process as a whole."""
    definition = work.definitions.get(work.connection, definition_id)
    return (
        None if element_id in ("", definition.process_id) else definition.element_name(element_id)
    )


def retry(work: UnitOfWork, incident_id: str) -> dict[str, Any]:
    """Try again what failed. The result tells whether it worked: ``{"resolved": bool}``.

    A user task that could not be completed is open: retrying closes the incident, and whoever is
    responsible completes the task again.
    """
    authorize(
        work.actor,
        actions.INCIDENT_RETRY,
        objects.incident_object(work.connection, work.actor, incident_id),
    )
    work.hold(
        select(IncidentTable.case_id).where(IncidentTable.id == incident_id).scalar_subquery()
    )
    row = work.connection.execute(
        select(IncidentTable).where(IncidentTable.id == incident_id)
    ).first()
    if row is None:
        raise NotFound(f"There is no incident {incident_id}", id=incident_id)
    if row.resolved_at is not None:
        raise Conflict("This incident has been resolved already.", code="already_resolved")
    if row.kind == DAMAGED and _damaged(work, row.instance_id):
        return {"resolved": False}
    prepare = _again(work, row)
    if prepare is not None:
        left = attempt(work, row.instance_id, row.operation, prepare)
        if left == incident_id:
            return {"resolved": False}
    resolve(work, row.case_id, lambda open_row: bool(open_row.id == incident_id))
    return {"resolved": True}


def _damaged(work: UnitOfWork, instance_id: str) -> bool:
    return load_instance(work.connection, work.definitions, instance_id).load_error is not None


def _again(work: UnitOfWork, row: Any) -> Callable[[Step], object] | None:
    operation = row.operation
    if operation.get("op") == "start":
        return lambda step: step.start(step.instance(row.instance_id), operation.get("at"))
    if operation.get("op") == "signal":
        name, token = operation["signal"], operation.get(signals.RECEIVER)
        return lambda step: signals.hear(step, row.instance_id, name, token)
    if operation.get("op") == "look":
        return lambda step: step.look_again(row.instance_id)
    if operation.get("op") == "timer":
        timer = work.connection.execute(
            select(TimerTable).where(TimerTable.id == operation["timer"])
        ).first()
        return None if timer is None else lambda step: timers.wake_up(step, timer)
    if operation.get("op") == adhoc.OPERATION:
        where, scope = operation["in"], operation["scope"]
        return lambda step: adhoc.again(step, where, operation["element"], scope)
    if operation.get("op") == "message":
        payload = {k: feel.from_json(v) for k, v in operation["payload"].items()}
        name = operation["message"]
        return lambda step: _deliver(step, row.case_id, name, payload)
    return None


def _deliver(step: Step, case_id: str, name: str, payload: Mapping[str, Any]) -> None:
    messages.deliver(step, case_id, name, payload)


def resolve(work: UnitOfWork, case_id: str, which: Callable[[Any], bool]) -> None:
    """Close the open incidents of a case that ``which`` picks, in whichever of its instances."""
    rows = work.connection.execute(_open().where(IncidentTable.case_id == case_id)).all()
    chosen = [row for row in rows if which(row)]
    for row in chosen:
        work.connection.execute(
            update(IncidentTable)
            .where(IncidentTable.id == row.id)
            .values(resolved_at=work.now, resolved_by=work.actor.id)
        )
        work.note(
            "incident.resolved",
            row.instance_id,
            {"incident": row.id},
            case_id=row.case_id,
            instance_id=row.instance_id,
            element_id=row.element_id,
        )
    left = {row.instance_id for row in rows if row not in chosen}
    for instance_id in sorted({row.instance_id for row in chosen} - left):
        _mark(work, instance_id, case_id, "incident", "running")


def _open() -> Any:
    return select(IncidentTable).where(IncidentTable.resolved_at.is_(None))


def _mark(work: UnitOfWork, instance_id: str, case_id: str, was: str, becomes: str) -> None:
    work.connection.execute(
        update(InstanceTable)
        .where(InstanceTable.id == instance_id, InstanceTable.state == was)
        .values(state=becomes, revision=InstanceTable.revision + 1)
    )
    rows.mark_case(work.connection, case_id)


def named(work: UnitOfWork, listed: Iterable[Incident]) -> tuple[Incident, ...]:
    """The incidents with ``element_name`` filled in from their diagrams."""
    return tuple(
        replace(
            each, element_name=element_name(work, each.definition_id, each.element_id or "") or ""
        )
        for each in listed
    )
