"""Signing in, and the sessions that last until signing out.

Three steps, so that verifying the password (slow on purpose) is in no transaction:

1. ``begin_attempt`` (writing) refuses who has failed too often, and counts the attempt as failed
   until it is proven otherwise, so that many at once do not slip through together;
2. ``Attempt.succeeds`` (no transaction) takes the same time for a known, an unknown and an
   inactive user;
3. ``settle_attempt`` and ``open_session`` (writing) when it was right.

Signing a task asks for the password in the same three steps. A session's token is 256 random bits
that only the browser has; the database holds its SHA-256. Source: OWASP ASVS 5.0 (V6, V7).
"""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from engine import views
from engine.errors import Invalid, NotAuthenticated, Problem
from engine.identity.people import normal_username, renewed_hash, subject_of, verify
from engine.queries.rows import PERSON, person_view
from engine.store.tables import PersonTable, SessionTable, SignInFailureTable

DATA_LENGTH: Final = 500_000
"""Characters of a session's data as JSON: a long form survives signing in again."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use of a session is known; a write for every click would be one too many."""
FORGET_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Backoff:
    """After ``free`` failures in a row the next attempt waits 1, 2, 4 … seconds, never longer
    than ``longest``: nobody is locked out for good, and least of all by somebody else's guesses."""

    free: int
    longest: timedelta

    def wait(self, failures: int, since_last: timedelta) -> timedelta:
        if failures < self.free:
            return timedelta()
        pause = min(timedelta(seconds=2 ** min(failures - self.free, 20)), self.longest)
        return pause - since_last


_ACCOUNT: Final = _Backoff(free=5, longest=timedelta(minutes=2))
# Many people share the address of an office, so it has more patience, and then less.
_ADDRESS: Final = _Backoff(free=30, longest=timedelta(minutes=15))


# ---------------------------------------------------------------- attempts


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password that is about to be verified. ``person`` is None for an unknown user and for
    one who is no longer active."""

    person: views.Person | None
    password_hash: str | None
    subjects: tuple[str, ...]

    def succeeds(self, password: str) -> bool:
        """Whether ``password`` is right. Some 20 ms, in any case."""
        return verify(self.password_hash, password) and self.person is not None

    def renewed_hash(self, password: str) -> str | None:
        """The hash to store from now on, when it was made with other parameters than today's."""
        return renewed_hash(self.password_hash, password) if self.password_hash else None


def begin_attempt(
    connection: Connection, username: str, *, address: str = "", now: datetime
) -> Attempt:
    """Count an attempt on ``username`` from ``address`` (``""`` where there is none).

    Raises NotAuthenticated ``too_many_attempts`` (``seconds`` to wait in its params). An attempt
    that is refused does not count: waiting always helps.
    """
    limits = {subject_of(username): _ACCOUNT}
    if address:
        limits[f"address:{address[:100]}"] = _ADDRESS
    subjects = _count_or_refuse(connection, limits, now)
    row = connection.execute(
        select(*PERSON, PersonTable.password_hash).where(
            PersonTable.username == normal_username(username), PersonTable.active
        )
    ).one_or_none()
    if row is None:
        return Attempt(None, None, subjects)
    return Attempt(person_view(row), row.password_hash, subjects)


def settle_attempt(connection: Connection, attempt: Attempt, renewed: str | None = None) -> None:
    """The attempt was right: it does not count as failed, and older failures on the account are
    forgotten. ``renewed`` is ``Attempt.renewed_hash``."""
    account = next(s for s in attempt.subjects if s.startswith("person:"))
    connection.execute(delete(SignInFailureTable).where(SignInFailureTable.subject == account))
    connection.execute(
        update(SignInFailureTable)
        .where(SignInFailureTable.subject.in_(set(attempt.subjects) - {account}))
        .where(SignInFailureTable.count > 0)
        .values(count=SignInFailureTable.count - 1)
    )
    if renewed and attempt.person:
        connection.execute(
            update(PersonTable)
            .where(
                PersonTable.id == attempt.person.id,
                PersonTable.password_hash == attempt.password_hash,
            )
            .values(password_hash=renewed)
        )


def count_failed_token(connection: Connection, address: str, *, now: datetime) -> None:
    """Count a token that was wrong, from ``address``.

    Raises NotAuthenticated ``too_many_attempts`` as ``begin_attempt`` does. Counted apart from
    passwords: a program that is set up wrongly must not keep people from signing in.
    """
    if address:
        _count_or_refuse(connection, {f"token:{address[:100]}": _ADDRESS}, now)


def _count_or_refuse(
    connection: Connection, limits: Mapping[str, _Backoff], now: datetime
) -> tuple[str, ...]:
    # In one order for everyone, so that two attempts never wait for each other's row.
    subjects = tuple(sorted(limits))
    counts = {subject: _failures(connection, subject, now) for subject in subjects}
    waits = [limits[s].wait(count, since) for s, (count, since) in counts.items()]
    if (wait := max(waits)) > timedelta():
        seconds = math.ceil(wait.total_seconds())
        raise NotAuthenticated(
            f"too many failed attempts; wait {seconds} s", code="too_many_attempts", seconds=seconds
        )
    for subject, (count, _) in counts.items():
        _count(connection, subject, count + 1, now)
    return subjects


def _failures(connection: Connection, subject: str, now: datetime) -> tuple[int, timedelta]:
    """How many there were lately, and how long ago the last one was."""
    row = connection.execute(
        select(SignInFailureTable.count, SignInFailureTable.last_at)
        .where(SignInFailureTable.subject == subject)
        .with_for_update()
    ).one_or_none()
    # A clock that was set back must not lock anybody out until it has caught up.
    if row is None:
        return 0, timedelta()
    count, last_at = row
    if not -FORGET_AFTER <= now - last_at <= FORGET_AFTER:
        return 0, timedelta()
    return count, max(now - last_at, timedelta())


def _count(connection: Connection, subject: str, count: int, now: datetime) -> None:
    written = update(SignInFailureTable).where(SignInFailureTable.subject == subject)
    if connection.execute(written.values(count=count, last_at=now)).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(
                insert(SignInFailureTable).values(subject=subject, count=count, last_at=now)
            )
    except IntegrityError:
        # Somebody else's first failure came in between: this one is added to it.
        connection.execute(written.values(count=SignInFailureTable.count + 1, last_at=now))


# ---------------------------------------------------------------- sessions


@dataclass(frozen=True, slots=True)
class Found:
    """A session that is valid now. ``stale`` asks for ``touch_session``."""

    session: views.Session
    stale: bool


def token_hash(token: str) -> str:
    """Under which a session is stored: SHA-256 of its token, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    connection: Connection,
    person: views.Person,
    *,
    now: datetime,
    lifetime: timedelta,
    replaces: str | None = None,
) -> views.Session:
    """A new session with a new token, which ends after ``lifetime`` in any case. The session of
    the token ``replaces`` ends at once: no token from before the sign-in lives on."""
    if replaces:
        end_session(connection, replaces)
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


def find_session(
    connection: Connection, token: str, *, now: datetime, idle: timedelta
) -> Found | None:
    """The session of ``token``; None when there is none, when it has ended (unused for ``idle``,
    or its lifetime is over), and when its person is no longer active."""
    if not token or len(token) > 100:
        return None
    row = connection.execute(
        select(
            *PERSON,
            SessionTable.created_at,
            SessionTable.seen_at,
            SessionTable.expires_at,
            SessionTable.data,
        )
        .join(PersonTable, PersonTable.id == SessionTable.person_id)
        .where(SessionTable.token_hash == token_hash(token), PersonTable.active)
    ).one_or_none()
    if row is None or now >= row.expires_at or now - row.seen_at >= idle:
        return None
    session = views.Session(token, person_view(row), row.created_at, row.expires_at, row.data)
    return Found(session, stale=now - row.seen_at >= SEEN_EVERY)


def touch_session(connection: Connection, token: str, *, now: datetime) -> None:
    """The session was used now."""
    connection.execute(
        update(SessionTable).where(SessionTable.token_hash == token_hash(token)).values(seen_at=now)
    )


def save_session(connection: Connection, token: str, data: Mapping[str, Any]) -> None:
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


def end_session(connection: Connection, token: str) -> None:
    connection.execute(delete(SessionTable).where(SessionTable.token_hash == token_hash(token)))


def sweep(connection: Connection, *, now: datetime, idle: timedelta) -> None:
    """Delete the sessions that have ended, and the failures that no longer count."""
    connection.execute(
        delete(SessionTable).where(
            or_(SessionTable.expires_at <= now, SessionTable.seen_at <= now - idle)
        )
    )
    connection.execute(
        delete(SignInFailureTable).where(SignInFailureTable.last_at < now - FORGET_AFTER)
    )
