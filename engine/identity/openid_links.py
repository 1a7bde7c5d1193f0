"""Accounts at an OpenID provider, linked to people by issuer and ``sub``: never by an address or a
name, which a provider may let anybody choose.

Functions that take a connection neither begin a transaction nor commit it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine import views
from engine.config import Config
from engine.errors import Conflict, NotAuthenticated, NotFound
from engine.queries.rows import PERSON, person_view
from engine.store.tables import OpenidLinkTable, PersonTable

_TABLE = OpenidLinkTable


def add(
    connection: Connection, issuer: str, subject: str, person_id: str, *, now: datetime
) -> None:
    """Link an account to a person.

    :raises Conflict: ``openid_taken`` when it is somebody's
    """
    values = {"issuer": issuer, "subject": subject, "person_id": person_id, "created_at": now}
    try:
        with connection.begin_nested():
            connection.execute(insert(_TABLE).values(**values, last_used_at=now))
    except IntegrityError as error:
        raise Conflict("This account is linked already.", code="openid_taken") from error


def person_of(connection: Connection, issuer: str, subject: str) -> views.Person | None:
    """The person that an account is linked to, with an open account or not; None for nobody."""
    row = connection.execute(
        select(*PERSON)
        .join(_TABLE, _TABLE.person_id == PersonTable.id)
        .where(_TABLE.issuer == issuer, _TABLE.subject == subject)
    ).one_or_none()
    return None if row is None else person_view(row)


def used(connection: Connection, issuer: str, subject: str, *, now: datetime) -> None:
    """Record the use of a link."""
    connection.execute(
        update(_TABLE)
        .where(_TABLE.issuer == issuer, _TABLE.subject == subject)
        .values(last_used_at=now)
    )


def is_linked(connection: Connection, issuer: str, person_id: str) -> bool:
    """Whether a person has an account at this provider."""
    wanted = select(_TABLE.subject).where(_TABLE.issuer == issuer, _TABLE.person_id == person_id)
    return connection.scalar(wanted.limit(1)) is not None


def remove(connection: Connection, issuer: str, person_id: str) -> None:
    """Unlink the accounts of a person at a provider.

    :raises NotFound: when there is none
    """
    gone = connection.execute(
        delete(_TABLE).where(_TABLE.issuer == issuer, _TABLE.person_id == person_id)
    )
    if not gone.rowcount:
        raise NotFound("there is no such link")


def check_password_allowed(connection: Connection, config: Config, person_id: str) -> None:
    """Check that a person may sign in with a password here.

    :raises NotAuthenticated: ``sign_in_at_provider``
    """
    provider = config.openid
    if provider.passwords or not provider.issuer:
        return
    if is_linked(connection, provider.issuer, person_id):
        raise NotAuthenticated(
            "Sign in at the provider.", code="sign_in_at_provider", provider=provider.name
        )
