"""Who and what we serve."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class PersonTable(Base):
    """An account. The row is never deleted: history refers to it."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    """Where reminders go; none go without it."""
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[Any]]
    rights: Mapped[list[Any]]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    password_at: Mapped[datetime]


class SessionTable(Base):
    """A signed-in person's session; ``token_hash`` is SHA-256 of the cookie's secret, in hex."""

    __tablename__ = "session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class ApiTokenTable(Base):
    """A bearer token of the API; ``token_hash`` is SHA-256 of its secret, in hex. The row stays
    when the token is revoked: history refers to it."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInFailureTable(Base):
    """Failed sign-ins, counted per subject: ``person:<username>``, ``address:<ip>`` or, for the
    API's tokens, ``token:<ip>``."""

    __tablename__ = "sign_in_failure"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


class CustomerTable(Base):
    __tablename__ = "customer"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    org_number: Mapped[str] = mapped_column(String(20), unique=True)
    created_at: Mapped[datetime]


class ReceiptTable(Base):
    """The answer that an idempotency key got. ``request_sha256`` covers the method and its
    arguments, so that a key that comes back with other content is told apart."""

    __tablename__ = "receipt"

    actor_id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    method: Mapped[str] = mapped_column(String(40))
    request_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    result: Mapped[dict[str, Any]]


class CounterTable(Base):
    """Number series, such as the cases of a year (``case-2026``)."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]
