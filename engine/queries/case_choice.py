"""Which cases a list can have: few by their ids, else by conditions that are tested on each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from functools import partial

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from engine.access.conditions import cases_of
from engine.access.rules import sees_all
from engine.queries import exact as named
from engine.queries import text_search
from engine.queries.exact import OfCase, OfTask
from engine.queries.inbox import equals
from engine.queries.task_ranges import OPEN, elements
from engine.store.tables import InstanceTable, TaskTable
from engine.views import Actor, Exact


def choose(
    connection: Connection,
    actor: Actor,
    words: Iterable[str],
    exact: Exact,
    phase: str | None,
    role: str | None,
) -> tuple[Set[str] | None, list[OfCase]]:
    """The ids of the only cases that can fulfil the filters (None for too many to name), and the
    conditions that are tested on each case."""
    chosen = named.cases(connection, exact, text_search.FEW)
    sets: list[Set[str]] = [] if chosen.ids is None else [chosen.ids]
    asked = list(chosen.asked)
    for word in words:
        few = text_search.CASES.owners(connection, word)
        more = text_search.CASES_OF_INSTANCES.owners(connection, word)
        if few is None or more is None:
            asked.append(partial(_has, word=word))
        else:
            sets.append({*few, *more})
    some = _with_open_task(connection, exact, phase, role)
    if isinstance(some, Set):
        sets.append(some)
    elif some is not None:
        asked.append(some)
    asked += [] if sees_all(actor) else [partial(cases_of, actor)]
    return set.intersection(*map(set, sets)) if sets else None, asked


def _with_open_task(
    connection: Connection, exact: Exact, phase: str | None, role: str | None
) -> Set[str] | OfCase | None:
    """The ids of the cases with one open task that fulfils the filters of tasks; the condition that
    a case has one, when each filter alone leaves more tasks than are to be named; None without such
    filters."""
    people = named.assignees(connection, exact)
    if people == ():
        return set()
    equal = {"phase": phase, "role": role, "assignee_id": people[0] if people else None}
    tests: list[OfTask] = [
        partial(equals, name, value) for name, value in equal.items() if value is not None
    ]
    within = named.due(exact)
    tests += [] if within is None else [within]
    leads = [[test(TaskTable)] for test in tests]
    if exact.element is not None:
        tests.append(partial(equals, "element_id", exact.element))
        ranges = elements(connection, None, exact.element)
        leads += [] if ranges is None else [ranges]
    most = text_search.FEW + 1
    for lead in leads:
        parts = [select(*_TESTED).where(OPEN, only).limit(most).subquery() for only in lead]
        if not parts:
            return set()
        together = union_all(*(select(part) for part in parts)).limit(most)
        of = aliased(TaskTable, together.subquery())
        fitting = select(case((and_(*(test(of) for test in tests)), of.case_id)))
        found = connection.scalars(fitting).all()
        if len(found) <= text_search.FEW:
            return {case_id for case_id in found if case_id is not None}
    return partial(_has_open_task, tests) if tests else None


_TESTED = (
    TaskTable.id,
    TaskTable.case_id,
    TaskTable.phase,
    TaskTable.role,
    TaskTable.element_id,
    TaskTable.assignee_id,
    TaskTable.due,
)
"""The columns that tests of tasks look at."""


def _has_open_task(tests: Sequence[OfTask], case_id: text_search.TextColumn) -> ColumnElement[bool]:
    of_case = select(TaskTable.id).where(OPEN, TaskTable.case_id == case_id)
    return of_case.where(*(test(TaskTable) for test in tests)).offset(0).exists()


def begun_on(definition_id: str, case_id: text_search.TextColumn) -> ColumnElement[bool]:
    """The condition that a case began on this version of its process."""
    root = select(InstanceTable.id).where(InstanceTable.id == case_id)
    return root.where(InstanceTable.definition_id == definition_id).offset(0).exists()


def _has(case_id: text_search.TextColumn, word: str) -> ColumnElement[bool]:
    """The condition that a case has a word: its own, or that of the title of one of its
    instances."""
    return or_(
        text_search.CASES.has(case_id, word), text_search.CASES_OF_INSTANCES.has(case_id, word)
    )
