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
from engine.errors import Invalid, NotFound, Problem
from engine.queries.rows import PERSON, BuiltStatement, person_view
from engine.store.base import UNSEEN, delete_unlocked, new_id
from engine.store.tables import (
    NoticeTable,
    OneTimeCodeTable,
    PasskeyTable,
    PendingFormTable,
    PersonTable,
    SessionTable,
)

DATA_LENGTH: Final = 500_000
"""Characters of a session's data as JSON: a long form survives signing in again."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use of a session is recorded: a write for every click would cost too much.
"""
OVERLAP: Final = timedelta(seconds=10)
"""How long the old token of a renewed session still holds: for what the browser had asked with it
before the new one came."""
_READ: Final = BuiltStatement(
    select(
        *PERSON,
        SessionTable.created_at,
        SessionTable.seen_at,
        SessionTable.expires_at,
        SessionTable.data,
        SessionTable.id.label("session_id"),
        SessionTable.method,
        SessionTable.second_factor,
        SessionTable.renewal,
        or_(
            exists().where(
                OneTimeCodeTable.person_id == PersonTable.id,
                OneTimeCodeTable.confirmed_at.is_not(None),
            ),
            exists().where(PasskeyTable.person_id == PersonTable.id),
        ).label("has_second_factor"),
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
    browser: views.Browser = views.NO_BROWSER,
    method: str = "password",
    second_factor: bool = False,
) -> views.Session:
    """Start a session with a new token, which ends after ``lifetime`` at the latest. The session
    with the token ``replaces`` ends at once, so that no token from before a sign-in stays valid.

    :param method: what its person signed in with: ``password``, ``passkey`` or ``openid``
    :param second_factor: whether a second factor was shown too
    """
    if replaces:
        end(connection, replaces)
    token = secrets.token_urlsafe(32)
    session = views.Session(
        token, person, now, now + lifetime, {}, id=new_id(), second_factor=second_factor
    )
    connection.execute(
        insert(SessionTable).values(
            token_hash=token_hash(token),
            person_id=person.id,
            created_at=now,
            seen_at=now,
            expires_at=session.expires_at,
            data={},
            id=session.id,
            user_agent=browser.user_agent[:400],
            address=browser.address[:64],
            method=method,
            second_factor=second_factor,
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
        id=row.session_id,
        second_factor=row.second_factor,
        has_second_factor=row.has_second_factor,
        renewal_due=row.renewal == "due",
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


# ---------------------------------------------------------------- a person's sessions


def of_person(
    connection: Connection, person_id: str, *, now: datetime, idle: timedelta, token: str | None
) -> tuple[views.SessionRow, ...]:
    """The sessions of a person that hold now, the one used last first.

    :param token: that of the session that asks, which is ``current`` in the list
    """
    current = token_hash(token) if token else None
    rows = connection.execute(
        select(SessionTable)
        .where(
            SessionTable.person_id == person_id,
            SessionTable.expires_at > now,
            SessionTable.seen_at > now - idle,
            SessionTable.renewal != "done",
        )
        .order_by(SessionTable.seen_at.desc(), SessionTable.id)
    )
    return tuple(
        views.SessionRow(
            row.id,
            row.user_agent,
            row.address,
            row.method,
            row.second_factor,
            row.created_at,
            row.seen_at,
            row.expires_at,
            row.token_hash == current,
        )
        for row in rows
    )


def end_one(connection: Connection, person_id: str, session_id: str) -> None:
    """End the session of a person with this id.

    :raises NotFound: when the person has none
    """
    ended = connection.execute(
        delete(SessionTable).where(
            SessionTable.person_id == person_id, SessionTable.id == session_id
        )
    )
    if not session_id or not ended.rowcount:
        raise NotFound("there is no such session")


def end_all(connection: Connection, person_id: str, *, keep: str | None = None) -> None:
    """End all sessions of a person, except the one with the token ``keep``."""
    kept = token_hash(keep) if keep else ""
    connection.execute(
        delete(SessionTable).where(
            SessionTable.person_id == person_id, SessionTable.token_hash != kept
        )
    )


def renew_all(connection: Connection, person_id: str) -> None:
    """Mark all sessions of a person to get a new token: what the person may do has changed."""
    connection.execute(
        update(SessionTable)
        .where(SessionTable.person_id == person_id, SessionTable.renewal == "")
        .values(renewal="due")
    )


def renew(
    connection: Connection, token: str, *, now: datetime, second_factor: bool | None = None
) -> str | None:
    """Give a session a new token, and return it. The old one holds for ``OVERLAP`` and cannot be
    renewed again: None for such a one, and when there is no session.

    :param second_factor: whether a second factor has been shown now; None leaves that as it is
    """
    old = token_hash(token)
    row = connection.execute(
        update(SessionTable)
        .where(SessionTable.token_hash == old, SessionTable.renewal != "done")
        .values(renewal="done")
        .returning(*SessionTable.__table__.c)
    ).first()
    if row is None:
        return None
    new = secrets.token_urlsafe(32)
    values = {**row._mapping, "token_hash": token_hash(new), "renewal": ""}
    if second_factor is not None:
        values["second_factor"] = second_factor
    connection.execute(insert(SessionTable).values(**values))
    connection.execute(
        update(SessionTable)
        .where(SessionTable.token_hash == old)
        .values(expires_at=min(row.expires_at, now + OVERLAP))
    )
    return new


def sweep(connection: Connection, *, now: datetime, idle: timedelta) -> None:
    """Delete the sessions that have ended."""
    ended = or_(SessionTable.expires_at <= now, SessionTable.seen_at <= now - idle)
    delete_unlocked(connection, SessionTable, ended)
