"""A user task as it is opened for work: its row, its case, its instance and the end of its chain,
in one statement. A completion reads nothing else unless its diagram asks for more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select

from engine import access, feel
from engine.access import TaskObject
from engine.bpmn.meta import TaskMeta
from engine.errors import NotFound
from engine.queries import objects
from engine.queries.task_detail import Asks, asks
from engine.records import history
from engine.runtime import live
from engine.runtime.definitions import Loaded
from engine.runtime.work import Work
from engine.store.base import table_of
from engine.store.models import Case, Instance, PlanItem, Task

_TASK: Final = table_of(Task)
_INSTANCE: Final = table_of(Instance)

_USED: Final = (
    *(_TASK.c.id, _TASK.c.case_id, _TASK.c.instance_id, _TASK.c.definition_id),
    *(_TASK.c.element_id, _TASK.c.token, _TASK.c.name, _TASK.c.role, _TASK.c.assignee_id),
    *(_TASK.c.state, _TASK.c.revision, _TASK.c.local, _TASK.c.ticks, _TASK.c.opened_at),
    *(_TASK.c.draft_at, _TASK.c.ended_at, _TASK.c.completed_by, _TASK.c.due),
)
"""What is needed of a task's row; the driver makes an object for each column."""
_OPENED: Final = (
    select(
        *_USED,
        Case.state.label("case_state"),
        Case.people,
        Case.lead_role,
        *live.COLUMNS,
        *history.newest(_TASK.c.instance_id),
        select(PlanItem.id)
        .where(PlanItem.case_id == _TASK.c.case_id)
        .correlate(_TASK)
        .exists()
        .label("planned"),
    )
    .join_from(_TASK, table_of(Case), Case.id == _TASK.c.case_id)
    .join(_INSTANCE, _INSTANCE.c.id == _TASK.c.instance_id)
    .where(_TASK.c.id == bindparam("id"))
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A user task with its diagram. ``row`` has ``_USED`` by their names, the instance's columns
    after ``instance_``, and ``case_state``, ``people``, ``lead_role``, ``head_seq``,
    ``head_hash``, ``planned``.
    """

    row: Any
    loaded: Loaded
    meta: TaskMeta

    @property
    def variables(self) -> dict[str, Any]:
        """What the task sees, as FEEL values."""
        stored = {**self.row.instance_variables, **self.row.local}
        return {k: feel.from_json(v) for k, v in stored.items()}

    @property
    def conditional(self) -> bool:
        """Does what the task asks for depend on variables or answers?"""
        fields, points = self.meta.form, self.meta.checklist
        return any(f.required_when for f in fields) or any(p.applies for p in points)

    def asks(self, answers: Mapping[str, Any]) -> Asks:
        """What the task asks for, its conditions decided with the answers so far. A variable that
        nobody has set yet is null, and so is a condition that fails: a page must open anyway."""
        context: dict[str, Any] = {}

        def decide(text: str) -> Any:
            if not context:
                context.update(dict.fromkeys((f.id for f in self.meta.form), None))
                context.update(self.variables)
                context.update(answers)
            return self.loaded.executor.value_or_null(text, context)

        return asks(self.meta, decide)

    def takes(self, *types: str) -> bool:
        """Has the form a field of one of these types?"""
        return any(field.type in types for field in self.meta.form)


def opened(work: Work, task_id: str) -> Opened:
    """:raises NotFound: when there is no such task, in the words for one that is not the actor's"""
    row = work.connection.execute(_OPENED, {"id": task_id}).first()
    if row is None:
        raise NotFound()
    loaded = work.definitions.get(work.connection, row.definition_id)
    return Opened(row, loaded, loaded.meta.tasks[row.element_id])


def seen(work: Work, task: Opened) -> TaskObject:
    """The task as the rules of access see it. A case is visible to whoever has a part in this
    very task; others are asked for in the database."""
    row, actor = task.row, work.actor
    visible = (
        access.sees_all(actor)
        or row.role is None
        or row.role in actor.roles
        or actor.id in (row.assignee_id, row.completed_by)
    )
    if not (visible and actor.id):
        return objects.task_object(work.connection, actor, row.id)
    case = objects.case_of_row(row, visible=True)
    return TaskObject(row.id, case, row.role, row.assignee_id, row.state, row.revision)
