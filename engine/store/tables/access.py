"""How people come to an account and to more rights: invitations, and requests that wait for a
second approver."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class InvitationTable(Base):
    """A link by which somebody chooses the password of their account, once; without a person, the
    one that makes the first administrator. ``token_hash`` is SHA-256 of the link's secret, in hex.
    """

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[str] = mapped_column(ID)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was used, or replaced by another."""


class RightsRequestTable(Base):
    """Roles and rights that an administrator wants for themselves; somebody else decides."""

    __tablename__ = "rights_request"
    __table_args__ = (Index("ix_rights_request_state", "state", "asked_at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    roles: Mapped[list[Any]]
    """Those that are to come to what the person has; so with ``rights``."""
    rights: Mapped[list[Any]]
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    """``waiting``, then ``approved`` or ``refused``."""
    decided_by: Mapped[str | None] = mapped_column(ID)
    decided_at: Mapped[datetime | None]
