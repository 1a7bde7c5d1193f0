"""Messages: to the one that has waited longest, to the process that they start, or kept until
somebody waits for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from engine.runtime import deliveries, event_starts, stored_messages, subscriptions
from engine.runtime.executor import Wait
from engine.runtime.running_instance import RUNNING, RunningInstance
from engine.runtime.step import Step
from engine.store.tables import SubscriptionTable


def sync(step: Step, instance: RunningInstance, waits: Sequence[Wait]) -> None:
    """Subscribe the tokens that wait for messages and signals; a message that came too early is
    given to whoever waits for it now."""
    for name in subscriptions.sync(step, instance, waits):
        step.later(partial(_deliver_stored, step, instance.case_id, name))


def deliver(step: Step, case_id: str, name: str, payload: Mapping[str, Any]) -> int:
    """Give a message to the one that has waited longest in the case, else start the process
    that it starts, else keep it. Returns how many took it (0 or 1)."""
    waiting = receiver(step.connection, case_id, name)
    if waiting is not None:
        instance = step.instance(waiting.instance_id)
        step.note(instance, "message.received", waiting.element_id, {"message": name})
        subscriptions.drop(step.connection, waiting.id)
        step.wake(instance.id, waiting.token, payload, kind="message", name=name)
        return 1
    for definition, at in step.definitions.started_by(step.connection, "message", name):
        brought = event_starts.all_come(step.work, case_id, definition, at, ("message", name))
        if brought is not None:
            known = {**brought, **payload}
            event_starts.start(step, case_id, definition, at, ("message", name), known)
            return 1
    stored_messages.store(step.work, case_id, name, payload)
    if step.instance(case_id).state not in RUNNING:
        # What the case's last step has thrown comes after its end; another may still need it.
        step.later(partial(_note_unread, step, case_id, name))
    return 0


def _note_unread(step: Step, case_id: str, name: str) -> None:
    """A message came when its case had ended, and has not been taken since."""
    if stored_messages.waits(step.connection, case_id, name):
        detail = {"message": name, "times": 1}
        step.note(step.instance(case_id), "message.unread", detail=detail)


def receiver(connection: Connection, case_id: str, name: str) -> Any:
    """The subscription that has waited longest for a message in the case; None without one."""
    return connection.execute(
        select(SubscriptionTable)
        .where(
            SubscriptionTable.kind == "message",
            SubscriptionTable.name == name,
            SubscriptionTable.case_id == case_id,
        )
        .order_by(SubscriptionTable.opened_at, SubscriptionTable.id)
        .limit(1)
    ).first()


def forward(step: Step, case_id: str, name: str) -> None:
    """Deliver a message that a process of the case has thrown: it brings nothing. It is received
    in this transaction or, when events are received apart, in one of its own."""
    if step.work.apart:
        deliveries.put(step, [{"kind": "message", "name": name, "case_id": case_id}])
        return
    step.work.received = True
    deliver(step, case_id, name, {})


def _deliver_stored(step: Step, case_id: str, name: str) -> None:
    """Give a message that came too early to whoever waits for it now."""
    message = stored_messages.take(step.connection, case_id, name)
    if message is not None:
        deliver(step, case_id, name, message)
