"""Events start processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.definitions.library import ExecutableDefinition
from engine.errors import StepError
from engine.runtime import deliveries
from engine.runtime.running_instance import RunningInstance
from engine.runtime.step import Step


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
        deliveries.put(step, [{"kind": f"start by {event[0]}", "name": event[1], **about}])
        return
    step.work.received = True
    step.started_by_events += 1
    if step.started_by_events > step.config.limits.children:
        text = f"{definition.process_id}: {' '.join(event)} starts one instance after the other"
        raise StepError(at, text, kind="budget")
    step.start(create(step, case_id, definition, at, event, payload), at)


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
