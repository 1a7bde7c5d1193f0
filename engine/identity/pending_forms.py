"""Posted forms that could not be done yet: kept for whoever has written them, never for others.

Functions that take a connection neither begin a transaction nor commit it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from engine import views
from engine.store.base import delete_unlocked
from engine.store.tables import PendingFormTable

LENGTH: Final = 2_200_000
"""Characters of a content as JSON: a form of the largest size that pages take."""
PATH_LENGTH: Final = 600
"""Characters of a path: the size of its column."""
OF_ONE: Final = 20
"""Forms that are kept of one person, and of one address without a session: the newest ones."""
CHARACTERS_OF_ONE: Final = 5_000_000
"""Characters that are kept of one person: the newest forms, but always the last one."""
WITHOUT_SESSION: Final = 1_000
"""Forms that are kept in all of people whose session is unknown; no more are taken then."""
KEPT_FOR: Final = timedelta(days=7)
"""How long a form is kept."""

_TABLE = PendingFormTable


def keep(
    connection: Connection,
    path: str,
    content: Mapping[str, Any],
    *,
    person_id: str | None,
    address: str,
    replaces: str | None,
    now: datetime,
) -> str | None:
    """Keep a form, and return its id: 256 random bits. None when it is too long to be kept, or when
    too many without a session are kept already.

    :param replaces: the id of the same person's form that this one comes after, which is deleted
    """
    length = len(json.dumps(dict(content)))
    if length > LENGTH or len(path) > PATH_LENGTH:
        return None
    if person_id is None and _count(connection, _TABLE.person_id.is_(None)) >= WITHOUT_SESSION:
        return None
    if replaces and person_id is not None:
        discard(connection, replaces, person_id=person_id)
    id = secrets.token_urlsafe(32)
    values: dict[str, Any] = {
        "id": id,
        "person_id": person_id,
        "address": address[:64],
        "path": path,
    }
    values |= {"content": dict(content), "length": length, "created_at": now}
    connection.execute(insert(_TABLE).values(**values))
    _cap(connection, id, person_id, address[:64])
    return id


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(_TABLE).where(condition)) or 0


def _cap(connection: Connection, newest: str, person_id: str | None, address: str) -> None:
    """Delete the oldest forms of a person, or of an address, that are too many or too long."""
    theirs: ColumnElement[bool] = _TABLE.person_id == person_id
    if person_id is None:
        theirs = _TABLE.person_id.is_(None) & (_TABLE.address == address)
    rows = connection.execute(
        select(_TABLE.id, _TABLE.length).where(theirs).order_by(_TABLE.created_at.desc(), _TABLE.id)
    ).all()
    others = [row for row in rows if row.id != newest]
    left = CHARACTERS_OF_ONE - sum(row.length for row in rows if row.id == newest)
    for place, row in enumerate(others, start=2):
        left -= row.length
        if place > OF_ONE or left < 0:
            connection.execute(delete(_TABLE).where(_TABLE.id == row.id))


def get(
    connection: Connection, path: str, *, person_id: str, id: str | None, now: datetime
) -> views.PendingForm | None:
    """A person's form for the page at ``path``: the one with this id, the newest when None."""
    asked = select(_TABLE.id, _TABLE.path, _TABLE.content, _TABLE.created_at).where(
        _TABLE.person_id == person_id, _TABLE.path == path, _TABLE.created_at > now - KEPT_FOR
    )
    if id is not None:
        asked = asked.where(_TABLE.id == id)
    row = connection.execute(asked.order_by(_TABLE.created_at.desc(), _TABLE.id).limit(1)).first()
    return views.PendingForm(row.id, row.path, row.content, row.created_at) if row else None


def claim(connection: Connection, id: str, *, person_id: str) -> None:
    """Give a form without a person to the one who has signed in with the browser that has its id.
    Nothing happens to one that has its person."""
    connection.execute(
        update(_TABLE)
        .where(_TABLE.id == id, _TABLE.person_id.is_(None))
        .values(person_id=person_id)
    )


def discard(connection: Connection, id: str, *, person_id: str, path: str | None = None) -> None:
    """Delete a person's form (when it is for the page at ``path``, if given)."""
    theirs = delete(_TABLE).where(_TABLE.id == id, _TABLE.person_id == person_id)
    connection.execute(theirs if path is None else theirs.where(_TABLE.path == path))


def sweep(connection: Connection, *, now: datetime) -> None:
    """Delete the forms whose time is over."""
    delete_unlocked(connection, PendingFormTable, _TABLE.created_at <= now - KEPT_FOR)
