"""Challenges: what somebody has to answer once, within minutes, with something that they have.

A challenge's token is 256 random bits that only its asker gets; the database stores its SHA-256.
``take`` deletes it, so that no answer counts twice, also when two come at the same moment.
Functions that take a connection neither begin a transaction nor commit it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from engine.errors import Conflict
from engine.store.base import delete_unlocked
from engine.store.tables import ChallengeTable

LIFETIME: Final = timedelta(seconds=120)
"""How long a challenge can be answered."""
SECOND_STEP_LIFETIME: Final = timedelta(minutes=10)
"""How long somebody who has given the right password may take for the second factor."""
PROVIDER_LIFETIME: Final = timedelta(minutes=10)
"""How long signing in at an OpenID provider may take, where nothing is signed."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge that has been taken: whom it was for (None for whoever signs in), what it holds
    (JSON), and when it was made."""

    purpose: str
    person_id: str | None
    content: Mapping[str, Any]
    created_at: datetime


def new_token() -> str:
    """A new token: 256 random bits in base64url, without padding."""
    return secrets.token_urlsafe(32)


def _id(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def put(
    connection: Connection,
    purpose: str,
    *,
    person_id: str | None,
    content: Mapping[str, Any],
    now: datetime,
    lifetime: timedelta = LIFETIME,
    token: str | None = None,
) -> str:
    """Store a challenge, and return its token (a new one unless it is given). Those whose time is
    over are deleted."""
    delete_unlocked(connection, ChallengeTable, ChallengeTable.expires_at <= now)
    token = token or new_token()
    connection.execute(
        insert(ChallengeTable).values(
            id=_id(token),
            purpose=purpose,
            person_id=person_id,
            content=dict(content),
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


def _one_of(token: str, purpose: str) -> tuple[Any, Any]:
    return ChallengeTable.id == _id(token[:200]), ChallengeTable.purpose == purpose


def look(connection: Connection, token: str, purpose: str, *, now: datetime) -> Challenge:
    """A challenge that stays to be answered.

    :raises Conflict: ``challenge_expired`` when there is none, it has been answered, or its time is
        over
    """
    row = connection.execute(select(ChallengeTable).where(*_one_of(token, purpose))).first()
    return _valid(row, now)


def take(connection: Connection, token: str, purpose: str, *, now: datetime) -> Challenge:
    """Take a challenge: it is deleted, and cannot be taken again.

    :raises Conflict: as ``look`` does
    """
    found = delete(ChallengeTable).where(*_one_of(token, purpose)).returning(ChallengeTable)
    return _valid(connection.execute(found).first(), now)


def _valid(row: Any, now: datetime) -> Challenge:
    if row is None or now >= row.expires_at or now < row.created_at - LIFETIME:
        raise Conflict("The challenge has expired or was answered.", code="challenge_expired")
    return Challenge(row.purpose, row.person_id, row.content, row.created_at)


def drop(connection: Connection, token: str) -> None:
    """Delete a challenge; nothing happens when there is none."""
    connection.execute(delete(ChallengeTable).where(ChallengeTable.id == _id(token[:200])))
