"""Which tasks the inbox lists, read along ranges of indexes and no further than a bound.

Each range is read in the order of the list: by due date, then by place. Conditions that no index
covers (words that many cases have, which cases the reader may see) are tested on the
``LOOKED_AT`` tasks that are due first; the next page continues from there.
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
from engine.queries import text_search
from engine.queries.rows import AnySelect
from engine.store.tables import TaskTable
from engine.views import COUNTED, Actor, Count

LOOKED_AT = 1_000
"""The most tasks that one page tests for conditions that no index covers."""
COUNTED_AMONG = 100
"""The most tasks of each range and due group that are tested to count those that fulfil conditions
that no index covers: a count is asked for on every page, so it must cost little."""
FEW = 300
"""The most cases whose tasks are read case by case instead of along the order of the list."""
NAMES = 20
"""The most task names that are read as one index range each."""

OPEN: ColumnElement[bool] = TaskTable.state == literal_column("'open'")
"""The condition that a task is open, in the words of the partial indexes and without a bound
parameter: else no database uses those indexes."""

Tasks = type[TaskTable]
"""The task table, or an alias of some of its rows."""
Condition = Callable[[Tasks], ColumnElement[bool]]
"""A test of a task, to be put on the table or on an alias of it."""
SEEN = (
    TaskTable.id,
    TaskTable.due,
    TaskTable.place,
    TaskTable.name,
    TaskTable.case_id,
    TaskTable.instance_id,
    TaskTable.phase,
    TaskTable.role,
)
"""The columns that conditions test; by the first three a list is sorted and continued."""
SORTED = 3
"""How many of these the order of a list needs."""


@dataclass(frozen=True, slots=True)
class TaskSelection:
    """The tasks of a list: they stand in the ``ranges`` of ``of`` (the task table, or the tasks of
    a few cases), and the conditions ``asked`` are tested on each of them."""

    of: Tasks
    ranges: Sequence[ColumnElement[bool]]
    asked: Sequence[Condition]


class TaskPosition(NamedTuple):
    """The place of a task in a list that is sorted by due date, and by place among equal dates."""

    due: date | None
    place: str
    id: str


def choose(
    connection: Connection,
    actor: Actor,
    words: Sequence[str],
    *,
    show: str,
    phase: str | None,
    role: str | None,
) -> TaskSelection:
    """The tasks that ``engine.queries.tasks.search`` lists with the same filters."""
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
    connection: Connection, chosen: TaskSelection, window: Sequence[Condition], count: int
) -> tuple[AnySelect, TaskPosition | None]:
    """A statement of the first ``count`` chosen tasks (``id``, ``due``, ``place``) in the
    ``window``, and the last position that it reads; None when no tasks are left behind it."""
    if not chosen.asked:
        return _first([_read(chosen, only, window) for only in chosen.ranges], count), None
    share = max(LOOKED_AT // len(chosen.ranges), 1)
    end = _end(connection, chosen, window, share)
    if end is not None:
        window = [*window, partial(_not_behind, end)]
    parts = []
    for only in chosen.ranges:
        seen = aliased(TaskTable, _read(chosen, only, window).limit(share).subquery())
        matching = select(seen.id, seen.due, seen.place).where(*(ask(seen) for ask in chosen.asked))
        parts.append(matching.order_by(seen.due, seen.place))
    return _first(parts, count), end


def count(
    connection: Connection, chosen: TaskSelection, groups: Sequence[tuple[str, Condition]]
) -> Mapping[str, Count]:
    """How many chosen tasks each group has, by the group's name. At most ``COUNTED`` are counted;
    where conditions are tested on each task, only the first ``COUNTED_AMONG`` of a range and group.
    """
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
class _SearchWord:
    """A word and where it occurs: in the task ``names``, in the words of ``cases`` and in those of
    the titles of ``instances`` (their ids; None when they are more than ``FEW``)."""

    text: str
    names: Sequence[str]
    cases: Sequence[str] | None
    instances: Sequence[str] | None

    @property
    def few(self) -> int | None:
        """How many cases and instances have it; None when they are too many to be named."""
        if self.cases is None or self.instances is None:
            return None
        return len(self.cases) + len(self.instances)

    def among(self, of: Tasks) -> ColumnElement[bool]:
        """The condition that a task is one of its ``cases`` or ``instances``."""
        return or_(
            of.case_id.in_(self.cases or ()),
            *([of.instance_id.in_(self.instances)] if self.instances else ()),
        )

    def holds(self, of: Tasks) -> ColumnElement[bool]:
        """The condition that a task has the word."""
        where = [of.name.in_(self.names)] if self.names else []
        if self.few is not None:
            return or_(*where, self.among(of))
        by_case = text_search.CASES.has(of.case_id, self.text)
        return or_(*where, by_case, text_search.INSTANCES.has(of.instance_id, self.text))


def _words(connection: Connection, words: Sequence[str]) -> list[_SearchWord]:
    names = list(connection.scalars(_names())) if words else []
    return [
        _SearchWord(
            word,
            text_search.texts_with(names, word),
            text_search.CASES.owners(connection, word, FEW),
            text_search.INSTANCES.owners(connection, word, FEW),
        )
        for word in words
    ]


def _names() -> AnySelect:
    """The different names of open tasks; each costs one step in an index."""
    first = select(func.min(TaskTable.name).label("name")).where(OPEN).cte("names", recursive=True)
    following = select(func.min(TaskTable.name)).where(OPEN, TaskTable.name > first.c.name)
    names = first.union_all(select(following.scalar_subquery()).where(first.c.name.is_not(None)))
    return select(names.c.name).where(names.c.name.is_not(None))


def _with_words(
    words: Sequence[_SearchWord],
    ranges: Sequence[ColumnElement[bool]],
    asked: Sequence[Condition],
    *,
    by_name: bool,
) -> TaskSelection:
    """The tasks of ``ranges`` that have all the words: read along the word with the fewest cases
    or, ``by_name``, along a word with few task names; the other words are tested on each task."""
    of_cases = [word for word in words if word.few is not None and not word.names]
    of_names = [word for word in words if word.few == 0 and len(word.names) <= NAMES]
    if of_cases:
        leading = min(of_cases, key=lambda word: word.few or 0)
    elif by_name and of_names:
        leading = min(of_names, key=lambda word: len(word.names))
        ranges = [and_(only, TaskTable.name == name) for only in ranges for name in leading.names]
    else:
        return TaskSelection(TaskTable, ranges, [*asked, *(word.holds for word in words)])
    asked = [*asked, *(word.holds for word in words if word is not leading)]
    if not of_cases:
        return TaskSelection(TaskTable, ranges, asked)
    # Without the OFFSET, a database might walk the whole index in order instead.
    theirs = select(*SEEN).where(leading.among(TaskTable), or_(false(), *ranges))
    of = aliased(TaskTable, theirs.offset(0).subquery())
    return TaskSelection(of, [true()] if leading.few and ranges else [], asked)


# ---------------------------------------------------------------- statements


def _read(
    chosen: TaskSelection, only: ColumnElement[bool], window: Sequence[Condition]
) -> AnySelect:
    """A statement of the tasks of a range in the order of the list."""
    of = chosen.of
    columns = [getattr(of, column.key) for column in (SEEN if chosen.asked else SEEN[:SORTED])]
    read = select(*columns).where(only, *(holds(of) for holds in window))
    return read.order_by(of.due, of.place)


def _end(
    connection: Connection, chosen: TaskSelection, window: Sequence[Condition], share: int
) -> TaskPosition | None:
    """The position up to which all ranges are read; None when they are read to their ends."""
    parts = (_read(chosen, only, window) for only in chosen.ranges)
    lasts = [part.offset(share - 1).limit(1).subquery() for part in parts]
    positions = (select(last.c.due, last.c.place, last.c.id) for last in lasts)
    ends = [TaskPosition(*row) for row in connection.execute(union_all(*positions))]
    return min(ends, key=lambda end: (end.due or date.max, end.place), default=None)


def _not_behind(end: TaskPosition, of: Tasks) -> ColumnElement[bool]:
    if end.due is None:
        return of.place <= end.place
    return and_(of.due <= end.due, or_(of.due < end.due, of.place <= end.place))


def _first(parts: Sequence[AnySelect], count: int) -> AnySelect:
    """A statement of the first ``count`` tasks of all parts: ``id``, ``due``, ``place``."""
    firsts = [part.limit(count).subquery() for part in parts]
    merged = firsts[0]
    if len(firsts) > 1:
        each = (select(first.c.id, first.c.due, first.c.place) for first in firsts)
        merged = union_all(*each).subquery()
    of = merged.c
    return select(of.id, of.due, of.place).order_by(of.due, of.place).limit(count)
