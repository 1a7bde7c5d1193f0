"""Messages that nobody has taken yet, as rows of their case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select

from engine import feel
from engine.store.base import new_id
from engine.store.tables import MessageTable
from engine.unit_of_work import UnitOfWork

SIGNAL_MARK: Final = "\N{BULLET}"
"""Begins the name of a signal that is stored for a parallel multiple start event."""


def store(work: UnitOfWork, case_id: str, name: str, payload: Mapping[str, Any]) -> None:
    """Keep a message until somebody waits for it."""
    work.connection.execute(
        insert(MessageTable).values(
            id=new_id(),
            name=name,
            case_id=case_id,
            payload={k: feel.to_json(v) for k, v in payload.items()},
            sent_by=work.actor.id,
            sent_at=work.now,
        )
    )


def take(connection: Connection, case_id: str, name: str) -> dict[str, Any] | None:
    """The payload of the oldest message of this name that nobody has taken; it is taken now."""
    row = connection.execute(
        select(MessageTable.id, MessageTable.payload)
        .where(MessageTable.case_id == case_id, MessageTable.name == name)
        .order_by(MessageTable.sent_at, MessageTable.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    connection.execute(delete(MessageTable).where(MessageTable.id == row.id))
    return {k: feel.from_json(v) for k, v in row.payload.items()}


def waits(connection: Connection, case_id: str, name: str) -> bool:
    """Is there a message of this name that nobody has taken?"""
    mine = select(MessageTable.id).where(MessageTable.case_id == case_id, MessageTable.name == name)
    return connection.scalar(mine.limit(1)) is not None


def unread(connection: Connection, case_id: str) -> dict[str, int]:
    """How many messages of each name nobody has taken, of those that somebody has sent or thrown
    as messages."""
    rows = connection.execute(
        select(MessageTable.name, func.count())
        .where(MessageTable.case_id == case_id)
        .group_by(MessageTable.name)
        .order_by(MessageTable.name)
    )
    return {name: count for name, count in rows if not name.startswith(SIGNAL_MARK)}
