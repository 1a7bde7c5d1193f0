"""A task goes from the colleague who has it to another who holds the same role."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select, update

from engine.access import actions
from engine.access.rules import authorize
from engine.blank_text import is_blank
from engine.errors import Conflict, Invalid, Problem
from engine.store.tables import PersonTable, TaskTable
from engine.unit_of_work import UnitOfWork
from engine.work import four_eyes, notices, tasks
from engine.work.loaded_task import access_object

REASON_LENGTH: Final = 2000
"""The most characters of the reason."""


def take_over(
    work: UnitOfWork, task_id: str, reason: str, revision: int | None = None
) -> dict[str, Any]:
    """Take a task from the colleague who has it, who is told so; its draft stays with it.

    :raises Invalid: without a reason
    :raises NotAllowed: when the diagram gives the task to the very person who has it
    """
    task = tasks.for_change(work, actions.TASK_TAKE_OVER, task_id, revision)
    before = work.connection.execute(
        select(
            PersonTable.id,
            PersonTable.username,
            PersonTable.name,
            PersonTable.email,
            PersonTable.active,
        ).where(PersonTable.id == task.row.assignee_id)
    ).one()
    thing = replace(access_object(work, task), named=before.username == task.named())
    authorize(work.actor, actions.TASK_TAKE_OVER, thing)
    four_eyes.authorize(work, task)
    said = _checked(reason)
    at = task.row.revision
    changed = work.connection.execute(
        update(TaskTable)
        .where(TaskTable.id == task_id, TaskTable.revision == at, TaskTable.state == "open")
        .values(assignee_id=work.actor.id, revision=at + 1)
    )
    if not changed.rowcount:
        raise Conflict("Somebody has changed this task just now.")
    detail = {"from": before.id, "from_name": before.name, "reason": said}
    tasks.note_fact(work, task, "task.taken_over", detail)
    notices.taken_over(work, task, before, said)
    return {"revision": at + 1}


def _checked(reason: str) -> str:
    said = reason.strip()
    if is_blank(said):
        raise Invalid([Problem("required", "say why you take the task over", "reason")])
    if len(said) > REASON_LENGTH:
        text = f"at most {REASON_LENGTH} characters"
        raise Invalid([Problem("too_long", text, "reason", {"maximum": REASON_LENGTH})])
    return said
