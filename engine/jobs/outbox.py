"""What leaves the house: written with its cause, sent at least once, always under the same key.

A row of ``outbox`` is the truth; a job per row is its wake-up. A row is claimed with a lease, sent
outside of any transaction, then marked. Whoever is killed in between sends it again: the receiver
tells a repetition by its key (``Message-ID``, ``webhook-id``). What fails is tried again later,
each time after twice the time; after about three days it is dead, and people are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from engine.ids import new_id
from engine.job_queue import Job
from engine.store.base import UNSENT, unclaimed
from engine.store.tables import OutboxTable, ReminderTable
from engine.views import DeadLetter

LEASE = timedelta(minutes=2)
"""Longer than any sending takes (``mail.TIMEOUT``, ``webhooks.TIMEOUT``)."""
MOST_ATTEMPTS = 12
FIRST_PAUSE = timedelta(minutes=1)
KEPT = timedelta(days=30)
"""For how long it can be seen that a letter has left."""
LONGEST_PAUSE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """Something to be sent: ``kind`` is ``mail`` or ``webhook``, ``target`` an address or a URL."""

    kind: str
    key: str
    target: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A letter that is ours to send until its lease ends."""

    id: str
    kind: str
    key: str
    target: str
    payload: Mapping[str, Any]
    created_at: datetime
    attempts: int


def post(connection: Connection, letters: Sequence[OutboundMessage], now: datetime) -> list[Job]:
    """Put letters into the outbox; the jobs that send them."""
    rows = [
        {
            "id": new_id(),
            "kind": letter.kind,
            "key": letter.key,
            "target": letter.target,
            "payload": dict(letter.payload),
            "created_at": now,
            "due_at": now,
            "attempts": 0,
        }
        for letter in letters
    ]
    if rows:
        connection.execute(insert(OutboxTable), rows)
    return [job_for(row["id"], now) for row in rows]  # type: ignore[arg-type]


def job_for(letter_id: str, at: datetime) -> Job:
    """The wake-up that sends a letter."""
    return Job("outbox", f"outbox:{letter_id}", at, {"id": letter_id})


def due(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Ids of letters that could be sent."""
    return list(
        connection.scalars(
            select(OutboxTable.id)
            .where(text(UNSENT), OutboxTable.due_at <= now, _free(now))
            .order_by(OutboxTable.due_at, OutboxTable.id)
            .limit(limit)
        )
    )


def take(connection: Connection, letter_id: str, now: datetime) -> ClaimedMessage | None:
    """Claim a letter; None when it is sent, dead, not due yet or somebody else's."""
    row = connection.execute(
        update(OutboxTable)
        .where(OutboxTable.id == letter_id, text(UNSENT), OutboxTable.due_at <= now, _free(now))
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


def sent(connection: Connection, taken: ClaimedMessage, now: datetime) -> None:
    """A letter has left. What it said is not kept: it may be about people."""
    connection.execute(
        update(OutboxTable)
        .where(OutboxTable.id == taken.id)
        .values(sent_at=now, lease_until=None, error=None, payload={})
    )


def failed(
    connection: Connection, taken: ClaimedMessage, error: str, now: datetime, *, permanent: bool
) -> Job | None:
    """A letter could not be sent; the job that tries again, None when it is dead."""
    dead = permanent or taken.attempts >= MOST_ATTEMPTS
    again = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (taken.attempts - 1))
    connection.execute(
        update(OutboxTable)
        .where(OutboxTable.id == taken.id, OutboxTable.attempts == taken.attempts)
        .values(error=error[:1000], lease_until=None, due_at=again, dead_at=now if dead else None)
    )
    return None if dead else job_for(taken.id, again)


def forget(connection: Connection, today: date, now: datetime) -> None:
    """Take away what has left long ago, and the reminders of days long past."""
    old = now - KEPT
    connection.execute(delete(ReminderTable).where(ReminderTable.day < today - KEPT))
    still = select(ReminderTable.outbox_id).where(ReminderTable.outbox_id == OutboxTable.id)
    connection.execute(delete(OutboxTable).where(OutboxTable.sent_at < old, ~still.exists()))


def counts(connection: Connection, now: datetime) -> tuple[int, int, datetime | None]:
    """How many letters are on their way, how many are dead, and since when the first one that
    could be sent waits."""
    unsent = select(func.count()).select_from(OutboxTable).where(text(UNSENT))
    gone = select(func.count()).select_from(OutboxTable).where(OutboxTable.dead_at.is_not(None))
    first = select(func.min(OutboxTable.due_at)).where(
        text(UNSENT), OutboxTable.due_at <= now, _free(now)
    )
    return (
        connection.scalar(unsent) or 0,
        connection.scalar(gone) or 0,
        connection.scalar(first),
    )


def dead(connection: Connection) -> tuple[DeadLetter, ...]:
    """Letters that are tried no more, the newest first, at most 200."""
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
        .limit(200)
    )
    return tuple(DeadLetter(*row) for row in rows)


def revive(connection: Connection, letter_id: str, now: datetime) -> Job | None:
    """Try a dead letter again from the beginning; None when there is no such one."""
    done = connection.execute(
        update(OutboxTable)
        .where(OutboxTable.id == letter_id, OutboxTable.dead_at.is_not(None))
        .values(dead_at=None, attempts=0, due_at=now, error=None)
    )
    return job_for(letter_id, now) if done.rowcount else None


def _free(now: datetime) -> Any:
    return unclaimed(OutboxTable.lease_until, now, LEASE)
