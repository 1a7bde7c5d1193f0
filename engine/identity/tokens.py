"""Bearer tokens of the API: added, looked up by their secret, revoked.

The secret is 256 random bits that only the token's holder has; the database stores its SHA-256, so
that a stolen copy of it opens nothing. A program with a token may do what the token's person may do
at that moment, limited to the token's scopes. Functions that take a connection neither begin a
transaction nor commit it. Sources: RFC 6750; OWASP ASVS 5.0 (V6, V10).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import views
from engine.blank_text import is_blank
from engine.errors import Conflict, Invalid, NotAuthenticated, NotFound, Problem
from engine.iso8601 import TimeMalformed, parse_duration
from engine.queries.rows import PERSON, AnyRow, person_view
from engine.store.tables import ApiTokenTable, PersonTable

SCOPES: Final = ("read", "tasks", "cases", "definitions")
"""What a token may be used for: reading, working on tasks, starting and changing cases,
deploying."""
SECRET_PREFIX: Final = "sp_"  # noqa: S105 - how secrets begin, not one of them
"""How every secret begins, so that scanners for leaked secrets recognise it."""
PREFIX_LENGTH: Final = 9
"""Characters of the secret that are stored and shown, so that its owner recognises the token."""
NAME_LENGTH: Final = 100
"""The most characters of a token's name."""
MAX_SECRET: Final = 200
"""Characters of the longest secret that is looked up; real ones have 46."""
USED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use of a token is recorded: a write for every request would cost too much.
"""

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
    """A new random secret."""
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """The key that a token is looked up by: SHA-256 of its secret, in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def check_new(name: str, scopes: Collection[str], expires: str | None) -> timedelta | None:
    """Check the arguments of a new token; the result is its lifetime, of the ISO 8601 duration
    ``expires`` (None: it never ends).

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
    if is_blank(name):
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
    """Store a token whose arguments ``check_new`` has accepted."""
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


def by_secret(connection: Connection, secret: str, *, now: datetime) -> views.Token:
    """The token with this secret, in one SELECT by index.

    :raises NotAuthenticated: ``token_unknown``, ``token_revoked``, ``token_expired`` or
        ``account_closed``; whoever has the secret may know which
    """
    row = None
    if len(secret) <= MAX_SECRET:
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
    """Whether a use at ``now`` is to be recorded: the last one is ``USED_EVERY`` ago or more."""
    return token.last_used_at is None or abs(now - token.last_used_at) >= USED_EVERY


def touch(connection: Connection, token_id: str, *, now: datetime) -> None:
    """Record that the token was used now."""
    connection.execute(
        update(ApiTokenTable).where(ApiTokenTable.id == token_id).values(last_used_at=now)
    )


def get(connection: Connection, token_id: str) -> views.Token:
    """The token with this id.

    :raises NotFound: when there is none
    """
    row = connection.execute(_WITH_PERSON.where(ApiTokenTable.id == token_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no token {token_id}", id=token_id)
    return _view(row)


def all(  # noqa: A001 - as in service
    connection: Connection, person_id: str | None = None
) -> tuple[views.Token, ...]:
    """All tokens of a person (of all people when None), the newest first, with the revoked ones."""
    statement = _WITH_PERSON.order_by(ApiTokenTable.created_at.desc(), ApiTokenTable.id)
    if person_id is not None:
        statement = statement.where(ApiTokenTable.person_id == person_id)
    return tuple(map(_view, connection.execute(statement)))


def revoke(connection: Connection, token_id: str, *, now: datetime) -> None:
    """End a token for good.

    :raises Conflict: ``already_revoked``, when it has been revoked before
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
