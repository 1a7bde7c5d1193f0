"""Four eyes: another person than the one who did an earlier step (``sp:signature notBy``).

It is asked at every change of person: when a task is claimed, given away, taken over, completed or
signed, when it opens and when the plan gives it to somebody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import Connection, bindparam, select

from engine.errors import NotAllowed, Problem
from engine.store.base import table_of
from engine.store.tables import TaskTable
from engine.unit_of_work import UnitOfWork
from engine.work.loaded_task import LoadedTask

_TASK: Final = table_of(TaskTable)
_DONE: Final = (
    select(_TASK.c.completed_by, _TASK.c.name)
    .where(
        _TASK.c.instance_id == bindparam("instance_id"),
        _TASK.c.element_id.in_(bindparam("elements", expanding=True)),
        _TASK.c.state == "completed",
        _TASK.c.completed_by.is_not(None),
    )
    .order_by(_TASK.c.ended_at)
)


def doers(connection: Connection, instance_id: str, elements: Collection[str]) -> Mapping[str, str]:
    """Who has done one of the steps in this instance, in any round: the step's name by the
    person's id."""
    if not elements:
        return {}
    given = {"instance_id": instance_id, "elements": list(elements)}
    return {row.completed_by: row.name for row in connection.execute(_DONE, given)}


def barred(connection: Connection, task: LoadedTask) -> Mapping[str, str]:
    """Who may not do the task: the step that they have done, by the person's id."""
    found = dict(doers(connection, task.row.instance_id, task.meta.signature.not_by))
    if task.row.counter_of is not None:
        first = select(_TASK.c.completed_by, _TASK.c.name).where(_TASK.c.id == task.row.counter_of)
        found |= {row.completed_by: row.name for row in connection.execute(first)}
    return found


def authorize(work: UnitOfWork, task: LoadedTask) -> None:
    """:raises NotAllowed: ``four_eyes`` when the actor has done what another person must have"""
    step = barred(work.connection, task).get(work.actor.id)
    if step is not None:
        text = f"{work.actor.name} has done “{step}”: another person does this."
        raise NotAllowed(text, code="four_eyes", step=step)


def problem(connection: Connection, task: LoadedTask, person_id: str, field: str) -> list[Problem]:
    """What is wrong with giving the task to a person."""
    step = barred(connection, task).get(person_id)
    if step is None:
        return []
    return [Problem("did_before", f"the person has done “{step}”", field, {"step": step})]
