"""Handing out one event that was thrown, in a transaction of its own: who cannot receive it has an
incident, at its own element, and nobody else notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, select

from engine import feel
from engine.errors import StepError
from engine.runtime import deliveries, event_starts, messages, signals
from engine.runtime.running_instance import RUNNING
from engine.runtime.step import Step
from engine.store.base import table_of
from engine.store.tables import DeliveryTable, InstanceTable
from engine.unit_of_work import UnitOfWork
from engine.work import incidents

_DELIVERY: Final = table_of(DeliveryTable)
_USED: Final = (
    *(_DELIVERY.c.kind, _DELIVERY.c.name, _DELIVERY.c.case_id, _DELIVERY.c.instance_id),
    *(_DELIVERY.c.definition_id, _DELIVERY.c.element_id, _DELIVERY.c.payload, _DELIVERY.c.hops),
)
"""In the order of ``StoredDelivery``."""


class StoredDelivery(NamedTuple):
    """The row of an event on its way. An id that its kind does not need (see ``DeliveryTable``) is
    empty."""

    kind: str
    name: str
    case_id: str
    instance_id: str
    definition_id: str
    element_id: str
    payload: Mapping[str, Any]
    hops: int


def waiting(connection: Connection, limit: int) -> Sequence[str]:
    """The ids of events that are still to be handed out, in the order in which they were thrown."""
    order = (DeliveryTable.thrown_at, DeliveryTable.position, DeliveryTable.id)
    return connection.scalars(select(DeliveryTable.id).order_by(*order).limit(limit)).all()


def hand_out(work: UnitOfWork, delivery_id: str) -> bool:
    """Let the receiver of an event go on; False when somebody else has seen to it, or is at work
    in the receiver's case."""
    event = _taken(work, delivery_id)
    if event is None:
        return False
    work.hops = event.hops
    if event.kind == "signal":
        _signal(work, event)
    elif event.kind == "message":
        _message(work, event)
    else:
        brought = {k: feel.from_json(v) for k, v in event.payload.items()}
        _start(work, event, event.definition_id, event.element_id, brought)
    return True


def give_up(work: UnitOfWork, delivery_id: str, error: StepError) -> bool:
    """Record the incident of an event that could not be handed out at all; False when somebody
    else has seen to it."""
    event = _taken(work, delivery_id)
    if event is None:
        return False
    error.element_id = error.element_id or event.element_id
    incidents.record(work, event.instance_id or event.case_id, _operation(event), error)
    return True


def _taken(work: UnitOfWork, delivery_id: str) -> StoredDelivery | None:
    """The row of an event, which is deleted, with its case locked. None when somebody else has seen
    to it, or has locked the case: nobody waits for that, and a worker sees to it later."""
    mine = DeliveryTable.id == delivery_id
    row = work.connection.execute(select(*_USED).where(mine)).first()
    if row is None or not work.hold_free([row.case_id]):
        return None
    if not work.connection.execute(delete(DeliveryTable).where(mine)).rowcount:
        return None
    return StoredDelivery._make("" if value is None else value for value in row)


def _operation(event: StoredDelivery) -> dict[str, Any]:
    """How to try again what has failed."""
    if event.kind == "signal":
        return {"op": "signal", "signal": event.name, **event.payload}
    if event.kind == "message":
        return {"op": "message", "message": event.name, "payload": {}}
    return {"op": "start", "at": event.element_id}


def _signal(work: UnitOfWork, event: StoredDelivery) -> None:
    state = work.connection.scalar(
        select(InstanceTable.state).where(InstanceTable.id == event.instance_id)
    )
    if state in RUNNING:
        token = event.payload.get(signals.RECEIVER)
        hear = partial(_hear, instance_id=event.instance_id, name=event.name, token=token)
        incidents.attempt(work, event.instance_id, _operation(event), hear)


def _hear(step: Step, instance_id: str, name: str, token: str | None) -> None:
    for row in signals.tokens_waiting(step, instance_id, name, token)[:1]:
        most = step.config.limits.children
        deliveries.check_hops(step, row.element_id, most, f"the signal {name}")
    signals.hear(step, instance_id, name, token)


def _message(work: UnitOfWork, event: StoredDelivery) -> None:
    """A message that an instance of the case has thrown."""
    row = messages.receiver(work.connection, event.case_id, event.name)
    if row is None and _started(work, event):
        return

    def deliver(step: Step) -> None:
        if row is not None:
            most = step.config.limits.children
            deliveries.check_hops(step, row.element_id, most, f"the message {event.name}")
        messages.deliver(step, event.case_id, event.name, {})

    receiver = event.case_id if row is None else row.instance_id
    incidents.attempt(work, receiver, _operation(event), deliver)


def _started(work: UnitOfWork, event: StoredDelivery) -> bool:
    """Start the process that a message starts; False when there is none."""
    cause = ("message", event.name)
    for definition, at in work.definitions.started_by(work.connection, *cause):
        brought = event_starts.all_come(work, event.case_id, definition, at, cause)
        if brought is not None:
            _start(work, event, definition.id, at, brought)
            return True
    return False


def _start(
    work: UnitOfWork, event: StoredDelivery, definition_id: str, at: str, brought: Mapping[str, Any]
) -> None:
    """Make the instance that the event starts, then start it: the instance is there to show why,
    when it cannot start."""
    definition = work.definitions.get(work.connection, definition_id)
    cause = (event.kind.removeprefix("start by "), event.name)
    begun: list[str] = []

    def create(step: Step) -> None:
        deliveries.check_hops(step, at, step.config.limits.nesting, definition.process_id)
        begun.append(event_starts.create(step, event.case_id, definition, at, cause, brought).id)

    incidents.attempt(work, event.case_id, {"op": "none"}, create)
    for instance_id in begun:
        start = partial(_begin, instance_id=instance_id, at=at)
        incidents.attempt(work, instance_id, {"op": "start", "at": at}, start)


def _begin(step: Step, instance_id: str, at: str) -> None:
    step.start(step.instance(instance_id), at)
