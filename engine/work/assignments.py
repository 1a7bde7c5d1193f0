"""Who does a user task: people take it, hand it back, hand it on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.access import actions
from engine.errors import Invalid, Problem
from engine.store.tables import PersonTable
from engine.unit_of_work import UnitOfWork
from engine.work import four_eyes, tasks


def claim(work: UnitOfWork, task_id: str, revision: int | None = None) -> dict[str, Any]:
    """Take a task that is offered to one's role."""
    task = tasks.for_change(work, actions.TASK_CLAIM, task_id, revision)
    four_eyes.authorize(work, task)
    changed = tasks.change(work, task, assignee_id=work.actor.id)
    tasks.note_fact(work, task, "task.claimed")
    return changed


def release(work: UnitOfWork, task_id: str, revision: int | None = None) -> dict[str, Any]:
    """Give a task back to its role; the draft stays with it."""
    task = tasks.for_change(work, actions.TASK_RELEASE, task_id, revision)
    changed = tasks.change(work, task, assignee_id=None)
    tasks.note_fact(work, task, "task.released")
    return changed


def reassign(
    work: UnitOfWork, task_id: str, username: str, revision: int | None = None
) -> dict[str, Any]:
    """Give a task to somebody who holds its role."""
    task = tasks.for_change(work, actions.TASK_REASSIGN, task_id, revision)
    person = work.connection.execute(
        select(PersonTable.id, PersonTable.name, PersonTable.roles, PersonTable.active).where(
            PersonTable.username == username
        )
    ).first()
    if person is None or not person.active:
        problem = Problem("unknown_person", f"there is no {username!r}", "username")
        raise Invalid([problem])
    if task.row.role is not None and task.row.role not in person.roles:
        text = f"{person.name} does not hold the role {task.row.role}"
        raise Invalid([Problem("not_in_role", text, "username", {"role": task.row.role})])
    tasks.refuse(four_eyes.problem(work.connection, task, person.id, "username"))
    changed = tasks.change(work, task, assignee_id=person.id)
    tasks.note_fact(
        work, task, "task.reassigned", {"assignee": person.id, "assignee_name": person.name}
    )
    return changed
