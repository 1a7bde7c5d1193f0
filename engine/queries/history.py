"""The history as it is read: who did what, when, on which element of which version.

The facts of one case are listed in the order in which they were written. Facts of several cases
are listed by time, because they were not written in one order. ``engine.queries.facts`` selects
the facts of a page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, or_, select

from engine.access import actions
from engine.access.conditions import history_of
from engine.access.rules import authorize, sees_all
from engine.feel import FeelError, from_json, plain
from engine.queries import facts, paging, text_search
from engine.queries.objects import case_by_key
from engine.queries.rows import TITLE, AnyRow, AnySelect, BuiltStatement, title_view
from engine.records.history import VIA
from engine.store.tables import (
    CaseTable,
    CustomerTable,
    DefinitionTable,
    HistoryTable,
    InstanceTitleTable,
    PersonTable,
)
from engine.views import SYSTEM, Actor, HistoryEntry, Page, TokenName

HISTORY = (
    HistoryTable.id,
    HistoryTable.at,
    HistoryTable.type,
    HistoryTable.actor_id,
    HistoryTable.actor_name,
    HistoryTable.chain,
    HistoryTable.seq,
    HistoryTable.hash,
    HistoryTable.case_id,
    HistoryTable.instance_id,
    HistoryTable.definition_id,
    HistoryTable.element_id,
    HistoryTable.element_name,
    HistoryTable.detail,
    CaseTable.number.label("case_number"),
    CustomerTable.name.label("customer"),
    CustomerTable.id.label("customer_id"),
    DefinitionTable.process_id,
    DefinitionTable.version,
    DefinitionTable.name.label("process_name"),
    *TITLE,
)
"""The columns of an entry's view."""

LATEST_CASES = 20
"""Cases with a word whose facts are searched: those that started last, one index range for each."""
LATEST_FACTS = 2_000
"""The newest facts whose details are searched for a word: no index has the words of details."""
NAMES = 200
"""The most elements and people whose facts are read for one word. A word that stands in more names
is only tested on the facts that another filter leads to."""
DETAILS = 500
"""The most facts that are selected because their details contain a word."""


def search(
    connection: Connection,
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
    times. Every word of ``q`` must occur: within one case, anywhere in the fact; across all cases,
    in the element's name, at the beginning of a word of the person's names or of the case's words
    (for the ``LATEST_CASES`` that started last) or of its instance's title, or in the details of
    the ``LATEST_FACTS`` newest facts. A page tests a bounded number of facts, so it can be short,
    or empty, and still have a next page that goes further back. Raises ``NotFound`` for a case that
    the actor may not see, ``Invalid`` for a cursor of another list.
    """
    authorize(actor, actions.HISTORY_VIEW)
    paging.check_limit(limit)
    words = text_search.words(q)
    order, of_case = facts.BY_TIME, None
    if case_id is not None:
        thing = case_by_key(connection, actor, case_id)
        authorize(actor, actions.CASE_VIEW, thing)
        order, of_case = facts.BY_NUMBER, thing.id
    after = _after(cursor, order)
    end: facts.FactPosition | None = None
    if words or person or type or not (of_case or sees_all(actor)):
        conditions = equalities(connection, person, type)
        conditions += _within(connection, actor, of_case, words, until)
        window = between(since, until) + (facts.behind(after, order) if after else [])
        which, end = facts.find(connection, conditions, window, limit + 1, order)
        if which is None:
            return Page((), None)
        rows = connection.execute(joined().where(*which).order_by(*order).limit(limit + 1)).all()
    else:
        rows = _plain_rows(connection, of_case, since, until, after, limit + 1)

    def place(row: AnyRow | facts.FactPosition) -> str:
        parts = ("case-history", row.id) if case_id else ("history", row.at, row.id)
        return paging.encode(*parts)

    page = paging.page(rows, limit, entry, place)
    return Page(page.items, place(end)) if page.next is None and end is not None else page


def newest(connection: Connection, case_id: str, limit: int) -> Iterator[HistoryEntry]:
    """The newest facts of a case that has been authorised. All are read now, in one statement; the
    view of each is made when it is taken."""
    return map(entry, _plain_rows(connection, case_id, None, None, None, limit))


def between(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    """The conditions that facts lie from ``since`` (inclusive) to ``until`` (exclusive)."""
    after = [HistoryTable.at >= since] if since is not None else []
    return after if until is None else [*after, HistoryTable.at < until]


def types(connection: Connection) -> tuple[str, ...]:
    """The types of facts that have been written, sorted. Each costs one step in an index, however
    many facts there are."""
    return tuple(connection.scalars(facts.different(HistoryTable.type)))


# ---------------------------------------------------------------- parts


def _after(cursor: str | None, order: facts.Order) -> facts.FactPosition | None:
    """The position of a cursor; the facts of one case are in the order of their numbers alone."""
    if order is facts.BY_NUMBER:
        number = paging.decode("case-history", cursor, paging.number_part)
        return None if number is None else facts.FactPosition(facts.BEGINNING.at, number[0])
    after = paging.decode("history", cursor, paging.time_part, paging.number_part)
    return None if after is None else facts.FactPosition(*after)


def _within(
    connection: Connection,
    actor: Actor,
    case_id: str | None,
    words: Sequence[str],
    until: datetime | None,
) -> list[facts.FactCondition]:
    """The conditions that facts are of the case, else that the actor may read them, and that they
    contain the words."""
    if case_id is not None:
        own = _equal("case_id", case_id, facts.BY_NUMBER)
        return [own, *in_case(connection, case_id, words)]
    readable = [] if sees_all(actor) else [facts.FactCondition(partial(history_of, actor))]
    return [*readable, *_anywhere(connection, words, until)]


def _plain_rows(
    connection: Connection,
    case_id: str | None,
    since: datetime | None,
    until: datetime | None,
    after: facts.FactPosition | None,
    count: int,
) -> Sequence[AnyRow]:
    """The first ``count`` of all facts of a case or of all cases, between two times."""
    given = {"case": case_id, "since": since, "until": until, "count": count}
    given |= {"after_at": after.at, "after_id": after.id} if after else {}
    has = (each is not None for each in (case_id, since, until, after))
    return _plain_page(*has).all(connection, given)


_AFTER: Final[Any] = facts.FactPosition(bindparam("after_at"), bindparam("after_id"))  # type: ignore[arg-type]
_SINCE: Final[Any] = bindparam("since")
_UNTIL: Final[Any] = bindparam("until")


@cache
def _plain_page(one_case: bool, since: bool, until: bool, after: bool) -> BuiltStatement:
    """The statement of ``_plain_rows``, built once; the flags say which conditions it has."""
    order = facts.BY_NUMBER if one_case else facts.BY_TIME
    window = between(_SINCE if since else None, _UNTIL if until else None)
    window += facts.behind(_AFTER, order) if after else []
    if one_case:
        window.append(HistoryTable.case_id == bindparam("case"))
    listed = joined().where(*window).order_by(*order)
    return BuiltStatement(listed.limit(bindparam("count", type_=Integer)))


def equalities(
    connection: Connection, person: str | None, type: str | None
) -> list[facts.FactCondition]:
    """The conditions that facts are of this type, and by this person (id or user name)."""
    conditions = []
    if type:
        conditions.append(_equal("type", type))
    if person:
        known = connection.scalar(
            select(PersonTable.id).where(
                or_(PersonTable.username == person, PersonTable.id == person)
            )
        )
        conditions.append(_equal("actor_id", known or person))
    return conditions


def _equal(column: str, value: str, order: facts.Order = facts.BY_TIME) -> facts.FactCondition:
    def holds(of: facts.Facts) -> ColumnElement[bool]:
        return cast(ColumnElement[bool], getattr(of, column) == value)

    return facts.FactCondition(holds, [facts.IndexRange(holds(HistoryTable), order)])


def joined() -> AnySelect:
    """Facts with what else their views show: case, customer, definition, the instance's title."""
    return (
        select(*HISTORY)
        .join(CaseTable, CaseTable.id == HistoryTable.case_id, isouter=True)
        .join(CustomerTable, CustomerTable.id == CaseTable.customer_id, isouter=True)
        .join(DefinitionTable, DefinitionTable.id == HistoryTable.definition_id, isouter=True)
        .outerjoin(InstanceTitleTable, InstanceTitleTable.instance_id == HistoryTable.instance_id)
    )


# ---------------------------------------------------------------- words


def in_case(
    connection: Connection, case_id: str, words: Sequence[str]
) -> list[facts.FactCondition]:
    """The conditions that a case's facts contain the words; words that stand in the case's number
    or its customer's name are true for all of its facts and are left out."""
    if not words:
        return []
    of_case = select(CaseTable.number, CustomerTable.name).join(CustomerTable, isouter=True)
    shared = connection.execute(of_case.where(CaseTable.id == case_id)).one()

    def in_texts(word: str, of: facts.Facts) -> ColumnElement[bool]:
        texts = (of.element_name, of.actor_name, of.detail)
        return or_(
            *text_search.contains_words(connection, [word], texts),
            text_search.INSTANCES.has(of.instance_id, word),
        )

    others = [word for word in words if not text_search.texts_with(shared, word)]
    return [facts.FactCondition(partial(in_texts, word)) for word in others]


def _anywhere(
    connection: Connection, words: Sequence[str], until: datetime | None
) -> list[facts.FactCondition]:
    """The conditions that facts of any case contain the words."""
    names = list(connection.scalars(facts.different(HistoryTable.element_name))) if words else []
    return [_word(connection, word, text_search.texts_with(names, word), until) for word in words]


def anywhere_at_all(connection: Connection, words: Sequence[str]) -> list[facts.FactCondition]:
    """The conditions that facts of any case contain the words, however old they and their cases
    are. Nothing leads to such facts: all have to be tested."""
    names = list(connection.scalars(facts.different(HistoryTable.element_name))) if words else []
    return [_contains(connection, w, text_search.texts_with(names, w)) for w in words]


def _word(
    connection: Connection, word: str, elements: Sequence[str], until: datetime | None
) -> facts.FactCondition:
    people = text_search.PEOPLE.owners(connection, word, NAMES)
    condition = _contains(connection, word, elements, people)
    if people is None or len(elements) + len(people) > NAMES:
        return condition
    actors = [*people, *([SYSTEM.id] if _of_system(word) else ())]
    cases = text_search.latest_cases(connection, word, LATEST_CASES, until)
    titled = text_search.INSTANCES.owners(connection, word, NAMES) or []
    ranges = [
        *facts.ranges(connection, HistoryTable.element_name, elements),
        *facts.ranges(connection, HistoryTable.actor_id, actors),
        *facts.ranges(connection, HistoryTable.case_id, cases, facts.BY_NUMBER),
        *facts.ranges(connection, HistoryTable.chain, titled, facts.BY_NUMBER),
        *_details(connection, word),
    ]
    return facts.FactCondition(condition.holds, ranges)


def _of_system(word: str) -> bool:
    return bool(text_search.texts_with([SYSTEM.name], word))


def _contains(
    connection: Connection,
    word: str,
    elements: Sequence[str],
    people: Sequence[str] | None = None,
) -> facts.FactCondition:
    """The condition that a fact contains the word: in one of the ``elements``, the names of a
    person (one of ``people``, when they are known), its case's words or its details."""

    def by(of: facts.Facts) -> ColumnElement[bool]:
        if people is None:
            return text_search.PEOPLE.has(of.actor_id, word)
        return of.actor_id.in_(people)

    def holds(of: facts.Facts) -> ColumnElement[bool]:
        return or_(
            of.element_name.in_(elements),
            *([of.actor_id == SYSTEM.id] if _of_system(word) else ()),
            by(of),
            text_search.CASES.has(of.case_id, word),
            text_search.INSTANCES.has(of.instance_id, word),
            *text_search.contains_words(connection, [word], (of.detail,)),
        )

    return facts.FactCondition(holds)


def _details(connection: Connection, word: str) -> list[facts.IndexRange]:
    """The range of the newest facts whose details contain the word."""
    newest = (
        select(HistoryTable.id, HistoryTable.detail)
        .order_by(HistoryTable.id.desc())
        .limit(LATEST_FACTS)
    )
    recent = newest.subquery()
    mentioning = select(recent.c.id).where(
        *text_search.contains_words(connection, [word], (recent.c.detail,))
    )
    ids = list(connection.scalars(mentioning.order_by(recent.c.id.desc()).limit(DETAILS)))
    return facts.by_ids(connection, ids)


def entry(row: AnyRow) -> HistoryEntry:
    """The view of a row of ``joined``."""
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
        customer_id=row.customer_id,
        instance_id=row.instance_id,
        definition_id=row.definition_id,
        process_id=row.process_id,
        version=row.version,
        process_name=row.process_name,
        element_id=row.element_id,
        element_name=row.element_name,
        token=_token(token),
        about=title_view(row),
        detail=detail,
    )


def _token(stored: Any) -> TokenName | None:
    """The API token that a program used; None for people and for a value that is not such a name,
    because somebody changed the row behind the engine's back."""
    if not isinstance(stored, dict) or not {"id", "name"} <= stored.keys():
        return None
    return TokenName(str(stored["id"]), str(stored["name"]))


_NUMBER = re.compile(r"[:\[,] ?-?(?:[0-9]+[.eE]|[0-9]{16})")
"""A number that is no short whole one."""


def _may_differ(stored: str) -> bool:
    """Whether JSON may be shown otherwise than it is stored: it has marks of types that JSON does
    not have, or numbers that are no short whole ones."""
    marked = '"@' in stored or "NaN" in stored or "Infinity" in stored
    return marked or not stored.startswith("{") or _NUMBER.search(stored) is not None


def _detail(stored: str) -> dict[str, Any]:
    """The details of a fact, readable. Text that is no longer the JSON that the engine wrote is
    shown as it is; that it was changed is reported by the verification."""
    try:
        parsed = json.loads(stored)
        shown = plain(from_json(parsed)) if _may_differ(stored) else parsed
    except (ValueError, FeelError, RecursionError):
        return {"text": stored}
    return shown if isinstance(shown, dict) else {"text": stored}
