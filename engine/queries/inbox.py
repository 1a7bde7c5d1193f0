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
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    and_,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from engine.access.conditions import cases_of, of_my_roles
from engine.access.rules import sees_all
from engine.queries import exact as named
from engine.queries import text_search
from engine.queries.rows import AnySelect
from engine.queries.task_ranges import OPEN, distinct, elements, whose
from engine.store.tables import TaskTable
from engine.views import COUNTED, Actor, Count, Exact
from engine.views.filters import ANY

LOOKED_AT = 1_000
"""The most tasks that one page tests for conditions that no index covers."""
COUNTED_AMONG = 100
"""The most tasks of each range and due group that are tested to count those that fulfil conditions
that no index covers: a count is asked for on every page, so it must cost little."""
FEW = 300
"""The most cases whose tasks are read case by case instead of along the order of the list."""
NAMES = 20
"""The most task names that are read as one index range each."""

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
    TaskTable.process_id,
    TaskTable.element_id,
    TaskTable.definition_id,
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

    due: date | BindParameter[date] | None
    place: str | BindParameter[str]
    id: str


def choose_plain(actor: Actor, *, show: str, phase: str | None, role: str | None) -> TaskSelection:
    """The tasks of a list whose conditions are all covered by indexes: no words, nothing exact, of
    one phase unless they are one's own, and all of them only of somebody who sees all."""
    ranges = whose(actor, show, role, None)
    if phase is not None:
        ranges = [and_(only, TaskTable.phase == phase) for only in ranges]
    return TaskSelection(TaskTable, [and_(OPEN, only) for only in ranges], [])


def choose(
    connection: Connection,
    actor: Actor,
    words: Sequence[str],
    *,
    show: str,
    phase: str | None,
    role: str | None,
    exact: Exact = ANY,
) -> TaskSelection:
    """The tasks that ``engine.queries.tasks.search`` lists with the same filters."""
    people, cases = named.assignees(connection, exact), named.cases(connection, exact, FEW)
    ranges = whose(actor, show, role, people)
    if not ranges or cases.ids == frozenset():
        return TaskSelection(TaskTable, [], [])
    process, version = named.process(connection, exact)
    equal = {"phase": phase, "process_id": process, "element_id": exact.element}
    asked: list[Condition] = [partial(_of_case, of_case) for of_case in cases.asked]
    if show == "all" and not sees_all(actor):
        asked.append(lambda of: cases_of(actor, of.case_id))
    # The rarest of what is asked for is read along its index, and the rest is tested.
    free = show != "mine" and people is None and cases.ids is None
    of_elements = elements(connection, process, exact.element) if free else None
    if of_elements is not None:
        ranges = of_elements
        equal |= {"process_id": None, "element_id": None, "role": role}
        if show == "role" and role is None:
            asked.append(lambda of: of_my_roles(actor, of.role))
    elif free and phase is not None:
        ranges = [and_(only, TaskTable.phase == phase) for only in ranges]
        equal["phase"] = None
    equal["definition_id"] = version
    asked += [partial(equals, name, value) for name, value in equal.items() if value is not None]
    ranges = [and_(OPEN, only) for only in ranges]
    found = _words(connection, words)
    if cases.ids is not None:
        of_these = TaskTable.case_id.in_(cases.ids) if cases.ids else None
        return _among(of_these, ranges, [*asked, *(word.holds for word in found)])
    return _with_words(found, ranges, asked, by_name=show == "all" and free and of_elements is None)


def find(
    connection: Connection, chosen: TaskSelection, window: Sequence[Condition], count: int
) -> tuple[AnySelect, TaskPosition | None]:
    """A statement of the first ``count`` chosen tasks (``id``, ``due``, ``place``) in the
    ``window``, and the last position that it reads; None when no tasks are left behind it."""
    if not chosen.asked:
        return first(chosen, window, count), None
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


def first(
    chosen: TaskSelection, window: Sequence[Condition], count: int | BindParameter[int]
) -> AnySelect:
    """A statement of the first ``count`` tasks (``id``, ``due``, ``place``) in the ``window``, for
    a selection whose conditions are all covered by indexes."""
    return _first([_read(chosen, only, window) for only in chosen.ranges], count)


def counting(
    chosen: TaskSelection, groups: Sequence[tuple[str, Condition]]
) -> CompoundSelect[Any] | None:
    """A statement that counts the chosen tasks by group; None when there are none.

    At most ``COUNTED`` of a range and group are counted; where conditions are tested on each task,
    only the first ``COUNTED_AMONG`` of them.
    """
    most = COUNTED_AMONG if chosen.asked else COUNTED
    parts = []
    for name, dates in groups:
        for only in chosen.ranges:
            read = _read(chosen, only, [dates]) if chosen.asked else _dates(chosen.of, only, dates)
            seen = aliased(TaskTable, read.limit(most + 1).subquery())
            fits = case((and_(true(), *(ask(seen) for ask in chosen.asked)), 1), else_=0)
            fitting = func.sum(fits) if chosen.asked else func.count()
            group: ColumnElement[str] = literal_column(f"'{name}'")
            bound: ColumnElement[int] = literal_column(f"{most}")
            parts.append(select(group, func.count(), fitting, bound).select_from(seen))
    return union_all(*parts) if parts else None


def _dates(of: Tasks, only: ColumnElement[bool], dates: Condition) -> AnySelect:
    """The dates of the tasks of a range, which stand in its index."""
    return select(of.due).where(only, dates(of)).order_by(of.due, of.place)


def counted(
    connection: Connection,
    counting: CompoundSelect[Any] | None,
    names: Sequence[str],
    given: Mapping[str, Any],
) -> Mapping[str, Count]:
    """What a statement of ``counting`` counts in the groups with these names.

    :param given: the statement's parameters
    """
    numbers = dict.fromkeys(names, 0)
    more = dict.fromkeys(names, False)
    for name, seen, fitting, most in (
        () if counting is None else connection.execute(counting, given)
    ):
        numbers[name] += fitting or 0
        more[name] |= seen > most
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
    names = list(connection.scalars(distinct(TaskTable.name))) if words else []
    return [
        _SearchWord(
            word,
            text_search.texts_with(names, word),
            text_search.CASES.owners(connection, word, FEW),
            text_search.INSTANCES.owners(connection, word, FEW),
        )
        for word in words
    ]


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
    return _among(leading.among(TaskTable) if leading.few else None, ranges, asked)


# ---------------------------------------------------------------- parts


def _among(
    few: ColumnElement[bool] | None,
    ranges: Sequence[ColumnElement[bool]],
    asked: Sequence[Condition],
) -> TaskSelection:
    """The tasks of ``ranges`` among the ``few`` that a condition names (None: it names none).
    Without the OFFSET, a database might walk the whole index in order instead."""
    only = false() if few is None else few
    theirs = select(*SEEN).where(only, or_(false(), *ranges))
    of = aliased(TaskTable, theirs.offset(0).subquery())
    return TaskSelection(of, [true()] if few is not None and ranges else [], asked)


def _of_case(condition: named.OfCase, of: Tasks) -> ColumnElement[bool]:
    return condition(of.case_id)


def equals(name: str, value: str, of: Tasks) -> ColumnElement[bool]:
    """The condition that a task's column has a value."""
    column: InstrumentedAttribute[Any] = getattr(of, name)
    return column == value


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


def _first(parts: Sequence[AnySelect], count: int | BindParameter[int]) -> AnySelect:
    """A statement of the first ``count`` tasks of all parts: ``id``, ``due``, ``place``."""
    firsts = [part.limit(count).subquery() for part in parts]
    merged = firsts[0]
    if len(firsts) > 1:
        each = (select(first.c.id, first.c.due, first.c.place) for first in firsts)
        merged = union_all(*each).subquery()
    of = merged.c
    return select(of.id, of.due, of.place).order_by(of.due, of.place).limit(count)
