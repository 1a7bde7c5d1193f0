"""Sessions of signed-in people: from signing in until signing out.

A session's token is 256 random bits that only the browser has; the database stores its SHA-256, so
that a stolen copy of it signs nobody in. Functions that take a connection neither begin a
transaction nor commit it. Source: OWASP ASVS 5.0 (V7).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, exists, insert, or_, select, text, update

from engine import views
from engine.errors import Invalid, Problem
from engine.queries.rows import PERSON, BuiltStatement, person_view
from engine.store.base import UNSEEN, delete_unlocked
from engine.store.tables import NoticeTable, PendingFormTable, PersonTable, SessionTable

DATA_LENGTH: Final = 500_000
"""Characters of a session's data as JSON: a long form survives signing in again."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use of a session is recorded: a write for every click would cost too much.
"""
_READ: Final = BuiltStatement(
    select(
        *PERSON,
        SessionTable.created_at,
        SessionTable.seen_at,
        SessionTable.expires_at,
        SessionTable.data,
        exists()
        .where(text(f"notice.{UNSEEN}"), NoticeTable.person_id == PersonTable.id)
        .label("has_notices"),
        exists().where(PendingFormTable.person_id == PersonTable.id).label("has_pending_forms"),
    )
    .join(PersonTable, PersonTable.id == SessionTable.person_id)
    .where(SessionTable.token_hash == bindparam("hash"), PersonTable.active)
)


@dataclass(frozen=True, slots=True)
class ValidSession:
    """A session that is valid now. ``stale`` when its last use was recorded so long ago that
    ``touch`` is to be called."""

    session: views.Session
    stale: bool


def token_hash(token: str) -> str:
    """The key that a session is stored under: SHA-256 of its token, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(
    connection: Connection,
    person: views.Person,
    *,
    now: datetime,
    lifetime: timedelta,
    replaces: str | None = None,
) -> views.Session:
    """Start a session with a new token, which ends after ``lifetime`` at the latest. The session
    with the token ``replaces`` ends at once, so that no token from before a sign-in stays valid."""
    if replaces:
        end(connection, replaces)
    token = secrets.token_urlsafe(32)
    session = views.Session(token, person, now, now + lifetime, {})
    connection.execute(
        insert(SessionTable).values(
            token_hash=token_hash(token),
            person_id=person.id,
            created_at=now,
            seen_at=now,
            expires_at=session.expires_at,
            data={},
        )
    )
    return session


def get(
    connection: Connection, token: str, *, now: datetime, idle: timedelta
) -> ValidSession | None:
    """The session of ``token``. None when there is none, when it has ended (it was unused for
    ``idle``, or its lifetime is over), and when its person is no longer active."""
    if not token or len(token) > 100:
        return None
    rows = _READ.all(connection, {"hash": token_hash(token)})
    row = rows[0] if rows else None
    if row is None or now >= row.expires_at or now - row.seen_at >= idle:
        return None
    session = views.Session(
        token,
        person_view(row),
        row.created_at,
        row.expires_at,
        row.data,
        row.has_notices,
        row.has_pending_forms,
    )
    return ValidSession(session, stale=now - row.seen_at >= SEEN_EVERY)


def touch(connection: Connection, token: str, *, now: datetime) -> None:
    """Record that the session was used now."""
    connection.execute(
        update(SessionTable).where(SessionTable.token_hash == token_hash(token)).values(seen_at=now)
    )


def save(connection: Connection, token: str, data: Mapping[str, Any]) -> None:
    """Replace the session's data (JSON). Nothing happens when it has ended meanwhile.

    Raises Invalid ``too_long`` for more than ``DATA_LENGTH`` characters.
    """
    if len(json.dumps(dict(data))) > DATA_LENGTH:
        raise Invalid([Problem("too_long", "too much for a session", "data")])
    connection.execute(
        update(SessionTable)
        .where(SessionTable.token_hash == token_hash(token))
        .values(data=dict(data))
    )


def end(connection: Connection, token: str) -> None:
    """End a session; nothing happens when there is none."""
    connection.execute(delete(SessionTable).where(SessionTable.token_hash == token_hash(token)))


def sweep(connection: Connection, *, now: datetime, idle: timedelta) -> None:
    """Delete the sessions that have ended."""
    ended = or_(SessionTable.expires_at <= now, SessionTable.seen_at <= now - idle)
    delete_unlocked(connection, SessionTable, ended)
