"""Roles and rights that administrators want for themselves, until somebody else decides.

Functions that take a connection neither begin a transaction nor commit it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from engine import views
from engine.errors import Conflict, NotFound
from engine.queries.rows import PERSON, AnyRow, person_view
from engine.store.base import new_id
from engine.store.tables import PersonTable, RightsRequestTable

WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"
_ROWS = select(
    *PERSON,
    RightsRequestTable.id.label("request_id"),
    RightsRequestTable.roles.label("asked_roles"),
    RightsRequestTable.rights.label("asked_rights"),
    RightsRequestTable.asked_at,
    RightsRequestTable.state,
).join(PersonTable, PersonTable.id == RightsRequestTable.person_id)


def add(
    connection: Connection,
    person_id: str,
    roles: Collection[str],
    rights: Collection[str],
    *,
    now: datetime,
) -> str:
    """Store a request; its id."""
    request_id = new_id()
    connection.execute(
        insert(RightsRequestTable).values(
            id=request_id,
            person_id=person_id,
            roles=sorted(roles),
            rights=sorted(rights),
            asked_at=now,
            state=WAITING,
        )
    )
    return request_id


def waiting(connection: Connection) -> tuple[views.RightsRequest, ...]:
    """The requests that nobody has decided, the oldest first."""
    wanted = _ROWS.where(RightsRequestTable.state == WAITING).order_by(
        RightsRequestTable.asked_at, RightsRequestTable.id
    )
    return tuple(map(_view, connection.execute(wanted)))


def decide(
    connection: Connection, request_id: str, *, approved: bool, by: str, now: datetime
) -> views.RightsRequest:
    """Decide a request, once.

    :raises NotFound: when there is none
    :raises Conflict: ``request_decided``
    """
    row = connection.execute(_ROWS.where(RightsRequestTable.id == request_id)).first()
    if row is None:
        raise NotFound(f"There is no request {request_id}", id=request_id)
    done = connection.execute(
        update(RightsRequestTable)
        .where(RightsRequestTable.id == request_id, RightsRequestTable.state == WAITING)
        .values(state=APPROVED if approved else REFUSED, decided_by=by, decided_at=now)
    )
    if done.rowcount != 1:
        raise Conflict("This request has been decided already.", code="request_decided")
    return _view(row)


def _view(row: AnyRow) -> views.RightsRequest:
    return views.RightsRequest(
        row.request_id,
        person_view(row),
        frozenset(row.asked_roles),
        frozenset(row.asked_rights),
        row.asked_at,
    )
