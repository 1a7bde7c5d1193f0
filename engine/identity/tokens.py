"""Bearer tokens of the API: made, known again, revoked.

A token is 256 random bits that only its holder has; the database keeps their SHA-256, so that a
stolen copy of it opens nothing. A token can do what its person may do at that moment, and of that
only what its scopes name. Functions that take a connection neither begin nor commit. Sources:
RFC 6750; OWASP ASVS 5.0 (V6, V10).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import views
from engine.errors import Conflict, Invalid, NotAuthenticated, NotFound, Problem
from engine.iso8601 import TimeMalformed, parse_duration
from engine.queries.rows import PERSON, AnyRow, person_view
from engine.store.tables import ApiTokenTable, PersonTable

SCOPES: Final = ("read", "tasks", "cases", "definitions")
"""What a token can be made for: to look at things, to work with tasks, to start and move cases,
to put diagrams live."""
MARK: Final = "sp_"
"""So that a secret that lies where it should not is found by who searches for it."""
PREFIX_LENGTH: Final = 9
NAME_LENGTH: Final = 100
LONGEST_SECRET: Final = 200
USED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use is known; a write for every request would be one too many."""

_TOKEN: Final = (
    ApiTokenTable.id.label("token_id"),
    ApiTokenTable.name.label("token_name"),
    ApiTokenTable.prefix,
    ApiTokenTable.scopes,
    ApiTokenTable.created_at,
    ApiTokenTable.expires_at,
    ApiTokenTable.last_used_at,
    ApiTokenTable.revoked_at,
)
_WITH_PERSON: Final = select(*PERSON, *_TOKEN).join(
    PersonTable, PersonTable.id == ApiTokenTable.person_id
)
_BY_SECRET: Final = _WITH_PERSON.where(ApiTokenTable.token_hash == bindparam("hash"))


def new_secret() -> str:
    """A secret that nobody can guess."""
    return MARK + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """Under which a token is stored: SHA-256 of its secret, in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def check_new(name: str, scopes: Collection[str], expires: str | None) -> timedelta | None:
    """How long the new token lives, of the ISO 8601 duration ``expires``; None for ever.

    :raises Invalid: required or too_long (name), required or unknown_scope (scopes),
        interval_malformed (expires)
    """
    problems = [
        Problem("unknown_scope", f"there is no scope {scope!r}", "scopes", {"value": scope})
        for scope in scopes
        if scope not in SCOPES
    ]
    if not scopes:
        problems.append(Problem("required", "a token is made for something", "scopes"))
    if not name.strip():
        problems.append(Problem("required", "say what the token is for", "name"))
    if len(name) > NAME_LENGTH:
        text = f"at most {NAME_LENGTH} characters"
        problems.append(Problem("too_long", text, "name", {"maximum": NAME_LENGTH}))
    lifetime = None
    try:
        if expires is not None:
            lifetime = parse_duration(expires, positive=True).average
    except TimeMalformed as error:
        problems.append(Problem("interval_malformed", error.message, "expires"))
    if problems:
        raise Invalid(problems)
    return lifetime


def add(
    connection: Connection,
    *,
    id: str,
    person_id: str,
    name: str,
    scopes: Collection[str],
    secret: str,
    expires_at: datetime | None,
    now: datetime,
) -> None:
    """Store a token of which ``check_new`` has found nothing wrong."""
    connection.execute(
        insert(ApiTokenTable).values(
            id=id,
            person_id=person_id,
            name=name.strip(),
            prefix=secret[:PREFIX_LENGTH],
            token_hash=secret_hash(secret),
            scopes=sorted(scopes),
            created_at=now,
            expires_at=expires_at,
        )
    )


def find(connection: Connection, secret: str, *, now: datetime) -> views.Token:
    """The token with this secret. One SELECT by index.

    :raises NotAuthenticated: ``token_unknown``, ``token_revoked``, ``token_expired`` or
        ``account_closed``; who has the secret may know which
    """
    row = None
    if len(secret) <= LONGEST_SECRET:
        row = connection.execute(_BY_SECRET, {"hash": secret_hash(secret)}).one_or_none()
    if row is None:
        raise NotAuthenticated("There is no such token.", code="token_unknown")
    if row.revoked_at is not None:
        raise NotAuthenticated("This token has been revoked.", code="token_revoked")
    if row.expires_at is not None and now >= row.expires_at:
        raise NotAuthenticated("This token has expired.", code="token_expired")
    if not row.active:
        raise NotAuthenticated("The account of this token is closed.", code="account_closed")
    return _view(row)


def is_stale(token: views.Token, now: datetime) -> bool:
    """Whether its use now is worth writing down."""
    return token.last_used_at is None or abs(now - token.last_used_at) >= USED_EVERY


def touch(connection: Connection, token_id: str, *, now: datetime) -> None:
    """The token was used now."""
    connection.execute(
        update(ApiTokenTable).where(ApiTokenTable.id == token_id).values(last_used_at=now)
    )


def named(connection: Connection, token_id: str) -> views.Token:
    """The token with this id. :raises NotFound: when there is none"""
    row = connection.execute(_WITH_PERSON.where(ApiTokenTable.id == token_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no token {token_id}", id=token_id)
    return _view(row)


def listed(connection: Connection, person_id: str | None = None) -> tuple[views.Token, ...]:
    """Tokens of a person, or everybody's, the newest first; revoked ones too."""
    statement = _WITH_PERSON.order_by(ApiTokenTable.created_at.desc(), ApiTokenTable.id)
    if person_id is not None:
        statement = statement.where(ApiTokenTable.person_id == person_id)
    return tuple(map(_view, connection.execute(statement)))


def revoke(connection: Connection, token_id: str, *, now: datetime) -> None:
    """End a token for good.

    :raises Conflict: ``already_revoked``, when somebody has already
    """
    ended = connection.execute(
        update(ApiTokenTable)
        .where(ApiTokenTable.id == token_id, ApiTokenTable.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if ended.rowcount != 1:
        raise Conflict("This token has been revoked already.", code="already_revoked")


def _view(row: AnyRow) -> views.Token:
    return views.Token(
        id=row.token_id,
        person=person_view(row),
        name=row.token_name,
        prefix=row.prefix,
        scopes=frozenset(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
