"""The history as it is read: who did what, when, on which element of which version.

One case is listed in the order of its facts. Several cases are listed by time, because their facts
were not written in one order; each filter has an index that is read backwards from the newest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, union

from engine.access import CASE_VIEW, HISTORY_VIEW, authorize, history_of
from engine.feel import FeelError, from_json, plain
from engine.queries import paging, search
from engine.queries.objects import case_by_key
from engine.queries.rows import AnyRow, AnySelect
from engine.records.history import VIA
from engine.store.models import Case, Customer, Definition, History, Person
from engine.views import SYSTEM, Actor, HistoryEntry, Page, TokenName

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


TEXTS = (History.element_name, History.actor_name, History.detail, Case.number, Customer.name)
LATEST_CASES = 20
LATEST_FACTS = 2_000


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
    times. Every word of ``q`` must be found: in a case's own history anywhere, else in the
    element's or the person's name, among what cases are found by (of these the ``LATEST_CASES``
    that started last), or in the details of the ``LATEST_FACTS`` newest facts. Raises ``NotFound``
    for a case that is not the actor's to see, ``Invalid`` for a cursor of another list.
    """
    authorize(actor, HISTORY_VIEW)
    limit = paging.bounded(limit)
    conditions = _conditions(conn, person, type, since, until)
    words = search.words(q)
    statement: AnySelect | None
    if case_id is not None:
        scope, order = _of_case(conn, actor, case_id, cursor)
        found = search.found(conn, words, TEXTS)
        statement = _joined().where(*scope, *conditions, *found)
    else:
        scope, order = _of_all(actor, cursor)
        statement = _searched(conn, words, [*scope, *conditions], order, limit + 1)
    if statement is None:
        return Page((), None)
    rows = conn.execute(statement.order_by(*order).limit(limit + 1)).all()

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
    thing = case_by_key(conn, actor, case_id)
    authorize(actor, CASE_VIEW, thing)
    after = paging.decode("case-history", cursor, paging.number_part)
    conditions: list[ColumnElement[bool]] = [History.case_id == thing.id]
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
    person: str | None,
    type: str | None,
    since: datetime | None,
    until: datetime | None,
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
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


def _joined() -> AnySelect:
    return (
        select(*HISTORY)
        .join(Case, Case.id == History.case_id, isouter=True)
        .join(Customer, Customer.id == Case.customer_id, isouter=True)
        .join(Definition, Definition.id == History.definition_id, isouter=True)
    )


def _searched(
    conn: Connection,
    words: Sequence[str],
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    count: int,
) -> AnySelect | None:
    """The facts of all cases in which every word is found, None when there are none.

    They are read along the indexes of the word that leads to the fewest things; the others are
    looked for in what was read.
    """
    if not words:
        return _joined().where(*conditions)
    names = list(conn.scalars(_element_names()))
    places = [_places(conn, word, names) for word in words]
    ranges = [_ranges(conn, word, there) for word, there in zip(words, places, strict=True)]
    at = min(range(len(words)), key=lambda i: len(ranges[i]))
    others = [
        _somewhere(conn, word, there)
        for i, (word, there) in enumerate(zip(words, places, strict=True))
        if i != at
    ]
    parts = [
        select(part.c.id)
        for part in (
            select(History.id)
            .where(only, *conditions, *others)
            .order_by(*order)
            .limit(count)
            .subquery()
            for only in ranges[at]
        )
    ]
    if not parts:
        return None
    return _joined().where(History.id.in_(select(union(*parts).subquery().c.id)))


def _places(conn: Connection, word: str, names: Sequence[str]) -> list[ColumnElement[bool]]:
    """The elements and the people whose name a word stands in, each a range of an index."""
    by_name = search.found(conn, [word], (Person.name,))
    people = list(conn.scalars(select(Person.id).where(*by_name)))
    people += [SYSTEM.id] if search.texts_with([SYSTEM.name], word) else []
    return [
        *(History.element_name == name for name in search.texts_with(names, word)),
        *(History.actor_id == person for person in people),
    ]


def _ranges(
    conn: Connection, word: str, places: Sequence[ColumnElement[bool]]
) -> list[ColumnElement[bool]]:
    """Where facts with this word stand, each a range of an index."""
    cases = search.latest_cases(conn, word, LATEST_CASES)
    newest = select(History.id, History.detail).order_by(History.id.desc()).limit(LATEST_FACTS)
    recent = newest.subquery()
    told = select(recent.c.id).where(*search.found(conn, [word], (recent.c.detail,)))
    ids = list(conn.scalars(told))
    return [
        *places,
        *([History.case_id.in_(cases)] if cases else ()),
        *([History.id.in_(ids)] if ids else ()),
    ]


def _somewhere(
    conn: Connection, word: str, places: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Whether the word stands in a fact that was read anyway."""
    in_detail = search.found(conn, [word], (History.detail,))
    return or_(*places, *in_detail, search.of_cases(word, History.case_id))


def _element_names() -> AnySelect:
    """The different names of elements in the history, each found by one step in the index."""
    first = select(func.min(History.element_name).label("name")).cte("names", recursive=True)
    following = select(func.min(History.element_name)).where(History.element_name > first.c.name)
    names = first.union_all(select(following.scalar_subquery()).where(first.c.name.is_not(None)))
    return select(names.c.name).where(names.c.name.is_not(None))


def _entry(row: AnyRow) -> HistoryEntry:
    detail = _detail(row.detail)
    token = detail.pop(VIA, None)
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
        token=_token(token),
        detail=detail,
    )


def _token(stored: Any) -> TokenName | None:
    """The token that a program came in by; None for people, and for what was changed since."""
    if not isinstance(stored, dict) or not {"id", "name"} <= stored.keys():
        return None
    return TokenName(str(stored["id"]), str(stored["name"]))


def _detail(stored: str) -> dict[str, Any]:
    """The details for people. What was changed behind our back is shown as it is: that it was
    changed is for the verification to say."""
    try:
        found = json.loads(stored)
        shown = plain(from_json(found))
    except (ValueError, FeelError, RecursionError):
        return {"text": stored}
    return shown if isinstance(shown, dict) else {"text": stored}
