"""Sessions of signed-in people, and failed attempts to sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base


class SessionTable(Base):
    """A signed-in person's session; ``token_hash`` is SHA-256 of the cookie's secret, in hex."""

    __tablename__ = "session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class SignInFailureTable(Base):
    """Failed sign-ins, counted per subject: ``person:<username>``, ``address:<ip>`` or, for the
    API's tokens, ``token:<ip>``."""

    __tablename__ = "sign_in_failure"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]
