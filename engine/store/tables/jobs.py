"""What runs when nobody asks for it: wake-ups, what is sent, what is done once a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, UNSENT, Base, only


class JobTable(Base):
    """A wake-up on SQLite (on PostgreSQL they are Procrastinate's), and on both what is left of one
    that was tried often enough in vain: then ``failed_at`` is set.

    ``key`` is there while the job waits, so that the same wake-up is written once; whoever takes
    the job takes the key off it.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_at", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class OutboxTable(Base):
    """A mail or a webhook that is to leave the house. ``key`` is the same at every attempt: the
    receiver tells a repetition by it. One that was tried in vain for days is dead."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        only("ix_outbox_unsent", UNSENT, "due_at", "id"),
        Index("ix_outbox_dead", "dead_at", "id"),
        Index("ix_outbox_sent", "sent_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(120))
    target: Mapped[str] = mapped_column(Text)
    """A mail address or a URL."""
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int]
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class ReminderTable(Base):
    """That somebody was reminded of a task on a day: never twice."""

    __tablename__ = "reminder"

    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    outbox_id: Mapped[str] = mapped_column(ForeignKey("outbox.id"))


class RoutineTable(Base):
    """Something that is done once a day, and the last day on which it was."""

    __tablename__ = "routine"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date]
