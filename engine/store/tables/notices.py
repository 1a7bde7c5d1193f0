"""What a person is told on their own page until they have seen it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, UNSEEN, Base, only


class NoticeTable(Base):
    """A task of ``person_id`` that a colleague (``by_id``) has taken over, and why."""

    __tablename__ = "notice"
    __table_args__ = (only("ix_notice_unseen", UNSEEN, "person_id", "at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
