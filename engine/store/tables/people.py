"""People with an account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, PLACE, Base
from engine.store.names import place_of_row


class PersonTable(Base):
    """An account. The row is never deleted: history refers to it."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_place", "place", "id"),
        Index("ix_person_active_place", "active", "place", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(PLACE, default=place_of_row, server_default="")
    """Where the person stands in lists: by the name, in Swedish order."""
    email: Mapped[str | None] = mapped_column(String(254))
    """The address that reminders are sent to; without one there are no reminders."""
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[Any]]
    rights: Mapped[list[Any]]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    password_at: Mapped[datetime]
    changed_by: Mapped[str | None] = mapped_column(ID)
    """Who changed roles, rights, address or access last; None when nobody has."""
    changed_at: Mapped[datetime | None]


class PersonRoleTable(Base):
    """A role under which a person is listed: who holds a role is found here by an index, while
    ``person.roles`` says what somebody may do. Closed accounts are listed under no role."""

    __tablename__ = "person_role"
    __table_args__ = (Index("ix_person_role_place", "role", "place", "person_id"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(80), primary_key=True)
    place: Mapped[str] = mapped_column(PLACE)
    """That of the person."""
