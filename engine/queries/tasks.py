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
    case,
    func,
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
from engine.views import Actor, Page, TaskRow

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
    task's name, the customer's name and the case's number; every word must be found.

    Raises ``Invalid`` for an unknown ``show`` or ``due`` and for a cursor of another list.
    """
    branches, conditions = _chosen(conn, actor, show=show, phase=phase, role=role, q=q)
    paging.choice("due", due, (None, *DUE))
    after = paging.decode("tasks", cursor, paging.date_part, paging.text_part)
    limit = paging.bounded(limit)
    rows: list[AnyRow] = []
    if after is None or after[0] is not None:
        place = [*conditions, *_dated(due, today), *_after_dated(after)]
        rows += conn.execute(_ordered(branches, place, bool(q), limit + 1)).all()
    if len(rows) <= limit and due in (None, "coming"):
        place = [*conditions, Task.due.is_(None)]
        if after is not None and after[0] is None:
            place.append(Task.id > after[1])
        rows += conn.execute(_ordered(branches, place, bool(q), limit + 1 - len(rows))).all()
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
    ``{"late": n, "today": n, "coming": n}``. Raises ``Invalid`` for an unknown ``show``."""
    branches, conditions = _chosen(conn, actor, show=show, phase=phase, role=role, q=q)
    parts = [_from(select(Task.due), bool(q)).where(OPEN, b, *conditions) for b in branches]
    found = union_all(*parts).subquery()
    late = func.sum(case((found.c.due < today, 1), else_=0))
    now = func.sum(case((found.c.due == today, 1), else_=0))
    row = conn.execute(select(late, now, func.count()).select_from(found)).one()
    late_count, today_count, all_count = (int(n or 0) for n in row)
    return {
        "late": late_count,
        "today": today_count,
        "coming": all_count - late_count - today_count,
    }


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
    conditions = search.found(conn, q, (Task.name, Case.number, Customer.name))
    if phase is not None:
        conditions.append(Task.phase == phase)
    if show == "all":
        branch = true() if role is None else Task.role == role
        return [branch], [cases_of(actor, Task.case_id), *conditions]
    if role is not None:
        conditions.append(Task.role == role)
    return (offered_to(actor) if show == "mine" else tasks_of_roles(actor)), conditions


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


def _from(statement: AnySelect, searched: bool) -> AnySelect:
    return with_case(statement) if searched else statement.select_from(Task)


def _ordered(
    branches: Sequence[ColumnElement[bool]],
    conditions: Sequence[ColumnElement[bool]],
    searched: bool,
    count: int,
) -> AnySelect:
    """The first ``count`` tasks of all branches together."""
    parts = [
        _from(select(Task.id, Task.due), searched)
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
