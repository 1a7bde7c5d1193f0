"""Signals reach everybody who waits for them."""

from __future__ import annotations

from sqlalchemy import select

from engine.runtime import deadlocks, event_starts
from engine.runtime.step import Step
from engine.store.tables import SubscriptionTable


def broadcast(step: Step, name: str, sender: str) -> None:
    """A signal reaches all that wait for it, whatever their case, and starts the processes that
    begin with it (BPMN 2.0.2, 10.5.5); within the instance that threw it, it has been heard
    already."""
    step.work.hold_waiting(name)
    for row in step.connection.execute(
        select(SubscriptionTable)
        .where(SubscriptionTable.kind == "signal", SubscriptionTable.name == name)
        .order_by(SubscriptionTable.opened_at, SubscriptionTable.id)
    ).all():
        if row.instance_id == sender:
            continue
        instance = step.live(row.instance_id)
        if instance.load_error is not None:
            # One that cannot be read must not keep the signal from all others.
            deadlocks.quarantine(step, instance, row.element_id)
            continue
        step.note(instance, "signal.received", row.element_id)
        step.wake(row.instance_id, row.token, kind="signal", name=name)
    case_id = step.live(sender).case_id
    for definition, at in step.definitions.started_by(step.connection, "signal", name):
        event_starts.start(step, case_id, definition, at, ("signal", name), {})
