"""What a completed task has led to: what is to be done next and by whom, or what is waited for."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from engine.access import actions
from engine.access.rules import authorize
from engine.queries import objects
from engine.queries.rows import people_by_id
from engine.queries.task_ranges import OPEN
from engine.queries.tasks import TASK, task_row, with_case
from engine.store.tables import CaseTable, InstanceTable, SubscriptionTable, TaskTable, TimerTable
from engine.unit_of_work import UnitOfWork
from engine.views import AwaitedEvent, FollowUp, TaskRow

MOST: Final = 10
"""How many tasks, and how many events, are told: a sentence about them is to be short."""
_PASSED: Final = ("intermediateCatchEvent", "receiveTask", "eventBasedGateway")
"""Where tokens stand while they wait. Boundary events and event sub-processes only listen beside
the work."""


def of_task(work: UnitOfWork, task_id: str) -> FollowUp:
    """What has happened in the case since the task was completed.

    :raises NotFound: when there is no such task, or the actor may not see it
    """
    authorize(
        work.actor, actions.TASK_VIEW, objects.task_object(work.connection, work.actor, task_id)
    )
    task = work.connection.execute(
        select(TaskTable.case_id, TaskTable.ended_at, CaseTable.state)
        .join(CaseTable, CaseTable.id == TaskTable.case_id)
        .where(TaskTable.id == task_id)
    ).one()
    new = TaskTable.opened_at >= task.ended_at
    opened = _tasks(work, TaskTable.case_id == task.case_id, new)
    if opened or task.ended_at is None:
        return FollowUp(task.state, opened)
    return FollowUp(
        task.state, left=_tasks(work, TaskTable.case_id == task.case_id), waits=_waits(work, task)
    )


def _tasks(work: UnitOfWork, *which: Any) -> tuple[TaskRow, ...]:
    listed = with_case(select(*TASK)).where(OPEN, *which)
    rows = work.connection.execute(
        listed.order_by(TaskTable.due.is_(None), TaskTable.due, TaskTable.place).limit(MOST)
    ).all()
    people = people_by_id(work.connection, (row.assignee_id for row in rows))
    return tuple(task_row(row, people) for row in rows)


def _waits(work: UnitOfWork, task: Any) -> tuple[AwaitedEvent, ...]:
    """The times and messages that tokens of the case wait for, the times first."""
    waits: list[AwaitedEvent] = []
    for table, columns in (
        (TimerTable, (TimerTable.due_at, TimerTable.due_at.label("name"))),
        (SubscriptionTable, (SubscriptionTable.opened_at, SubscriptionTable.name)),
    ):
        rows = work.connection.execute(
            select(table.element_id, InstanceTable.definition_id, *columns)
            .join(InstanceTable, InstanceTable.id == table.instance_id)
            .where(table.case_id == task.case_id)
            .order_by(columns[0], table.id)
        )
        for row in rows:
            definition = work.definitions.get(work.connection, row.definition_id)
            node = definition.model.nodes.get(row.element_id)
            if node is None or node.kind not in _PASSED:
                continue
            if table is TimerTable:
                waits.append(AwaitedEvent(node.name, row.due_at))
            else:
                message = definition.meta.messages.get(row.name)
                waits.append(AwaitedEvent(message.label if message else row.name))
    return tuple(waits[:MOST])
