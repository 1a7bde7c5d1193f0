"""Which tasks the inbox lists: read along ranges of indexes, no further than a bound.

Each range is read in the order of the list: by due date, then by id. What no index leads to (words
that many cases have, which cases somebody may see) is asked of the ``LOOKED_AT`` tasks of a page
that are due first: what it has not found by then, the next page goes on to look for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from engine.access.conditions import cases_of, offered_to, tasks_of_roles
from engine.access.rules import sees_all
from engine.queries import search
from engine.queries.rows import AnySelect
from engine.store.tables import TaskTable
from engine.views import COUNTED, Actor, Count

LOOKED_AT = 1_000
COUNTED_AMONG = 100
"""Tasks of each range and group that are looked at to count those that fulfil what no index leads
to."""
FEW = 300
"""Cases whose tasks are read one case after the other."""
NAMES = 20
"""Names whose tasks are read one name after the other."""

OPEN: ColumnElement[bool] = TaskTable.state == literal_column("'open'")
"""In the words of the partial indexes, without a bound parameter."""

Tasks = type[TaskTable]
"""The table, or those of its rows that were read."""
Condition = Callable[[Tasks], ColumnElement[bool]]
SEEN = (
    TaskTable.id,
    TaskTable.due,
    TaskTable.name,
    TaskTable.case_id,
    TaskTable.phase,
    TaskTable.role,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tasks of a list: the ranges (of the table, or of the tasks ``of`` a few cases) that they
    stand in, and what is asked of each by itself."""

    of: Tasks
    ranges: Sequence[ColumnElement[bool]]
    asked: Sequence[Condition]


class Place(NamedTuple):
    due: date | None
    id: str


def choose(
    connection: Connection,
    actor: Actor,
    words: Sequence[str],
    *,
    show: str,
    phase: str | None,
    role: str | None,
) -> Chosen:
    """The tasks that ``engine.queries.tasks.tasks`` lists with these filters."""
    asked: list[Condition] = []
    if show == "mine":
        ranges = offered_to(actor, role)
        asked += [] if phase is None else [lambda of: of.phase == phase]
    else:
        ranges = [true() if role is None else TaskTable.role == role]
        if show == "role":
            ranges = tasks_of_roles(actor, role)
        elif not sees_all(actor):
            asked.append(lambda of: cases_of(actor, of.case_id))
        ranges = [
            only if phase is None else and_(only, TaskTable.phase == phase) for only in ranges
        ]
    ranges = [and_(OPEN, only) for only in ranges]
    return _with_words(_words(connection, words), ranges, asked, by_name=show == "all")


def find(
    connection: Connection, chosen: Chosen, window: Sequence[Condition], count: int
) -> tuple[AnySelect, Place | None]:
    """The first ``count`` of the chosen in the ``window``, and the last place that was looked at,
    None when nothing lies behind it."""
    if not chosen.asked:
        return _first([_read(chosen, only, window) for only in chosen.ranges], count), None
    share = max(LOOKED_AT // len(chosen.ranges), 1)
    end = _end(connection, chosen, window, share)
    if end is not None:
        window = [*window, partial(_not_behind, end)]
    parts = []
    for only in chosen.ranges:
        seen = aliased(TaskTable, _read(chosen, only, window).limit(share).subquery())
        found = select(seen.id, seen.due).where(*(ask(seen) for ask in chosen.asked))
        parts.append(found.order_by(seen.due, seen.id))
    return _first(parts, count), end


def count(
    connection: Connection, chosen: Chosen, groups: Sequence[tuple[str, Condition]]
) -> Mapping[str, Count]:
    """How many of the chosen there are by group. They are counted up to ``COUNTED``; where
    something is asked of each, among the first ``COUNTED_AMONG`` of a range and group."""
    most = COUNTED_AMONG if chosen.asked else COUNTED
    counted = []
    for name, dates in groups:
        for only in chosen.ranges:
            seen = aliased(TaskTable, _read(chosen, only, [dates]).limit(most + 1).subquery())
            fitting = case((and_(true(), *(ask(seen) for ask in chosen.asked)), 1), else_=0)
            figures = func.count().label("seen"), func.sum(fitting).label("fitting")
            counted.append(select(literal(name).label("name"), *figures).select_from(seen))
    numbers = dict.fromkeys((name for name, _ in groups), 0)
    more = dict.fromkeys(numbers, False)
    for row in connection.execute(union_all(*counted)) if counted else ():
        numbers[row.name] += row.fitting or 0
        more[row.name] |= row.seen > most
    return {
        name: Count(min(number, COUNTED), more[name] or number > COUNTED)
        for name, number in numbers.items()
    }


# ---------------------------------------------------------------- words


@dataclass(frozen=True, slots=True)
class _Word:
    """Where a word stands: in the names of tasks, or among those that cases are found by
    (``cases`` is None when these are many)."""

    text: str
    names: Sequence[str]
    cases: Sequence[str] | None

    def holds(self, of: Tasks) -> ColumnElement[bool]:
        if self.cases is None:
            by_case = search.CASES.has(of.case_id, self.text)
        else:
            by_case = of.case_id.in_(self.cases)
        return or_(of.name.in_(self.names), by_case) if self.names else by_case


def _words(connection: Connection, words: Sequence[str]) -> list[_Word]:
    names = list(connection.scalars(_names())) if words else []
    return [
        _Word(word, search.texts_with(names, word), search.CASES.few(connection, word, FEW))
        for word in words
    ]


def _names() -> AnySelect:
    """The different names of open tasks, each found by one step in the index."""
    first = select(func.min(TaskTable.name).label("name")).where(OPEN).cte("names", recursive=True)
    following = select(func.min(TaskTable.name)).where(OPEN, TaskTable.name > first.c.name)
    names = first.union_all(select(following.scalar_subquery()).where(first.c.name.is_not(None)))
    return select(names.c.name).where(names.c.name.is_not(None))


def _with_words(
    words: Sequence[_Word],
    ranges: Sequence[ColumnElement[bool]],
    asked: Sequence[Condition],
    *,
    by_name: bool,
) -> Chosen:
    """The tasks of ``ranges`` that all the words are found in: read along the word of the fewest
    cases or, ``by_name``, of few names, the others are asked of each."""
    of_cases = [word for word in words if word.cases is not None and not word.names]
    of_names = [word for word in words if word.cases == [] and len(word.names) <= NAMES]
    if of_cases:
        led = min(of_cases, key=lambda word: len(word.cases or ()))
    elif by_name and of_names:
        led = min(of_names, key=lambda word: len(word.names))
        ranges = [and_(only, TaskTable.name == name) for only in ranges for name in led.names]
    else:
        return Chosen(TaskTable, ranges, [*asked, *(word.holds for word in words)])
    asked = [*asked, *(word.holds for word in words if word is not led)]
    if not of_cases:
        return Chosen(TaskTable, ranges, asked)
    # Without the OFFSET, a database might look for the first of them along the order.
    theirs = select(*SEEN).where(TaskTable.case_id.in_(led.cases or ()), or_(false(), *ranges))
    of = aliased(TaskTable, theirs.offset(0).subquery())
    return Chosen(of, [true()] if led.cases and ranges else [], asked)


# ---------------------------------------------------------------- statements


def _read(chosen: Chosen, only: ColumnElement[bool], window: Sequence[Condition]) -> AnySelect:
    """A range in the order of the list."""
    of = chosen.of
    columns = [getattr(of, column.key) for column in (SEEN if chosen.asked else SEEN[:2])]
    read = select(*columns).where(only, *(holds(of) for holds in window))
    return read.order_by(of.due, of.id)


def _end(
    connection: Connection, chosen: Chosen, window: Sequence[Condition], share: int
) -> Place | None:
    """As far as all the ranges are looked at, None when that is to their end."""
    parts = (_read(chosen, only, window) for only in chosen.ranges)
    lasts = [part.offset(share - 1).limit(1).subquery() for part in parts]
    found = connection.execute(union_all(*(select(last.c.due, last.c.id) for last in lasts)))
    ends = [Place(row.due, row.id) for row in found]
    return min(ends, key=lambda end: (end.due or date.max, end.id), default=None)


def _not_behind(end: Place, of: Tasks) -> ColumnElement[bool]:
    if end.due is None:
        return of.id <= end.id
    return and_(of.due <= end.due, or_(of.due < end.due, of.id <= end.id))


def _first(parts: Sequence[AnySelect], count: int) -> AnySelect:
    """The first ``count`` of all parts together: ``id`` and ``due``."""
    firsts = [part.limit(count).subquery() for part in parts]
    found = firsts[0]
    if len(firsts) > 1:
        found = union_all(*(select(first.c.id, first.c.due) for first in firsts)).subquery()
    return select(found.c.id, found.c.due).order_by(found.c.due, found.c.id).limit(count)
