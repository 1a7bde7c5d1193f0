"""Posted forms that could not be done yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base


class PendingFormTable(Base):
    """A posted form that could not be done yet, for the page at ``path``.

    ``person_id`` is whose it is; None for one that came without a session, until somebody signs in
    with the browser that has its id. ``address`` is the network address that it came from,
    ``length`` the characters of its content.
    """

    __tablename__ = "pending_form"
    __table_args__ = (Index("ix_pending_form_person_path", "person_id", "path"),)

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(600))
    content: Mapped[dict[str, Any]]
    length: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)
