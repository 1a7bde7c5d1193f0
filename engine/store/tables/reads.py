"""Who has read the histories of cases: rows that are never changed and never deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class HistoryReadTable(Base):
    """Somebody has read facts of a case: ``how`` is ``case`` (its page), ``history`` (a list) or
    ``export`` (a file); ``times`` counts the reads between two writes. The case's row need not be
    there any more."""

    __tablename__ = "history_read"
    __table_args__ = (Index("ix_history_read_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ID)
    reader_id: Mapped[str] = mapped_column(ID)
    reader_name: Mapped[str] = mapped_column(String(200))
    token_name: Mapped[str | None] = mapped_column(String(100))
    how: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    """When the first of them was."""
    times: Mapped[int]
