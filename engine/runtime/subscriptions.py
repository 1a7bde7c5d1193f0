"""What tokens wait for from outside by name, messages and signals, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from engine.runtime.executor import Wait
from engine.runtime.running_instance import RunningInstance
from engine.runtime.step import Step
from engine.store.base import new_id
from engine.store.tables import (
    SubscriptionTable,
)


def sync(step: Step, instance: RunningInstance, waits: Sequence[Wait]) -> list[str]:
    """Subscribe the tokens that wait for messages and signals, and no others. Returns the names
    of the messages that are newly waited for."""
    known = {
        (row.token, row.kind, row.name): row.id
        for row in step.connection.execute(
            select(
                SubscriptionTable.id,
                SubscriptionTable.token,
                SubscriptionTable.kind,
                SubscriptionTable.name,
            ).where(SubscriptionTable.instance_id == instance.id)
        )
    }
    wanted = {(w.token, w.kind, w.name or ""): w for w in waits}
    for key, subscription_id in known.items():
        if key not in wanted:
            drop(step.connection, subscription_id)
    fresh = []
    for key, wait in wanted.items():
        if key in known:
            continue
        step.connection.execute(
            insert(SubscriptionTable).values(
                id=new_id(),
                kind=wait.kind,
                name=wait.name or "",
                case_id=instance.case_id,
                instance_id=instance.id,
                token=wait.token,
                element_id=wait.element_id,
                interrupting=wait.interrupting,
                opened_at=step.now,
            )
        )
        if wait.kind == "message":
            fresh.append(wait.name or "")
    return fresh


def drop(connection: Connection, subscription_id: str) -> None:
    """Take a subscription away."""
    connection.execute(delete(SubscriptionTable).where(SubscriptionTable.id == subscription_id))
