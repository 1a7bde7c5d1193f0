"""Cases: the list, and what one case's rows say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    not_,
    or_,
    select,
    true,
    union_all,
)

from engine.access import actions
from engine.access.rules import CaseObject, IncidentObject, MessageObject, may, sees_all
from engine.bpmn.meta import MessageMeta
from engine.queries import case_choice, paging, text_search
from engine.queries import exact as named
from engine.queries.case_progress import Progress, newest_fact, progress
from engine.queries.case_rows import CASE
from engine.queries.exact import OfCase
from engine.queries.rows import AnyRow, AnySelect, BuiltStatement, customer_view
from engine.store.tables import CaseTable, CustomerTable
from engine.views import Actor, CaseRow, Exact, Field, MessageOption, Page
from engine.views.filters import ANY

STATES: Mapping[str, tuple[str, ...]] = {
    "running": ("running", "incident"),
    "incident": ("incident",),
    "ended": ("completed", "terminated", "cancelled"),
    "all": (),
}
"""The states of cases that a list of each choice has; none means every state."""
EVERY_STATE = (*STATES["running"], *STATES["ended"])
"""All states of cases."""


def search(
    connection: Connection,
    actor: Actor,
    *,
    q: str = "",
    state: str = "running",
    phase: str | None = None,
    role: str | None = None,
    exact: Exact = ANY,
    cursor: str | None = None,
    limit: int = 25,
    today: date,
) -> Page[CaseRow]:
    """Cases that ``actor`` may see, the last started first.

    ``state``: ``running``, ``incident`` (running, but stopped by an error), ``ended`` or ``all``.
    ``phase``, ``role`` and, of ``exact``, ``element``, ``assignee`` and the days: only cases with
    an open task that fulfils them all; ``process``: only cases that began on it. Every word of
    ``q`` must begin a word of the number, the title, the customer's name or organisation number,
    or of what tells an instance of the case apart, such as a complaint. Conditions that no index
    covers are tested on ``text_search.LOOKED_AT`` cases a page, so a page can be short, or empty,
    and still have a next one. Raises ``Invalid`` for an unknown ``state`` and for a cursor of
    another list."""
    paging.choice("state", state, tuple(STATES))
    paging.check_limit(limit)
    after = _position(cursor)
    if not (text_search.words(q) or phase or role) and exact == ANY and sees_all(actor):
        return _plain(connection, state, after, limit, today)
    few, asked = case_choice.choose(connection, actor, text_search.words(q), exact, phase, role)
    of = CaseTable if few is None else text_search.cases_by_ids(sorted(few))
    window = _behind(after, of)
    process, version = named.process(connection, exact)
    states = STATES[state] if process is None else STATES[state] or EVERY_STATE
    ranges = [of.state == s for s in states] or [true()]
    if process is not None:
        ranges = [and_(of.process_id == process, only) for only in ranges]
    if version is not None:
        asked.append(partial(case_choice.begun_on, version))
    end = _end(connection, ranges, window) if asked and few is None else None
    if end is not None:
        behind = and_(CaseTable.started_at == end.started_at, CaseTable.id < end.id)
        window += [CaseTable.started_at >= end.started_at, not_(behind)]
    rows = connection.execute(_latest(of, ranges, window, asked, limit + 1)).all()
    page = _page(connection, rows, limit, today)
    return Page(page.items, _place(end)) if page.next is None and end is not None else page


def _plain(
    connection: Connection, state: str, after: CasePosition | None, limit: int, today: date
) -> Page[CaseRow]:
    """All cases of a state, for whoever sees all."""
    given = {"count": limit + 1} | (after._asdict() if after else {})
    rows = _plain_page(state, after is not None).all(connection, given)
    return _page(connection, rows, limit, today)


@cache
def _plain_page(state: str, after: bool) -> BuiltStatement:
    ranges = [CaseTable.state == s for s in STATES[state]] or [true()]
    window = _behind(_AFTER if after else None, CaseTable)
    return BuiltStatement(_latest(CaseTable, ranges, window, (), _COUNT))


def _page(connection: Connection, rows: Sequence[AnyRow], limit: int, today: date) -> Page[CaseRow]:
    newest = {row.id: row.newest_fact for row in rows[:limit]}
    figures = progress(connection, newest, today)
    return paging.page(rows, limit, lambda row: case_row(row, figures[row.id]), _place)


def _place(row: AnyRow) -> str:
    return paging.encode("cases", row.started_at, row.id)


def case_row(row: AnyRow, figures: Progress) -> CaseRow:
    """The view of a row with the columns of ``CASE``."""
    return CaseRow(
        id=row.id,
        number=row.number,
        customer=customer_view(row),
        title=row.title,
        state=row.state,
        process_id=row.process_id,
        phases=figures.phases,
        done=figures.done,
        activities=figures.activities,
        late=figures.late,
        open=figures.open,
        started_at=row.started_at,
        start_date=row.start_date,
        ended_at=row.ended_at,
    )


@dataclass(frozen=True, slots=True)
class MessageOffer:
    """What a diagram says of a message (see ``MessageMeta``). ``form`` calculates its fields; it is
    called only for messages that the case waits for."""

    meta: MessageMeta
    form: Callable[[], tuple[Field, ...]] = tuple


def message_options(
    actor: Actor, thing: CaseObject, waits: Iterable[AnyRow], messages: Mapping[str, MessageOffer]
) -> tuple[MessageOption, ...]:
    """The messages that the case ``waits`` for now (``case_rows.waits``), each once. Messages that
    the diagrams do not offer to people (no ``sp:message``) are left out."""
    waiting: dict[str, bool] = {}
    for row in waits:
        if row.kind == "message":
            waiting[row.name] = waiting.get(row.name, False) or bool(row.interrupting)
    return tuple(
        MessageOption(
            name=name,
            label=offer.meta.label,
            form=offer.form(),
            allowed=may(
                actor, actions.CASE_MESSAGE, MessageObject(thing, frozenset(offer.meta.roles))
            ),
            interrupting=waiting[name],
        )
        for name, offer in messages.items()
        if name in waiting and offer.meta.offered
    )


def possible(actor: Actor, thing: CaseObject, incidents: bool) -> frozenset[str]:
    """What the actor may do with a case (``CaseDetail.can``)."""
    can = {name for name, action in _ACTIONS.items() if may(actor, action, thing)}
    if incidents and may(actor, actions.INCIDENT_RETRY, IncidentObject("", thing)):
        can.add("retry")
    return frozenset(can)


# ---------------------------------------------------------------- parts


class CasePosition(NamedTuple):
    """The place of a case in a list, the last started first."""

    started_at: datetime
    id: str


_AFTER: Final[Any] = CasePosition(bindparam("started_at"), bindparam("id"))  # type: ignore[arg-type]
_COUNT: Final = bindparam("count", type_=Integer)


def _position(cursor: str | None) -> CasePosition | None:
    after = paging.decode("cases", cursor, paging.time_part, paging.text_part)
    return None if after is None else CasePosition(*after)


def _behind(after: CasePosition | None, of: type[CaseTable]) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    at, last = after
    return [
        of.started_at <= at,
        or_(of.started_at < at, and_(of.started_at == at, of.id < last)),
    ]


def _read(
    of: type[CaseTable], only: ColumnElement[bool], window: Iterable[ColumnElement[bool]]
) -> AnySelect:
    """A statement of the cases of an index range, the last started first."""
    in_range = select(of.id, of.started_at).where(only, *window)
    return in_range.order_by(of.started_at.desc(), of.id.desc())


def _end(
    connection: Connection,
    ranges: Iterable[ColumnElement[bool]],
    window: Iterable[ColumnElement[bool]],
) -> AnyRow | None:
    """The case up to which all ranges are read; None when they are read to their ends."""
    skipped = text_search.LOOKED_AT - 1
    lasts = [_read(CaseTable, only, window).offset(skipped).limit(1).subquery() for only in ranges]
    ends = connection.execute(
        union_all(*(select(last.c.id, last.c.started_at) for last in lasts))
    ).all()
    return max(ends, key=lambda end: (end.started_at, end.id), default=None)


def _joined(statement: AnySelect) -> AnySelect:
    return statement.join(CustomerTable, CustomerTable.id == CaseTable.customer_id, isouter=True)


def _latest(
    of: type[CaseTable],
    ranges: Iterable[ColumnElement[bool]],
    window: Iterable[ColumnElement[bool]],
    asked: Iterable[OfCase],
    count: int | BindParameter[int],
) -> AnySelect:
    """A statement of the ``count`` cases of all ranges that started last, with their columns."""
    parts = []
    for only in ranges:
        read = _read(of, only, window)
        if asked:
            seen = read.limit(text_search.LOOKED_AT).subquery()
            read = select(seen.c.id, seen.c.started_at).where(*(ask(seen.c.id) for ask in asked))
            read = read.order_by(seen.c.started_at.desc(), seen.c.id.desc())
        parts.append(read.limit(count).subquery())
    merged = parts[0] if len(parts) == 1 else union_all(*(select(p) for p in parts)).subquery()
    newest: Select[str] = (
        select(merged.c.id).order_by(merged.c.started_at.desc(), merged.c.id.desc()).limit(count)
    )
    page = newest.subquery()
    listed = _joined(select(*CASE, newest_fact())).join(page, page.c.id == CaseTable.id)
    return listed.order_by(CaseTable.started_at.desc(), CaseTable.id.desc())


_ACTIONS = {
    "cancel": actions.CASE_CANCEL,
    "correct": actions.CASE_CORRECT,
    "plan": actions.CASE_PLAN,
}
