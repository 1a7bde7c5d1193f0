"""Outbound messages (mails and webhooks): stored with what caused them, sent at least once.

A row of ``outbox`` is the truth, and a job for it is its wake-up. A worker claims the row with a
lease, sends the message outside of any transaction, and then marks the row. A worker that is killed
in between leads to a second sending, which the receiver recognises by the key (``Message-ID``,
``webhook-id``). A message that fails is tried again, each time after twice the pause; after some
three days it is dead, and managers see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from engine.job_queue import Job
from engine.store.base import UNSENT, new_id, unclaimed
from engine.store.tables import OutboxTable, ReminderTable
from engine.views import DeadLetter

LEASE = timedelta(minutes=2)
"""How long a claimed message is its worker's: longer than any sending takes (``mail.TIMEOUT``,
``webhooks.TIMEOUT``)."""
MOST_ATTEMPTS = 12
"""How often a message is tried before it is dead: with the pauses below, for some three days."""
FIRST_PAUSE = timedelta(minutes=1)
"""The pause after the first failure; each further failure doubles it."""
LONGEST_PAUSE = timedelta(hours=12)
"""The longest pause between two attempts."""
RETENTION = timedelta(days=30)
"""How long the rows of sent messages and of reminders are stored."""
MOST_LISTED = 200
"""The most dead messages that a list shows."""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message to be sent: ``kind`` is ``mail`` or ``webhook``, ``target`` a mail address or a
    URL, ``payload`` the content as JSON. Receivers recognise a repetition by ``key``."""

    kind: str
    key: str
    target: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A stored message that this worker alone may send until the lease ends; ``attempts`` counts
    the present one too."""

    id: str
    kind: str
    key: str
    target: str
    payload: Mapping[str, Any]
    created_at: datetime
    attempts: int


def post(connection: Connection, messages: Sequence[OutboundMessage], now: datetime) -> list[Job]:
    """Store messages in the outbox; returns the jobs that send them."""
    rows = [
        {
            "id": new_id(),
            "kind": message.kind,
            "key": message.key,
            "target": message.target,
            "payload": dict(message.payload),
            "created_at": now,
            "due_at": now,
            "attempts": 0,
        }
        for message in messages
    ]
    if rows:
        connection.execute(insert(OutboxTable), rows)
    return [job_for(row["id"], now) for row in rows]  # type: ignore[arg-type]


def job_for(message_id: str, at: datetime) -> Job:
    """The job that sends the message with this id."""
    return Job("outbox", f"outbox:{message_id}", at, {"id": message_id})


def due(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Ids of the messages that can be sent now, at most ``limit``, the longest waiting first."""
    return list(
        connection.scalars(
            select(OutboxTable.id)
            .where(text(UNSENT), OutboxTable.due_at <= now, _free(now))
            .order_by(OutboxTable.due_at, OutboxTable.id)
            .limit(limit)
        )
    )


def claim(connection: Connection, message_id: str, now: datetime) -> ClaimedMessage | None:
    """Claim a message; None when it is sent, dead, not due yet, or claimed by another worker."""
    row = connection.execute(
        update(OutboxTable)
        .where(OutboxTable.id == message_id, text(UNSENT), OutboxTable.due_at <= now, _free(now))
        .values(lease_until=now + LEASE, attempts=OutboxTable.attempts + 1)
        .returning(
            OutboxTable.id,
            OutboxTable.kind,
            OutboxTable.key,
            OutboxTable.target,
            OutboxTable.payload,
            OutboxTable.created_at,
            OutboxTable.attempts,
        )
    ).first()
    return ClaimedMessage(*row) if row is not None else None


def record_sent(connection: Connection, claimed: ClaimedMessage, now: datetime) -> None:
    """Record that a message was sent. Its content is deleted, because it may be about people."""
    connection.execute(
        update(OutboxTable)
        .where(OutboxTable.id == claimed.id)
        .values(sent_at=now, lease_until=None, error=None, payload={})
    )


def record_failure(
    connection: Connection, claimed: ClaimedMessage, error: str, now: datetime, *, permanent: bool
) -> Job | None:
    """Record that a message could not be sent; returns the job that tries again, None when the
    message is dead: after ``MOST_ATTEMPTS``, or at once for a ``permanent`` failure."""
    dead = permanent or claimed.attempts >= MOST_ATTEMPTS
    again = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (claimed.attempts - 1))
    connection.execute(
        update(OutboxTable)
        .where(OutboxTable.id == claimed.id, OutboxTable.attempts == claimed.attempts)
        .values(error=error[:1000], lease_until=None, due_at=again, dead_at=now if dead else None)
    )
    return None if dead else job_for(claimed.id, again)


def forget(connection: Connection, today: date, now: datetime) -> None:
    """Delete the sent messages and the reminders that are older than ``RETENTION``."""
    old = now - RETENTION
    connection.execute(delete(ReminderTable).where(ReminderTable.day < today - RETENTION))
    still = select(ReminderTable.outbox_id).where(ReminderTable.outbox_id == OutboxTable.id)
    connection.execute(delete(OutboxTable).where(OutboxTable.sent_at < old, ~still.exists()))


def counts(connection: Connection) -> tuple[int, int]:
    """How many messages are unsent, and how many are dead."""
    unsent = select(func.count()).select_from(OutboxTable).where(text(UNSENT))
    gone = select(func.count()).select_from(OutboxTable).where(OutboxTable.dead_at.is_not(None))
    return connection.scalar(unsent) or 0, connection.scalar(gone) or 0


def oldest(connection: Connection, now: datetime) -> datetime | None:
    """Since when the first message that can be sent has waited."""
    first = select(func.min(OutboxTable.due_at)).where(
        text(UNSENT), OutboxTable.due_at <= now, _free(now)
    )
    return connection.scalar(first)


def dead(connection: Connection) -> tuple[DeadLetter, ...]:
    """The messages that are tried no more, the newest first, at most ``MOST_LISTED``."""
    rows: Any = connection.execute(
        select(
            OutboxTable.id,
            OutboxTable.kind,
            OutboxTable.target,
            OutboxTable.created_at,
            OutboxTable.dead_at,
            OutboxTable.attempts,
            OutboxTable.error,
        )
        .where(OutboxTable.dead_at.is_not(None))
        .order_by(OutboxTable.dead_at.desc(), OutboxTable.id)
        .limit(MOST_LISTED)
    )
    return tuple(DeadLetter(*row) for row in rows)


def revive(connection: Connection, message_id: str, now: datetime) -> Job | None:
    """Make a dead message due again, with all its attempts; returns the job that sends it, None
    when there is no such message."""
    revived = connection.execute(
        update(OutboxTable)
        .where(OutboxTable.id == message_id, OutboxTable.dead_at.is_not(None))
        .values(dead_at=None, attempts=0, due_at=now, error=None)
    )
    return job_for(message_id, now) if revived.rowcount else None


def _free(now: datetime) -> Any:
    return unclaimed(OutboxTable.lease_until, now, LEASE)
