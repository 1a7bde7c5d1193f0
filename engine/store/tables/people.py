"""People with an account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class PersonTable(Base):
    """An account. The row is never deleted: history refers to it."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    """The address that reminders are sent to; without one there are no reminders."""
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[Any]]
    rights: Mapped[list[Any]]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    password_at: Mapped[datetime]
