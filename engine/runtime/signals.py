"""Signals reach everybody, and events start processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.definitions.library import Loaded
from engine.runtime import deadlocks
from engine.runtime.executor import StepError
from engine.store.tables import SubscriptionTable

if TYPE_CHECKING:
    from engine.runtime.advance import Advance


def broadcast(advance: Advance, name: str, sender: str) -> None:
    """A signal reaches all that wait for it, whatever their case, and starts the processes that
    begin with it (BPMN 2.0.2, 10.5.5); within the instance that threw it, it has been heard
    already."""
    advance.work.hold_waiting(name)
    for row in advance.connection.execute(
        select(SubscriptionTable)
        .where(SubscriptionTable.kind == "signal", SubscriptionTable.name == name)
        .order_by(SubscriptionTable.opened_at, SubscriptionTable.id)
    ).all():
        if row.instance_id == sender:
            continue
        live = advance.live(row.instance_id)
        if live.damage is not None:
            # One that cannot be read must not keep the signal from all others.
            deadlocks.quarantine(advance, live, row.element_id)
            continue
        advance.note(live, "signal.received", row.element_id)
        advance.wake(row.instance_id, row.token, kind="signal", name=name)
    case_id = advance.live(sender).case_id
    for loaded, at in advance.definitions.started_by(advance.connection, "signal", name):
        start(advance, case_id, loaded, at, ("signal", name), {})


def start(
    advance: Advance,
    case_id: str,
    loaded: Loaded,
    at: str,
    event: tuple[str, str],
    payload: Mapping[str, Any],
) -> None:
    """Start an instance at the node ``at``, in the case that the event comes from.

    :param event: kind and name
    :raises StepError: when events start more instances in one transaction than ``limits.children``
    """
    advance.started += 1
    if advance.started > advance.config.limits.children:
        text = f"{loaded.process_id}: {' '.join(event)} starts one instance after the other"
        raise StepError(at, text, kind="budget")
    live = advance.create(case_id, loaded, payload)
    advance.note(live, f"{event[0]}.received", at, {event[0]: event[1]})
    advance.start(live, at)
