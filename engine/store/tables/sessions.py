"""Sessions of signed-in people, and failed attempts to sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class SessionTable(Base):
    """A signed-in person's session; ``token_hash`` is SHA-256 of the cookie's secret, in hex, and
    ``id`` what its person's list of sessions calls it."""

    __tablename__ = "session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    id: Mapped[str] = mapped_column(ID, server_default="")
    user_agent: Mapped[str] = mapped_column(String(400), server_default="")
    """What the browser called itself as it signed in."""
    address: Mapped[str] = mapped_column(String(64), server_default="")
    """Where it signed in from."""
    method: Mapped[str] = mapped_column(String(20), server_default="password")
    """What its person signed in with: ``password``, ``passkey`` or ``openid``."""
    second_factor: Mapped[bool] = mapped_column(server_default=false())
    """Whether a second factor was shown too."""
    renewal: Mapped[str] = mapped_column(String(10), server_default="")
    """``due`` when the browser is to get a new token with its next page, ``done`` when it has got
    one: the old one then holds for a moment longer, for what was asked with it meanwhile."""


class SignInFailureTable(Base):
    """A failed sign-in, counted under a ``subject``: ``engine.identity.attempt_budgets`` has their
    kinds. Rows are added and deleted, never changed, so that nobody waits for the row of somebody
    else who signs in."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_subject", "subject", "at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class KnownOriginTable(Base):
    """A device or network that a person has logged in from; ``origin`` is a SHA-256 of it and of
    the person, in hex. Rows are added and deleted, never changed."""

    __tablename__ = "known_origin"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    origin: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime]
