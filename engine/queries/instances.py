"""Process instances: the tree of a case, and what a diagram shows on its elements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, Literal

from sqlalchemy import Connection, Date, String, bindparam, func, select

from engine.access import actions
from engine.access.rules import authorize
from engine.queries import case_rows
from engine.queries.case_rows import INSTANCE, CaseRows
from engine.queries.objects import case_of_instance
from engine.queries.rows import AnyRow, PeopleById, people_by_id, title_view
from engine.queries.task_ranges import OPEN
from engine.store.tables import (
    DefinitionTable,
    InstanceTable,
    InstanceTitleTable,
    TaskTable,
)
from engine.views import Actor, ElementState, InstanceView

_REVISION: Final = select(func.coalesce(func.sum(InstanceTable.revision), 0) + func.count()).where(
    InstanceTable.case_id == bindparam("of_case")
)


def case_revision(connection: Connection, case_id: str) -> int:
    """A number that rises with every step of any instance of the case."""
    return int(connection.scalar(_REVISION, {"of_case": case_id}) or 0)


def get(connection: Connection, actor: Actor, instance_id: str) -> InstanceView:
    """One instance. Raises ``NotFound``."""
    authorize(actor, actions.CASE_VIEW, case_of_instance(connection, actor, instance_id))
    return _view(connection.execute(_ONE, {"instance": instance_id}).one())


def tree(rows: Sequence[AnyRow]) -> tuple[InstanceView, ...]:
    """The instances of a case (``CaseRows.instances``), each followed by its children, the older
    first."""
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
    given = {"instance": instance_id}
    row = connection.execute(_PASSED, given).one()
    tasks = connection.execute(_TASKS, given).all()
    children = connection.execute(_CHILDREN, given).all()
    late: Mapping[str, int] = {}
    if any(child.state in _RUNNING for child in children):
        late = _late_below(connection, row.case_id, instance_id, today)
    return states(
        row.passed,
        waits=case_rows.waits(connection, row.case_id, instance_id),
        tasks=tasks,
        people=people_by_id(connection, (task.completed_by for task in tasks)),
        children=children,
        late=late,
        instance_id=instance_id,
        today=today,
    )


def shown_states(
    connection: Connection,
    rows: CaseRows,
    people: PeopleById,
    waits: Iterable[AnyRow],
    instance_id: str,
    *,
    today: date,
) -> Mapping[str, ElementState]:
    """``element_states`` of an instance of a case whose rows are there already."""
    row = next(row for row in rows.instances if row.id == instance_id)
    if rows.whole:
        children: Sequence[AnyRow] = sorted(
            (r for r in rows.instances if r.parent_id == instance_id and r.parent_element),
            key=lambda r: (r.started_at, r.id),
        )
    else:
        children = connection.execute(_CHILDREN, {"instance": instance_id}).all()
    late: Mapping[str, int] = {}
    if any(child.state in _RUNNING for child in children):
        due: dict[str, date] = {}
        for task in rows.tasks:
            if task.state == "open" and task.due is not None and task.due < today:
                known = due.get(task.instance_id, task.due)
                due[task.instance_id] = min(known, task.due)
        parents = {r.id: r.parent_id for r in rows.instances if r.ended_at is None}
        late = _late(due, parents, instance_id, today)
    tasks = [task for task in rows.tasks if task.instance_id == instance_id]
    return states(
        row.passed or {},
        waits=waits,
        tasks=tasks,
        people=people,
        children=children,
        late=late,
        instance_id=instance_id,
        today=today,
    )


def states(
    passed: Mapping[str, int],
    *,
    waits: Iterable[AnyRow],
    tasks: Iterable[AnyRow],
    people: PeopleById,
    children: Iterable[AnyRow],
    late: Mapping[str, int],
    instance_id: str,
    today: date,
) -> Mapping[str, ElementState]:
    """What the diagram of an instance shows, of what it has ``passed``, what it ``waits`` for
    (``case_rows.waits``), its ``tasks``, its ``children`` and by how many days they are ``late``.
    """
    states = {
        element: ElementState(element, "done", count=count)
        for element, count in passed.items()
        if count
    }
    here = [row for row in waits if row.instance_id == instance_id]
    waiting: dict[str, int] = {}
    for row in here:
        if row.kind != "incident":
            waiting[row.element_id] = waiting.get(row.element_id, 0) + 1
    for element, count in waiting.items():
        states[element] = ElementState(element, "waiting", count=count)
    _add_tasks(tasks, people, states, today)
    _add_children(children, late, states)
    for row in here:
        if row.kind == "incident" and row.element_id is not None:
            known = states.get(row.element_id, ElementState(row.element_id, "incident"))
            states[row.element_id] = replace(known, state="incident")
    return states


def _add_tasks(
    rows: Iterable[AnyRow], people: PeopleById, states: dict[str, ElementState], today: date
) -> None:
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
    rows: Iterable[AnyRow], late: Mapping[str, int], states: dict[str, ElementState]
) -> None:
    """Add the call activities: the child instance that started last, and how late the tasks in and
    below the running children are."""
    by_element: dict[str, list[AnyRow]] = {}
    for row in rows:
        by_element.setdefault(row.parent_element, []).append(row)
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
    found = connection.execute(_LATE, {"case": case_id, "today": today}).all()
    if not found:
        return {}
    parents = {row.id: row.parent_id for row in connection.execute(_PARENTS, {"case": case_id})}
    return _late({row.instance_id: row.due for row in found}, parents, top, today)


def _late(
    due: Mapping[str, date], parents: Mapping[str, str | None], top: str, today: date
) -> dict[str, int]:
    """By how many days each child of ``top`` is late, of the earliest day that is ``due`` in some
    instances and the ``parents`` of those that run."""
    late: dict[str, int] = {}
    for instance_id, day in due.items():
        child: str | None = instance_id
        while child is not None and parents.get(child) != top:
            child = parents.get(child)
        if child is not None:
            late[child] = max(late.get(child, 0), _days_late([day], today))
    return late


def _days_late(dates: Iterable[date | None], today: date) -> int:
    return max((max((today - due).days, 0) for due in dates if due is not None), default=0)


# ---------------------------------------------------------------- parts

_INSTANCE, _CASE = bindparam("instance", type_=String), bindparam("case", type_=String)
_PASSED: Final = select(InstanceTable.case_id, InstanceTable.passed).where(
    InstanceTable.id == _INSTANCE
)
_TASKS: Final = select(
    TaskTable.id,
    TaskTable.element_id,
    TaskTable.state,
    TaskTable.due,
    TaskTable.opened_at,
    TaskTable.completed_by,
).where(TaskTable.instance_id == _INSTANCE)
_CHILDREN: Final = (
    select(InstanceTable.id, InstanceTable.parent_element, InstanceTable.state)
    .where(InstanceTable.parent_id == _INSTANCE, InstanceTable.parent_element.is_not(None))
    .order_by(InstanceTable.started_at, InstanceTable.id)
)
_LATE: Final = (
    select(TaskTable.instance_id, func.min(TaskTable.due).label("due"))
    .where(TaskTable.case_id == _CASE, OPEN, TaskTable.due < bindparam("today", type_=Date))
    .group_by(TaskTable.instance_id)
)
_PARENTS: Final = select(InstanceTable.id, InstanceTable.parent_id).where(
    InstanceTable.case_id == _CASE, InstanceTable.ended_at.is_(None)
)
_ONE: Final = (
    select(*INSTANCE)
    .join(DefinitionTable, DefinitionTable.id == InstanceTable.definition_id)
    .outerjoin(InstanceTitleTable, InstanceTitleTable.instance_id == InstanceTable.id)
    .where(InstanceTable.id == _INSTANCE)
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
