"""What people sign in with besides a password, and the challenges that prove that they have it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class OneTimeCodeTable(Base):
    """The secret from which a person's one-time codes are calculated (RFC 6238), encrypted under
    the application's secret. It counts from when a first code has confirmed it."""

    __tablename__ = "one_time_code"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The newest time step (30 seconds since 1970) whose code has been used: no code of it or of an
    older one is taken again."""
    failures: Mapped[int]
    """Wrong codes since the last right one."""
    failed_at: Mapped[datetime | None]


class RecoveryCodeTable(Base):
    """A recovery code, which replaces a second factor once; ``code_hash`` is its SHA-256 in hex."""

    __tablename__ = "recovery_code"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyTable(Base):
    """A passkey: a credential of WebAuthn whose private key an authenticator keeps.
    ``credential_id`` is base64url, ``public_key`` a COSE key."""

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    backup_eligible: Mapped[bool]
    backed_up: Mapped[bool]
    transports: Mapped[list[Any]]
    aaguid: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class OpenidLinkTable(Base):
    """An account at an OpenID provider, by its ``sub``, and the person whose it is."""

    __tablename__ = "openid_link"

    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class ChallengeTable(Base):
    """Something that somebody has to answer once, within minutes: with a passkey, with a code, or
    at an OpenID provider. ``id`` is the SHA-256 of the token that its asker has, in hex."""

    __tablename__ = "challenge"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(30))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
