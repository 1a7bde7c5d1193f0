"""Process instances: the tree of a case, and what a diagram shows on its elements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import aliased

from engine.access import actions
from engine.access.rules import authorize
from engine.queries.objects import case_of_instance
from engine.queries.rows import TITLE, AnyRow, AnySelect, PeopleById, people_by_id, title_view
from engine.queries.task_ranges import OPEN
from engine.store.tables import (
    DefinitionTable,
    IncidentTable,
    InstanceTable,
    InstanceTitleTable,
    SubscriptionTable,
    TaskTable,
    TimerTable,
)
from engine.views import Actor, ElementState, InstanceView

MOST_INSTANCES = 1000
"""The most instances of a case's tree: the running ones first, then those that started last. A page
cannot show more."""

INSTANCE = (
    InstanceTable.id,
    InstanceTable.case_id,
    InstanceTable.parent_id,
    InstanceTable.depth,
    InstanceTable.definition_id,
    InstanceTable.state,
    InstanceTable.started_at,
    InstanceTable.ended_at,
    DefinitionTable.process_id,
    DefinitionTable.version,
    DefinitionTable.name,
    DefinitionTable.phase,
    *TITLE,
)
"""The columns of an instance's view."""


_EACH = aliased(InstanceTable)
CASE_REVISION = (
    select(func.coalesce(func.sum(_EACH.revision), 0) + func.count())
    .where(_EACH.case_id == bindparam("of_case"))
    .scalar_subquery()
    .label("revision")
)
"""A number that rises with every step of any instance of the case ``of_case``."""


def case_revision(connection: Connection, case_id: str) -> int:
    """A number that rises with every step of any instance of the case."""
    return int(connection.scalar(select(CASE_REVISION), {"of_case": case_id}) or 0)


def get(connection: Connection, actor: Actor, instance_id: str) -> InstanceView:
    """One instance. Raises ``NotFound``."""
    authorize(actor, actions.CASE_VIEW, case_of_instance(connection, actor, instance_id))
    return _view(connection.execute(_instances().where(InstanceTable.id == instance_id)).one())


def of_case(connection: Connection, case_id: str) -> tuple[InstanceView, ...]:
    """The instances of a case, each followed by its children, the older first; at most
    ``MOST_INSTANCES``. The caller has authorised the case."""
    rows = connection.execute(
        _instances()
        .where(InstanceTable.case_id == case_id)
        .order_by(
            InstanceTable.ended_at.is_not(None), InstanceTable.started_at.desc(), InstanceTable.id
        )
        .limit(MOST_INSTANCES)
    ).all()
    known = {row.id for row in rows}
    children: dict[str | None, list[AnyRow]] = {}
    for row in sorted(rows, key=lambda r: (r.started_at, r.depth, r.id), reverse=True):
        children.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    tree: list[InstanceView] = []
    # Each list is newest first, so that the stack gives the oldest first.
    stack = children.get(None, [])
    while stack:
        row = stack.pop()
        tree.append(_view(row))
        stack += children.get(row.id, [])
    return tuple(tree)


# ---------------------------------------------------------------- what a diagram shows


def element_states(
    connection: Connection, actor: Actor, instance_id: str, *, today: date
) -> Mapping[str, ElementState]:
    """What the diagram of an instance shows on each element, by element id; elements that were
    never reached are left out. Raises ``NotFound``.

    An element in several states shows the most urgent: incident, late, open, waiting, done,
    cancelled. ``count`` is how many tokens are there now, else how often the element was completed.
    """
    authorize(actor, actions.CASE_VIEW, case_of_instance(connection, actor, instance_id))
    row = connection.execute(
        select(InstanceTable.case_id, InstanceTable.passed).where(InstanceTable.id == instance_id)
    ).one()
    states = {
        element: ElementState(element, "done", count=count)
        for element, count in row.passed.items()
        if count
    }
    _add_waiting(connection, instance_id, states)
    _add_tasks(connection, instance_id, states, today)
    _add_children(connection, row.case_id, instance_id, states, today)
    stopped = select(IncidentTable.element_id).where(
        IncidentTable.instance_id == instance_id, IncidentTable.resolved_at.is_(None)
    )
    for element in connection.scalars(stopped):
        if element is not None:
            known = states.get(element, ElementState(element, "incident"))
            states[element] = replace(known, state="incident")
    return states


def _add_waiting(connection: Connection, instance_id: str, states: dict[str, ElementState]) -> None:
    waiting: dict[str, int] = {}
    for table in (TimerTable, SubscriptionTable):
        statement = select(table.element_id).where(table.instance_id == instance_id)
        for element in connection.scalars(statement):
            waiting[element] = waiting.get(element, 0) + 1
    for element, count in waiting.items():
        states[element] = ElementState(element, "waiting", count=count)


def _add_tasks(
    connection: Connection, instance_id: str, states: dict[str, ElementState], today: date
) -> None:
    rows = connection.execute(
        select(
            TaskTable.id,
            TaskTable.element_id,
            TaskTable.state,
            TaskTable.due,
            TaskTable.opened_at,
            TaskTable.completed_by,
        ).where(TaskTable.instance_id == instance_id)
    ).all()
    people = people_by_id(connection, (row.completed_by for row in rows))
    by_element: dict[str, list[AnyRow]] = {}
    for row in sorted(rows, key=lambda r: (r.opened_at, r.state == "completed", r.id)):
        by_element.setdefault(row.element_id, []).append(row)
    for element, tasks in by_element.items():
        states[element] = _task_state(element, tasks, people, states.get(element), today)


def _task_state(
    element: str,
    tasks: Sequence[AnyRow],
    people: PeopleById,
    known: ElementState | None,
    today: date,
) -> ElementState:
    opened = [task for task in tasks if task.state == "open"]
    if opened:
        days = _days_late((task.due for task in opened), today)
        return ElementState(
            element,
            "late" if days else "open",
            count=len(opened),
            task_id=opened[-1].id,
            days_late=days,
        )
    last = tasks[-1]
    if last.state == "completed":
        signer = people.get(last.completed_by or "")
        done = sum(task.state == "completed" for task in tasks)
        return ElementState(
            element,
            "done",
            count=max(done, known.count if known and known.state == "done" else 0),
            task_id=last.id,
            badge=signer.initials if signer else "",
        )
    return ElementState(element, "cancelled", count=len(tasks), task_id=last.id)


def _add_children(
    connection: Connection,
    case_id: str,
    instance_id: str,
    states: dict[str, ElementState],
    today: date,
) -> None:
    """Add the call activities: the child instance that started last, and how late the tasks in and
    below the running children are."""
    rows = connection.execute(
        select(InstanceTable.id, InstanceTable.parent_element, InstanceTable.state)
        .where(InstanceTable.parent_id == instance_id, InstanceTable.parent_element.is_not(None))
        .order_by(InstanceTable.started_at, InstanceTable.id)
    ).all()
    by_element: dict[str, list[AnyRow]] = {}
    for row in rows:
        by_element.setdefault(row.parent_element, []).append(row)
    running = any(row.state in _RUNNING for row in rows)
    late = _late_below(connection, case_id, instance_id, today) if running else {}
    for element, children in by_element.items():
        alive = [child for child in children if child.state in _RUNNING]
        days = max((late.get(child.id, 0) for child in alive), default=0)
        state: Literal["done", "open", "late", "incident", "cancelled"]
        if any(child.state == "incident" for child in alive):
            state = "incident"
        elif alive:
            state = "late" if days else "open"
        else:
            state = "done" if children[-1].state == "completed" else "cancelled"
        states[element] = ElementState(
            element,
            state,
            count=len(alive) or len(children),
            days_late=days,
            instance_id=(alive or children)[-1].id,
        )


_RUNNING = ("running", "incident")


def _late_below(connection: Connection, case_id: str, top: str, today: date) -> dict[str, int]:
    """By how many days the most overdue open task in or below each child of ``top`` is late. Only
    running instances are read, because all instances above an open task are running."""
    due = connection.execute(
        select(TaskTable.instance_id, func.min(TaskTable.due).label("due"))
        .where(TaskTable.case_id == case_id, OPEN, TaskTable.due < today)
        .group_by(TaskTable.instance_id)
    ).all()
    if not due:
        return {}
    running = select(InstanceTable.id, InstanceTable.parent_id).where(
        InstanceTable.case_id == case_id, InstanceTable.ended_at.is_(None)
    )
    parents = {row.id: row.parent_id for row in connection.execute(running)}
    late: dict[str, int] = {}
    for row in due:
        child = row.instance_id
        while child is not None and parents.get(child) != top:
            child = parents.get(child)
        if child is not None:
            late[child] = max(late.get(child, 0), _days_late([row.due], today))
    return late


def _days_late(dates: Iterable[date | None], today: date) -> int:
    return max((max((today - due).days, 0) for due in dates if due is not None), default=0)


# ---------------------------------------------------------------- parts


def _instances() -> AnySelect:
    return (
        select(*INSTANCE)
        .join(DefinitionTable, DefinitionTable.id == InstanceTable.definition_id)
        .outerjoin(InstanceTitleTable, InstanceTitleTable.instance_id == InstanceTable.id)
    )


def _view(row: AnyRow) -> InstanceView:
    return InstanceView(
        id=row.id,
        case_id=row.case_id,
        parent_id=row.parent_id,
        definition_id=row.definition_id,
        process_id=row.process_id,
        version=row.version,
        name=row.name,
        phase=row.phase,
        state=row.state,
        started_at=row.started_at,
        ended_at=row.ended_at,
        depth=row.depth,
        about=title_view(row),
    )
