"""Links by which somebody chooses the password of their account, once; and the one that makes the
first administrator.

The secret is 256 random bits that only the link has; the database stores its SHA-256. Functions
that take a connection neither begin a transaction nor commit it. Source: OWASP ASVS 5.0 (6.4.1,
6.4.2).
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select, update

from engine.errors import NotFound
from engine.store.base import new_id
from engine.store.tables import InvitationTable

MAX_SECRET: Final = 100
"""Characters of the longest secret that is looked up; real ones have 43."""


def make(
    connection: Connection,
    secret: str,
    person_id: str | None,
    *,
    by: str,
    now: datetime,
    expires_at: datetime,
) -> str:
    """Store an invitation of a person (None: the first administrator); earlier ones end. Its id."""
    end_all(connection, person_id, now=now)
    invitation_id = new_id()
    connection.execute(
        insert(InvitationTable).values(
            id=invitation_id,
            person_id=person_id,
            token_hash=_hash(secret),
            created_by=by,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return invitation_id


def new_secret() -> str:
    """A new random secret."""
    return secrets.token_urlsafe(32)


def read(connection: Connection, secret: str, *, now: datetime) -> tuple[str, str | None]:
    """The id of the invitation with this secret and of the person whom it invites.

    :raises NotFound: when there is none, it was used or replaced, or its time is over: the same for
        all, since whoever asks may have guessed
    """
    wanted = select(InvitationTable.id, InvitationTable.person_id).where(
        InvitationTable.token_hash == _hash(secret),
        InvitationTable.ended_at.is_(None),
        InvitationTable.expires_at > now,
    )
    row = connection.execute(wanted).first() if len(secret) <= MAX_SECRET else None
    if row is None:
        raise NotFound("The invitation does not hold (any more).", code="invitation_over")
    return row.id, row.person_id


def use(connection: Connection, invitation_id: str, *, now: datetime) -> None:
    """End an invitation that is used now.

    :raises NotFound: when somebody was first
    """
    used = connection.execute(
        update(InvitationTable)
        .where(InvitationTable.id == invitation_id, InvitationTable.ended_at.is_(None))
        .values(ended_at=now)
    )
    if used.rowcount != 1:
        raise NotFound("The invitation does not hold (any more).", code="invitation_over")


def end_all(connection: Connection, person_id: str | None, *, now: datetime) -> None:
    """End the invitations of a person; None for those of the first administrator."""
    whose = InvitationTable.person_id
    connection.execute(
        update(InvitationTable)
        .where(
            whose.is_(None) if person_id is None else whose == person_id,
            InvitationTable.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
