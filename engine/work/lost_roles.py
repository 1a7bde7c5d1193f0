"""What happens to the tasks of somebody whose role was taken away: they go back to the role."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from engine.store.tables import TaskTable
from engine.unit_of_work import UnitOfWork
from engine.views import Person
from engine.work import tasks
from engine.work.loaded_task import load_task


def give_back(work: UnitOfWork, person: Person, roles: Collection[str]) -> int:
    """Offer the person's open tasks of these roles to whoever holds the role; how many there were.
    A draft stays with its task. What the diagram gives to this very person stays theirs, unless
    their account is closed."""
    if not roles:
        return 0
    mine = select(TaskTable.id).where(
        TaskTable.state == "open",
        TaskTable.assignee_id == person.id,
        TaskTable.role.in_(sorted(roles)),
    )
    given = 0
    for task_id in work.connection.scalars(mine.order_by(TaskTable.id)).all():
        task = load_task(work, task_id)
        if person.active and task.named() == person.username:
            continue
        tasks.change(work, task, assignee_id=None)
        detail = {"from": person.id, "from_name": person.name}
        tasks.note_fact(work, task, "task.given_back", detail)
        given += 1
    return given
