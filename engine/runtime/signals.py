"""Signals reach everybody who waits for them, and nobody waits for those who hear them.

Whoever hears a signal in the case that throws it does so in the same transaction, unless one of
them cannot (``UnitOfWork.apart``). For every other token that waits for it there is a row in
``delivery``, which is handed out when the transaction has been committed
(``engine.work.deliveries``): no other case is locked, and what fails there fails there alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from engine.runtime import deadlocks, deliveries, event_starts, stored_messages
from engine.runtime.step import Step
from engine.store.tables import SubscriptionTable

RECEIVER = "token"
"""Under this name the delivery of a signal says which token hears it."""
_WAITING = (
    select(SubscriptionTable)
    .where(SubscriptionTable.kind == "signal")
    .order_by(SubscriptionTable.opened_at, SubscriptionTable.id)
)


def broadcast(step: Step, name: str, sender: str, unheard: Sequence[str] = ()) -> None:
    """A signal reaches all that wait for it, whatever their case, and starts the processes that
    begin with it (BPMN 2.0.2, 10.5.5); within the instance that threw it, it has been heard
    already, but for the tokens ``unheard``."""
    case_id = step.instance(sender).case_id
    waiting = step.connection.execute(_WAITING.where(SubscriptionTable.name == name)).all()
    others = [row for row in waiting if row.instance_id != sender]
    here = [] if step.work.apart else [row for row in others if row.case_id == case_id]
    later = [(case_id, sender, token) for token in unheard]
    later += [(row.case_id, row.instance_id, row.token) for row in others if row not in here]
    for row in here:
        step.work.received = True
        _wake(step, name, row)
    deliveries.put(
        step,
        [
            {
                "kind": "signal",
                "name": name,
                "case_id": case,
                "instance_id": instance,
                "payload": {RECEIVER: token},
            }
            for case, instance, token in later
        ],
    )
    for definition, at in step.definitions.started_by(step.connection, "signal", name):
        brought = event_starts.all_come(step.work, case_id, definition, at, ("signal", name))
        if brought is None:
            stored = event_starts.stored_name(definition, "signal", name)
            stored_messages.store(step.work, case_id, stored, {})
        else:
            step.work.received = True
            event_starts.start(step, case_id, definition, at, ("signal", name), brought)


def hear(step: Step, instance_id: str, name: str, token: str | None) -> None:
    """A token of the instance hears the signal, if it still waits for it; None: every one."""
    for row in tokens_waiting(step, instance_id, name, token):
        _wake(step, name, row)


def tokens_waiting(step: Step, instance_id: str, name: str, token: str | None) -> Sequence[Any]:
    """The subscriptions of an instance, or of one of its tokens, to a signal, the oldest first."""
    mine = _WAITING.where(
        SubscriptionTable.instance_id == instance_id, SubscriptionTable.name == name
    )
    if token is not None:
        mine = mine.where(SubscriptionTable.token == token)
    return step.connection.execute(mine).all()


def _wake(step: Step, name: str, row: Any) -> None:
    instance = step.instance(row.instance_id)
    if instance.load_error is not None:
        # One that cannot be read must not keep the signal from all others.
        deadlocks.quarantine(step, instance, row.element_id)
        return
    step.note(instance, "signal.received", row.element_id)
    step.wake(row.instance_id, row.token, kind="signal", name=name)
