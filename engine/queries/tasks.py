"""Lists of user tasks: the inbox, and how much is in it.

The order is by due date, those without one last, then by id. Rows without a date are a list of
their own, so that no database has to sort to put them last. Which tasks they are is found by
``queries/inbox``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from engine.queries import inbox, paging, search
from engine.queries.inbox import Condition, Place, Tasks
from engine.queries.rows import AnyRow, AnySelect, People, people_by_id
from engine.store.tables import CaseTable, CustomerTable, TaskTable
from engine.views import Actor, Count, Page, TaskRow

SHOW = ("mine", "role", "all")
DUE = ("late", "today", "coming")

TASK = (
    TaskTable.id,
    TaskTable.name,
    TaskTable.element_id,
    TaskTable.state,
    TaskTable.case_id,
    TaskTable.phase,
    TaskTable.phase_title,
    TaskTable.role,
    TaskTable.assignee_id,
    TaskTable.due,
    TaskTable.opened_at,
    TaskTable.ticked,
    TaskTable.points,
    TaskTable.draft_at,
    TaskTable.revision,
    CaseTable.number.label("case_number"),
    CustomerTable.name.label("customer"),
)


def tasks(
    connection: Connection,
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

    What no index leads to is asked of ``inbox.LOOKED_AT`` tasks a page, so one can be short, or
    empty, and still have a next one. Raises ``Invalid`` for an unknown ``show`` or ``due`` and for
    a cursor of another list.
    """
    paging.choice("show", show, SHOW)
    paging.choice("due", due, (None, *DUE))
    after = paging.decode("tasks", cursor, paging.date_part, paging.text_part)
    limit = paging.bounded(limit)
    chosen = inbox.choose(connection, actor, search.words(q), show=show, phase=phase, role=role)
    rows: list[AnyRow] = []
    end: Place | None = None
    for window in _windows(due, Place(*after) if after else None, today):
        if chosen.ranges and len(rows) <= limit and end is None:
            found, end = inbox.find(connection, chosen, window, limit + 1 - len(rows))
            rows += connection.execute(_listed(found)).all()
    people = people_by_id(connection, (row.assignee_id for row in rows))

    def place(row: AnyRow | Place) -> str:
        return paging.encode("tasks", row.due, row.id)

    page = paging.page(rows, limit, lambda row: task_row(row, people), place)
    return Page(page.items, place(end)) if page.next is None and end is not None else page


def task_counts(
    connection: Connection,
    actor: Actor,
    *,
    show: str = "mine",
    phase: str | None = None,
    role: str | None = None,
    q: str = "",
    today: date,
) -> Mapping[str, Count]:
    """How many tasks ``tasks`` would list with the same filters, by due group: ``late``, ``today``
    and ``coming``. What nobody counts costs nothing: a count says when it is a lower bound. Raises
    ``Invalid`` for an unknown ``show``."""
    paging.choice("show", show, SHOW)
    chosen = inbox.choose(connection, actor, search.words(q), show=show, phase=phase, role=role)
    groups: list[tuple[str, Condition]] = [(due, partial(_dated, due, today)) for due in DUE]
    return inbox.count(connection, chosen, [*groups, ("coming", _undated)])


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
    joined = statement.join(CaseTable, CaseTable.id == TaskTable.case_id)
    return joined.join(CustomerTable, CustomerTable.id == CaseTable.customer_id, isouter=True)


# ---------------------------------------------------------------- parts


def _windows(due: str | None, after: Place | None, today: date) -> list[list[Condition]]:
    """What is to be read after a place: of the tasks with a date, then of those without."""
    windows: list[list[Condition]] = []
    if after is None or after.due is not None:
        windows.append([partial(_dated, due, today), *_after_dated(after)])
    if due in (None, "coming"):
        behind = after is not None and after.due is None
        windows.append([_undated, *([lambda of: of.id > after.id] if after and behind else [])])
    return windows


def _dated(due: str | None, today: date, of: Tasks) -> ColumnElement[bool]:
    if due == "late":
        return of.due < today
    if due == "today":
        return of.due == today
    return of.due > today if due == "coming" else of.due.is_not(None)


def _undated(of: Tasks) -> ColumnElement[bool]:
    return of.due.is_(None)


def _after_dated(after: Place | None) -> list[Condition]:
    if after is None:
        return []
    day, last = after

    def behind(of: Tasks) -> ColumnElement[bool]:
        return and_(of.due >= day, or_(of.due > day, and_(of.due == day, of.id > last)))

    return [behind]


def _listed(found: AnySelect) -> AnySelect:
    """What a list shows of the tasks that were found, in their order."""
    page = found.subquery()
    listed = with_case(select(*TASK)).join(page, page.c.id == TaskTable.id)
    return listed.order_by(page.c.due, page.c.id)
