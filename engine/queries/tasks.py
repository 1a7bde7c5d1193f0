"""Lists of user tasks: the inbox, and how much is in it.

The order is by due date, those without one last, then by id. A list is put together of index
ranges (``engine.access.offered_to``), each read in that order and no further than the page. Rows
without a date are a range of their own, so that no database has to sort to put them last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Subquery,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from engine.access import cases_of, offered_to, tasks_of_roles
from engine.queries import paging, search
from engine.queries.rows import AnyRow, AnySelect, People, people_by_id
from engine.store.models import Case, Customer, Task
from engine.views import COUNTED, Actor, Page, TaskRow

SHOW = ("mine", "role", "all")
DUE = ("late", "today", "coming")

OPEN: ColumnElement[bool] = Task.state == literal_column("'open'")
"""In the words of the partial indexes, without a bound parameter."""

TASK = (
    Task.id,
    Task.name,
    Task.element_id,
    Task.state,
    Task.case_id,
    Task.phase,
    Task.phase_title,
    Task.role,
    Task.assignee_id,
    Task.due,
    Task.opened_at,
    Task.ticked,
    Task.points,
    Task.draft_at,
    Task.revision,
    Case.number.label("case_number"),
    Customer.name.label("customer"),
)


def tasks(
    conn: Connection,
    actor: Actor,
    *,
    show: str = "mine",
    due: str | None = None,
    phase: str | None = None,
    role: str | None = None,
    q: str = "",
    cursor: str | None = None,
    limit: int = 25,
    today: date,
) -> Page[TaskRow]:
    """Open tasks that ``actor`` may see, a page at a time.

    ``show``: ``mine`` (assigned to the actor, or unassigned and of one of their roles), ``role``
    (of their roles, whoever has them), ``all`` (of all cases that they see). ``due``: ``late``,
    ``today``, ``coming`` (those without a date are coming) or None. ``q`` is searched in the
    task's name, and at the beginnings of the words that its case is found by (number, title,
    customer); every word must be found.

    Raises ``Invalid`` for an unknown ``show`` or ``due`` and for a cursor of another list.
    """
    branches, conditions = _chosen(conn, actor, show=show, phase=phase, role=role, q=q)
    paging.choice("due", due, (None, *DUE))
    after = paging.decode("tasks", cursor, paging.date_part, paging.text_part)
    limit = paging.bounded(limit)
    rows: list[AnyRow] = []
    if after is None or after[0] is not None:
        place = [*conditions, *_dated(due, today), *_after_dated(after)]
        rows += conn.execute(_ordered(branches, place, limit + 1)).all()
    if len(rows) <= limit and due in (None, "coming"):
        place = [*conditions, Task.due.is_(None)]
        if after is not None and after[0] is None:
            place.append(Task.id > after[1])
        rows += conn.execute(_ordered(branches, place, limit + 1 - len(rows))).all()
    people = people_by_id(conn, (row.assignee_id for row in rows))
    return paging.page(
        rows,
        limit,
        lambda row: task_row(row, people),
        lambda row: paging.encode("tasks", row.due, row.id),
    )


def task_counts(
    conn: Connection,
    actor: Actor,
    *,
    show: str = "mine",
    phase: str | None = None,
    role: str | None = None,
    q: str = "",
    today: date,
) -> Mapping[str, int]:
    """How many tasks ``tasks`` would list with the same filters, by due group:
    ``{"late": n, "today": n, "coming": n}``. A number above ``COUNTED`` says no more than that it
    is above it: what nobody counts costs nothing. Raises ``Invalid`` for an unknown ``show``."""
    branches, conditions = _chosen(conn, actor, show=show, phase=phase, role=role, q=q)
    ranges = [("late", Task.due < today), ("today", Task.due == today)]
    ranges += [("coming", Task.due > today), ("coming", Task.due.is_(None))]
    counted = []
    for name, dates in ranges:
        for branch in branches:
            some = select(Task.id).where(OPEN, branch, dates, *conditions).limit(COUNTED + 1)
            count = select(func.count()).select_from(some.subquery()).scalar_subquery()
            counted.append(select(literal(name).label("name"), count.label("n")))
    counts = dict.fromkeys(DUE, 0)
    for row in conn.execute(union_all(*counted)):
        counts[row.name] = min(counts[row.name] + row.n, COUNTED + 1)
    return counts


def task_row(row: AnyRow, people: People) -> TaskRow:
    """A row with the columns of ``TASK``; ``people`` hold the assignee."""
    return TaskRow(
        id=row.id,
        name=row.name,
        element_id=row.element_id,
        state=row.state,
        case_id=row.case_id,
        case_number=row.case_number,
        customer=row.customer,
        phase=row.phase,
        phase_title=row.phase_title,
        role=row.role,
        assignee=people.get(row.assignee_id or ""),
        due=row.due,
        opened_at=row.opened_at,
        ticked=row.ticked,
        points=row.points,
        has_draft=row.draft_at is not None and row.state == "open",
        revision=row.revision,
    )


def with_case(statement: AnySelect) -> AnySelect:
    """``statement`` over tasks, with their case and its customer."""
    joined = statement.join(Case, Case.id == Task.case_id)
    return joined.join(Customer, Customer.id == Case.customer_id, isouter=True)


# ---------------------------------------------------------------- parts


def _chosen(
    conn: Connection, actor: Actor, *, show: str, phase: str | None, role: str | None, q: str
) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """The index ranges that a list is read from, and what else its rows must fulfil."""
    paging.choice("show", show, SHOW)
    conditions: list[ColumnElement[bool]] = [] if phase is None else [Task.phase == phase]
    if show == "all":
        branches = [true() if role is None else Task.role == role]
        conditions.append(cases_of(actor, Task.case_id))
    else:
        branches = offered_to(actor) if show == "mine" else tasks_of_roles(actor)
        conditions += [] if role is None else [Task.role == role]
    words = search.words(q)
    if not words:
        return branches, conditions
    cases, found = _found(conn, words)
    if cases is not None:
        # A few cases are the shorter way: one range, in which the others are conditions.
        branches = [and_(Task.case_id.in_(cases), or_(*branches))]
    return branches, [*conditions, *found]


def _found(
    conn: Connection, words: Sequence[str]
) -> tuple[list[str] | None, list[ColumnElement[bool]]]:
    """The cases to look in, if they are few, and the conditions: every word stands in the task's
    name or is one that its case is found by."""
    names = list(conn.scalars(_names()))
    shortest: list[str] | None = None
    conditions = []
    for word in words:
        hits = search.texts_with(names, word)
        cases = search.CASES.few(conn, word)
        by_case = search.CASES.has(Task.case_id, word) if cases is None else Task.case_id.in_(cases)
        conditions.append(or_(Task.name.in_(hits), by_case) if hits else by_case)
        if not hits and cases is not None and (shortest is None or len(cases) < len(shortest)):
            shortest = cases
    return shortest, conditions


def _names() -> AnySelect:
    """The different names of open tasks, each found by one step in the index."""
    first = select(func.min(Task.name).label("name")).where(OPEN).cte("names", recursive=True)
    following = select(func.min(Task.name)).where(OPEN, Task.name > first.c.name)
    names = first.union_all(select(following.scalar_subquery()).where(first.c.name.is_not(None)))
    return select(names.c.name).where(names.c.name.is_not(None))


def _dated(due: str | None, today: date) -> list[ColumnElement[bool]]:
    if due == "late":
        return [Task.due < today]
    if due == "today":
        return [Task.due == today]
    return [Task.due > today] if due == "coming" else [Task.due.is_not(None)]


def _after_dated(after: tuple[Any, ...] | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    day, last = after
    return [Task.due >= day, or_(Task.due > day, and_(Task.due == day, Task.id > last))]


def _ordered(
    branches: Sequence[ColumnElement[bool]],
    conditions: Sequence[ColumnElement[bool]],
    count: int,
) -> AnySelect:
    """The first ``count`` tasks of all branches together."""
    parts = [
        select(Task.id, Task.due)
        .where(OPEN, branch, *conditions)
        .order_by(Task.due, Task.id)
        .limit(count)
        .subquery()
        for branch in branches
    ]
    merged: Subquery = parts[0]
    if len(parts) > 1:
        both = cast("list[AnySelect]", [select(part) for part in parts])
        found = union_all(*both).subquery()
        merged = (
            select(found.c.id, found.c.due).order_by(found.c.due, found.c.id).limit(count)
        ).subquery()
    listed = with_case(select(*TASK)).join(merged, merged.c.id == Task.id)
    return listed.order_by(merged.c.due, merged.c.id)
