"""Background jobs, outbound messages, reminders and daily routines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import FAILED_JOB, ID, UNSENT, Base, only


class JobTable(Base):
    """A waiting job on SQLite (on PostgreSQL Procrastinate has them), and on both databases a job
    that failed in all its attempts: then ``failed_at`` is set.

    ``key`` is set while the job waits, so that the same job is stored once; claiming the job
    removes the key.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_at", "at", "id"),
        only("ix_job_failed", FAILED_JOB, "failed_at"),
    )

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
    """An outbound message: a mail or a webhook. ``key`` is the same at every attempt, so that the
    receiver recognises a repetition. A message that failed in all its attempts is dead."""

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
    """A reminder of a task that was sent on a day; the key keeps it from being sent twice."""

    __tablename__ = "reminder"

    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    outbox_id: Mapped[str] = mapped_column(ForeignKey("outbox.id"))


class RoutineTable(Base):
    """A routine that is done once a day, and the last day on which it was done."""

    __tablename__ = "routine"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date]
