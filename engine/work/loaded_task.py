"""A user task as it is opened for work: its row, its case, its instance and the end of its chain,
in one statement. A completion reads nothing else unless its diagram asks for more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select

from engine import feel
from engine.access import actions, rules
from engine.access.rules import CaseObject, TaskObject
from engine.bpmn.meta import TaskMeta
from engine.definitions.library import ExecutableDefinition
from engine.errors import NotFound
from engine.queries import objects, task_detail
from engine.queries.task_detail import TaskRequirements
from engine.store.base import table_of
from engine.store.tables import CaseTable, InstanceTable, TaskTable
from engine.unit_of_work import (
    INSTANCE_COLUMNS,
    InstanceSnapshot,
    UnitOfWork,
    snapshot,
    surroundings,
)
from engine.views import PlanRow, Point, TaskForm
from engine.work.forms import asks

_TASK: Final = table_of(TaskTable)
_INSTANCE: Final = table_of(InstanceTable)

_USED: Final = (
    *(_TASK.c.id, _TASK.c.case_id, _TASK.c.instance_id, _TASK.c.definition_id),
    *(_TASK.c.element_id, _TASK.c.token, _TASK.c.name, _TASK.c.role, _TASK.c.assignee_id),
    *(_TASK.c.state, _TASK.c.revision, _TASK.c.local, _TASK.c.ticks, _TASK.c.opened_at),
    *(_TASK.c.draft_at, _TASK.c.ended_at, _TASK.c.completed_by, _TASK.c.due),
    *(_TASK.c.answers, _TASK.c.note, _TASK.c.counter_of),
)
"""What is needed of a task's row, in the order of ``StoredTask``; the driver makes an object for
each column."""
_STORED: Final = (
    select(
        *_USED,
        CaseTable.state.label("case_state"),
        CaseTable.lead_role,
        *INSTANCE_COLUMNS,
        *surroundings(_TASK.c.case_id, _TASK.c.instance_id, _TASK),
    )
    .join_from(_TASK, table_of(CaseTable), CaseTable.id == _TASK.c.case_id)
    .join(_INSTANCE, _INSTANCE.c.id == _TASK.c.instance_id)
    .where(_TASK.c.id == bindparam("id"))
)


class StoredTask(NamedTuple):
    """A user task's row, with its case's state and its instance's snapshot. ``local``, ``ticks``
    and ``answers`` are JSON: variables of the task's own token, what was ticked by whom and when,
    and the draft or the final answers."""

    id: str
    case_id: str
    instance_id: str
    definition_id: str
    element_id: str
    token: str
    name: str
    role: str | None
    assignee_id: str | None
    state: str
    revision: int
    local: Mapping[str, Any]
    ticks: Mapping[str, Mapping[str, Any]]
    opened_at: datetime
    draft_at: datetime | None
    ended_at: datetime | None
    completed_by: str | None
    due: date | None
    answers: Mapping[str, Any]
    note: str
    counter_of: str | None
    case_state: str
    lead_role: str | None
    snapshot: InstanceSnapshot


@dataclass(frozen=True, slots=True)
class LoadedTask:
    """A user task with its diagram."""

    row: StoredTask
    definition: ExecutableDefinition
    meta: TaskMeta

    @property
    def variables(self) -> feel.StoredValues:
        """What the task sees, as FEEL values."""
        return feel.StoredValues({**self.row.snapshot.instance.variables, **self.row.local})

    @property
    def is_first_of_two(self) -> bool:
        """Is a signature of it followed by a counter-signature?"""
        return self.meta.signature.counter_role is not None and self.row.counter_of is None

    @property
    def conditional(self) -> bool:
        """Does what the task asks for depend on variables or answers?"""
        fields, points = self.meta.form, self.meta.checklist
        return any(f.required_when for f in fields) or any(p.applies for p in points)

    def asks(self, answers: Mapping[str, Any]) -> TaskRequirements:
        """What the task asks for, its conditions decided with the answers so far. A variable that
        nobody has set yet is null, and so is a condition that fails: a page must open anyway."""
        context: dict[str, Any] = {}

        def decide(text: str) -> Any:
            if not context:
                context.update(dict.fromkeys((f.id for f in self.meta.form), None))
                context.update(self.variables)
                context.update(answers)
            return self.definition.evaluator.value_or_null(text, context)

        return asks(self.meta, decide)

    def shown_values(self) -> dict[str, Any]:
        """The values that its form shows, as JSON by field: those of the draft; where nobody has
        saved one, the variables with the same names as its fields."""
        if self.row.draft_at is not None:
            return dict(self.row.answers)
        known = {**self.row.snapshot.instance.variables, **self.row.local}
        return {f.id: known[f.id] for f in self.meta.form if f.id in known} | {**self.row.answers}

    def named(self) -> str | None:
        """The user name of the person whom the diagram gives the task to; None for none."""
        given: Any = self.meta.assignee
        if given is not None and given.startswith("="):
            given = self.definition.evaluator.value_or_null(given, self.variables)
        return given.strip().lower() if isinstance(given, str) else None

    def takes(self, *types: str) -> bool:
        """Has the form a field of one of these types?"""
        return any(field.type in types for field in self.meta.form)


def load_task(work: UnitOfWork, task_id: str) -> LoadedTask:
    """:raises NotFound: when there is no such task, in the words for one that is not the actor's"""
    row = work.connection.execute(_STORED, {"id": task_id}).first()
    if row is None:
        raise NotFound()
    definition = work.definitions.get(work.connection, row.definition_id)
    stored = StoredTask._make((*row[: len(StoredTask._fields) - 1], snapshot(row)))
    meta = definition.meta.tasks[row.element_id]
    return LoadedTask(stored, definition, _counter(meta) if row.counter_of else meta)


def _counter(meta: TaskMeta) -> TaskMeta:
    """What a counter-signature asks for: nothing but to be signed."""
    rule = replace(meta.signature, required=True, counter_role=None)
    role = meta.signature.counter_role or meta.role
    return replace(meta, role=role, assignee=None, due=None, checklist=(), form=(), signature=rule)


def access_object(work: UnitOfWork, task: LoadedTask) -> TaskObject:
    """The task as the rules of access see it. A case is visible to whoever has a part in this
    very task; others are asked for in the database."""
    row, actor = task.row, work.actor
    visible = (
        rules.sees_all(actor)
        or row.role is None
        or row.role in actor.roles
        or actor.id in (row.assignee_id, row.completed_by)
    )
    if not (visible and actor.id):
        return objects.task_object(work.connection, actor, row.id)
    lead = row.snapshot.people.get(row.lead_role or "")
    case = CaseObject(row.case_id, True, row.case_state, lead, row.lead_role)
    return TaskObject(row.id, case, row.role, row.assignee_id, row.state, row.revision)


def task_form(work: UnitOfWork, task_id: str) -> TaskForm:
    """What a task takes.

    :raises NotFound: when there is no such task, or the actor may not see it
    """
    task = load_task(work, task_id)
    row, thing = task.row, access_object(work, task)
    rules.authorize(work.actor, actions.TASK_VIEW, thing)
    plan: tuple[PlanRow, ...] = ()
    if task.takes("plan"):
        element = (task.definition.process_id, row.element_id)
        plan = task_detail.plan_ahead(work.connection, thing.case, element)
    return TaskForm(
        id=row.id,
        revision=row.revision,
        instance_revision=row.snapshot.instance.revision,
        checklist=tuple(Point(point.id, point.text) for point in task.meta.checklist),
        form=task.asks({}).form,
        plan=plan,
    )
