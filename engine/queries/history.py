"""The history as it is read: who did what, when, on which element of which version.

One case is listed in the order of its facts. Several cases are listed by time, because their facts
were not written in one order; each filter has an index that is read backwards from the newest.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from engine.access import CASE_VIEW, HISTORY_VIEW, authorize, history_of
from engine.feel import FeelError, from_json, plain
from engine.queries import paging, search
from engine.queries.objects import case_object
from engine.queries.rows import AnyRow
from engine.store.models import Case, Customer, Definition, History, Person
from engine.views import Actor, HistoryEntry, Page

HISTORY = (
    History.id,
    History.at,
    History.type,
    History.actor_id,
    History.actor_name,
    History.chain,
    History.seq,
    History.hash,
    History.case_id,
    History.instance_id,
    History.definition_id,
    History.element_id,
    History.element_name,
    History.detail,
    Case.number.label("case_number"),
    Customer.name.label("customer"),
    Definition.process_id,
    Definition.version,
)


def history(
    conn: Connection,
    actor: Actor,
    *,
    case_id: str | None = None,
    q: str = "",
    person: str | None = None,
    type: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[HistoryEntry]:
    """Facts that ``actor`` may read, the newest first.

    ``person`` is an id or a user name, ``since`` (inclusive) and ``until`` (exclusive) are aware
    times. ``q`` is searched in the element's, the person's and the customer's name, in the case's
    number and in the details; every word must be found. Raises ``NotFound`` for a case that is not
    the actor's to see, ``Invalid`` for a cursor of another list.
    """
    authorize(actor, HISTORY_VIEW)
    limit = paging.bounded(limit)
    conditions = _conditions(conn, q, person, type, since, until)
    if case_id is not None:
        scope, order = _of_case(conn, actor, case_id, cursor)
    else:
        scope, order = _of_all(actor, cursor)
    rows = conn.execute(
        select(*HISTORY)
        .join(Case, Case.id == History.case_id, isouter=True)
        .join(Customer, Customer.id == Case.customer_id, isouter=True)
        .join(Definition, Definition.id == History.definition_id, isouter=True)
        .where(*scope, *conditions)
        .order_by(*order)
        .limit(limit + 1)
    ).all()

    def place(row: AnyRow) -> str:
        if case_id is not None:
            return paging.encode("case-history", row.id)
        return paging.encode("history", row.at, row.id)

    return paging.page(rows, limit, _entry, place)


def history_types(conn: Connection) -> tuple[str, ...]:
    """The types of facts that there are, in order. Each is found by one step in the index, however
    many facts there are."""
    first = select(func.min(History.type).label("type")).cte("types", recursive=True)
    following = select(func.min(History.type)).where(History.type > first.c.type).scalar_subquery()
    types = first.union_all(select(following).where(first.c.type.is_not(None)))
    return tuple(conn.scalars(select(types.c.type).where(types.c.type.is_not(None))))


# ---------------------------------------------------------------- parts

Scope = tuple[list[ColumnElement[bool]], list[ColumnElement[Any]]]
"""Conditions and order of a list."""


def _of_case(conn: Connection, actor: Actor, case_id: str, cursor: str | None) -> Scope:
    authorize(actor, CASE_VIEW, case_object(conn, actor, case_id))
    after = paging.decode("case-history", cursor, paging.number_part)
    conditions: list[ColumnElement[bool]] = [History.case_id == case_id]
    if after is not None:
        conditions.append(History.id < after[0])
    return conditions, [History.id.desc()]


def _of_all(actor: Actor, cursor: str | None) -> Scope:
    after = paging.decode("history", cursor, paging.time_part, paging.number_part)
    conditions = [history_of(actor)]
    if after is not None:
        at, last = after
        older = or_(History.at < at, and_(History.at == at, History.id < last))
        conditions += [History.at <= at, older]
    return conditions, [History.at.desc(), History.id.desc()]


def _conditions(
    conn: Connection,
    q: str,
    person: str | None,
    type: str | None,
    since: datetime | None,
    until: datetime | None,
) -> list[ColumnElement[bool]]:
    texts = (
        History.element_name,
        History.actor_name,
        History.detail,
        Case.number,
        Customer.name,
    )
    conditions = search.found(conn, q, texts)
    if person:
        known = conn.scalar(
            select(Person.id).where(or_(Person.username == person, Person.id == person))
        )
        conditions.append(History.actor_id == (known or person))
    if type:
        conditions.append(History.type == type)
    if since is not None:
        conditions.append(History.at >= since)
    if until is not None:
        conditions.append(History.at < until)
    return conditions


def _entry(row: AnyRow) -> HistoryEntry:
    return HistoryEntry(
        id=row.id,
        at=row.at,
        type=row.type,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        chain=row.chain,
        seq=row.seq,
        hash=row.hash,
        case_id=row.case_id,
        case_number=row.case_number,
        customer=row.customer,
        instance_id=row.instance_id,
        definition_id=row.definition_id,
        process_id=row.process_id,
        version=row.version,
        element_id=row.element_id,
        element_name=row.element_name,
        detail=_detail(row.detail),
    )


def _detail(stored: str) -> dict[str, Any]:
    """The details for people. What was changed behind our back is shown as it is: that it was
    changed is for the verification to say."""
    try:
        found = json.loads(stored)
        shown = plain(from_json(found))
    except (ValueError, FeelError, RecursionError):
        return {"text": stored}
    return shown if isinstance(shown, dict) else {"text": stored}
