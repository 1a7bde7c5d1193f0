"""Events start processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import feel
from engine.definitions.library import ExecutableDefinition
from engine.errors import StepError
from engine.runtime import deliveries, stored_messages
from engine.runtime.running_instance import RunningInstance
from engine.runtime.step import Step
from engine.unit_of_work import UnitOfWork


def start(
    step: Step,
    case_id: str,
    definition: ExecutableDefinition,
    at: str,
    event: tuple[str, str],
    payload: Mapping[str, Any],
) -> None:
    """Start an instance at the node ``at``, in the case that the event comes from: in this
    transaction or, when events are received apart, in one of its own.

    :param event: kind and name
    :raises StepError: when events start more instances in one transaction than ``limits.children``
    """
    if step.work.apart:
        about = {"definition_id": definition.id, "element_id": at, "case_id": case_id}
        brought = {k: feel.to_json(v) for k, v in payload.items()}
        row = {"kind": f"start by {event[0]}", "name": event[1], "payload": brought, **about}
        deliveries.put(step, [row])
        return
    step.started_by_events += 1
    if step.started_by_events > step.config.limits.children:
        text = f"{definition.process_id}: {' '.join(event)} starts one instance after the other"
        raise StepError(at, text, kind="budget")
    step.start(create(step, case_id, definition, at, event, payload), at)


def all_come(
    work: UnitOfWork,
    case_id: str,
    definition: ExecutableDefinition,
    at: str,
    event: tuple[str, str],
) -> dict[str, Any] | None:
    """What the other events of a parallel multiple start event have brought, which are taken now;
    None when one of them is still to come (BPMN 2.0.2, Table 10.84: one instance for all of them).
    Every other start event needs nothing but its event.
    """
    node = definition.model.nodes[at]
    if not node.parallel_multiple:
        return {}
    others = [(e.kind, e.name or "") for e in node.events if (e.kind, e.name) != event]
    names = [stored_name(definition, kind, name) for kind, name in others]
    if not all(stored_messages.waits(work.connection, case_id, name) for name in names):
        return None
    brought: dict[str, Any] = {}
    for name in names:
        brought |= stored_messages.take(work.connection, case_id, name) or {}
    return brought


def stored_name(definition: ExecutableDefinition, kind: str, name: str) -> str:
    """The name under which an event is stored until the others of a start event have come: a
    message's own; a signal's is each process's, for a signal reaches them all."""
    if kind == "message":
        return name
    return f"{stored_messages.SIGNAL_MARK}{definition.process_id}: {name}"[:255]


def create(
    step: Step,
    case_id: str,
    definition: ExecutableDefinition,
    at: str,
    event: tuple[str, str],
    payload: Mapping[str, Any],
) -> RunningInstance:
    """The instance that an event starts, not yet started; the arguments are ``start``'s."""
    instance = step.create(case_id, definition, payload)
    step.note(instance, f"{event[0]}.received", at, {event[0]: event[1]})
    return instance
