"""The ranges of indexes along which open tasks are read: whose they are, and of which elements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select, true

from engine.access.conditions import offered_to, tasks_of_roles
from engine.queries.rows import AnySelect
from engine.queries.text_search import TextColumn
from engine.store.tables import TaskTable
from engine.views import Actor

ELEMENTS = 50
"""The most elements of a process that are read as one index range each."""

OPEN: ColumnElement[bool] = TaskTable.state == literal_column("'open'")
"""The condition that a task is open, in the words of the partial indexes and without a bound
parameter: else no database uses those indexes."""


def whose(
    actor: Actor, show: str, role: str | None, people: Sequence[str] | None
) -> list[ColumnElement[bool]]:
    """The index ranges of the tasks that ``show`` and ``role`` name, assigned to one of ``people``
    (None: to anybody)."""
    if show == "mine":
        ranges = offered_to(actor, role)
        # The first of them has what is assigned to the actor.
        return ranges if people is None else ranges[:1] if actor.id in people else []
    if show == "role":
        ranges = tasks_of_roles(actor, role)
    else:
        ranges = [true() if role is None else TaskTable.role == role]
    if people is None:
        return ranges
    return [and_(only, TaskTable.assignee_id == id) for only in ranges for id in people]


def elements(
    connection: Connection, process: str | None, element: str | None
) -> list[ColumnElement[bool]] | None:
    """The index ranges of the tasks of an element, a process or both; None without any, and for a
    process with more than ``ELEMENTS`` elements that have open tasks."""
    column, of_element = TaskTable.element_id, TaskTable.element_id == element
    if process is None:
        if element is None:
            return None
        column = TaskTable.process_id
        listed = distinct(column)
        first = select(TaskTable.id).where(OPEN, column == listed.selected_columns.value)
        known = list(connection.scalars(listed.where(first.where(of_element).offset(0).exists())))
        ranges = [and_(column == other, of_element) for other in known]
    else:
        of_process = TaskTable.process_id == process
        if element is not None:
            return [and_(of_process, of_element)]
        known = list(connection.scalars(distinct(column, of_process).limit(ELEMENTS + 1)))
        ranges = [and_(of_process, column == other) for other in known]
    return ranges if len(ranges) <= ELEMENTS else None


def distinct(column: TextColumn, *among: ColumnElement[bool]) -> AnySelect:
    """The different values of a column in open tasks, as ``value``; each costs one step in an
    index."""
    least = select(func.min(column).label("value")).where(OPEN, *among)
    first = least.cte("different", recursive=True)
    following = select(func.min(column)).where(OPEN, *among, column > first.c.value)
    different = first.union_all(
        select(following.scalar_subquery()).where(first.c.value.is_not(None))
    )
    return select(different.c.value).where(different.c.value.is_not(None))
