"""One user task with everything that its page shows, and the bytes of its attachments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, exists, select

from engine.access import actions
from engine.access.rules import CaseObject, SignatureObject, TaskObject, authorize, may
from engine.bpmn.meta import CheckItem
from engine.feel import StoredValues
from engine.queries.as_signed import as_signed
from engine.queries.objects import task_object, task_of_attachment
from engine.queries.people_choices import choices
from engine.queries.rows import (
    ATTACHMENT,
    SIGNATURE,
    AnyRow,
    AnySelect,
    PeopleById,
    attachment_view,
    name_of,
    people_by_id,
    readable,
    signature_view,
    tickers,
    ticks_view,
)
from engine.queries.sheets import plan_rows
from engine.queries.tasks import ASSIGNEE, TASK, assigned, task_row, with_assignee, with_case
from engine.store.tables import (
    AttachmentTable,
    DefinitionTable,
    InstanceTable,
    SignatureTable,
    TaskTable,
)
from engine.views import (
    Actor,
    Attachment,
    Choices,
    Field,
    Person,
    PlanRow,
    TaskDetail,
)

ACTIONS: Mapping[str, str] = {
    "claim": actions.TASK_CLAIM,
    "release": actions.TASK_RELEASE,
    "reassign": actions.TASK_REASSIGN,
    "take_over": actions.TASK_TAKE_OVER,
    "save": actions.TASK_SAVE,
    "complete": actions.TASK_COMPLETE,
}
"""The action of the access rules for each name in ``TaskDetail.can``."""


@dataclass(frozen=True, slots=True)
class TaskPlace:
    """A task's element, definition and variables, from which its requirements are decided.

    ``variables`` are FEEL values by name: those of the instance, overridden by the task's own (the
    item of a multi-instance activity), overridden by the answers so far.
    """

    task_id: str
    case_id: str
    instance_id: str
    definition_id: str
    process_id: str
    element_id: str
    variables: StoredValues


@dataclass(frozen=True, slots=True)
class TaskRequirements:
    """The checklist, form and signature of a task, with every condition decided. ``exempt`` are the
    ids of the points that need no tick, ``named`` is the user name of the person whom the diagram
    gives the task to, ``barred`` are those who may not do it, by id: the step that they did."""

    documentation: str = ""
    checklist: tuple[CheckItem, ...] = ()
    exempt: frozenset[str] = frozenset()
    form: tuple[Field, ...] = ()
    signature_required: bool = False
    meaning: str = ""
    named: str | None = None
    barred: Mapping[str, str] = field(default_factory=dict)

    @property
    def needed(self) -> tuple[CheckItem, ...]:
        """The points that need a tick or a reason."""
        return tuple(item for item in self.checklist if item.id not in self.exempt)


def get(
    connection: Connection,
    actor: Actor,
    thing: TaskObject,
    ask: Callable[[TaskPlace], TaskRequirements],
) -> TaskDetail:
    """The task ``thing`` as ``actor`` may see it; ``ask`` gives what its diagram requires. Raises
    ``NotFound``.

    ``plan`` (what is ahead or open but the task's own) is filled only for a form with a plan field.
    """
    authorize(actor, actions.TASK_VIEW, thing)
    row = _load(connection, thing.id)
    required = ask(_place(row))
    attached = connection.execute(_FILES, {"id": thing.id}).all() if row.has_files else []
    people = assigned(row)
    ids = {row.completed_by, row.draft_by, *tickers(row.ticks), *(a.by for a in attached)}
    people |= people_by_id(connection, ids - people.keys())
    assignee = people.get(row.assignee_id or "")
    thing = replace(thing, named=assignee is not None and assignee.username == required.named)
    values, was = _draft(readable(row.answers), required.form)
    can = _can(actor, thing, required)
    signed = _signature(connection, thing.id) if row.is_signed else None
    detail = TaskDetail(
        row=task_row(row, people),
        instance_id=row.instance_id,
        instance_revision=row.instance_revision,
        definition_id=row.definition_id,
        process_id=row.process_id,
        version=row.version,
        documentation=required.documentation,
        checklist=ticks_view(required.checklist, row.ticks, people, exempt=required.exempt),
        form=required.form,
        values=values,
        note=row.note,
        attachments=_by_field(attached, people),
        plan=_plan(connection, thing.case, row, required.form),
        signature_required=required.signature_required,
        meaning=required.meaning,
        signature=signature_view(signed) if signed else None,
        completed_by=people.get(row.completed_by or ""),
        completed_at=row.ended_at if row.state == "completed" else None,
        can=can,
        candidates=_candidates(connection, actor, row) if "reassign" in can else Choices((), True),
        draft_saved_at=row.draft_at,
        draft_saved_by=name_of(people, row.draft_by),
        plan_was=was,
        four_eyes=required.barred.get(actor.id, ""),
    )
    return _signed(actor, thing, detail, signed) if signed else detail


def task_place(connection: Connection, actor: Actor, task_id: str) -> tuple[TaskObject, TaskPlace]:
    """A task for a write: the object for the access rules, and what its diagram needs. The caller
    authorises. Raises ``NotFound``."""
    return task_object(connection, actor, task_id), _place(_load(connection, task_id))


def attachment(
    connection: Connection, actor: Actor, attachment_id: str
) -> tuple[Attachment, bytes]:
    """An attachment and its bytes. Raises ``NotFound``."""
    authorize(actor, actions.TASK_VIEW, task_of_attachment(connection, actor, attachment_id))
    statement = select(*ATTACHMENT, AttachmentTable.data).where(AttachmentTable.id == attachment_id)
    row = connection.execute(statement).one()
    return attachment_view(row, people_by_id(connection, [row.by])), row.data


# ---------------------------------------------------------------- parts


def _candidates(connection: Connection, actor: Actor, row: AnyRow) -> Choices[Person]:
    return choices(connection, actor, [row.role], row.case_id)[row.role]


_FILES: Final = select(*ATTACHMENT).where(AttachmentTable.task_id == bindparam("id"))


def _load(connection: Connection, task_id: str) -> AnyRow:
    return connection.execute(_loaded(), {"id": task_id}).one()


@cache
def _loaded() -> AnySelect:
    """The statement of a task's row, which is built once."""
    statement = select(
        *TASK,
        *ASSIGNEE,
        TaskTable.instance_id,
        TaskTable.definition_id,
        TaskTable.completed_by,
        TaskTable.ended_at,
        TaskTable.answers,
        TaskTable.ticks,
        TaskTable.note,
        TaskTable.local,
        TaskTable.draft_by,
        DefinitionTable.version,
        InstanceTable.variables,
        InstanceTable.revision.label("instance_revision"),
        exists().where(AttachmentTable.task_id == TaskTable.id).label("has_files"),
        exists().where(SignatureTable.task_id == TaskTable.id).label("is_signed"),
    )
    joined = (
        with_assignee(with_case(statement))
        .join(DefinitionTable, DefinitionTable.id == TaskTable.definition_id)
        .join(InstanceTable, InstanceTable.id == TaskTable.instance_id)
    )
    return joined.where(TaskTable.id == bindparam("id"))


def _place(row: AnyRow) -> TaskPlace:
    stored = {**row.variables, **row.local, **row.answers}
    return TaskPlace(
        task_id=row.id,
        case_id=row.case_id,
        instance_id=row.instance_id,
        definition_id=row.definition_id,
        process_id=row.process_id,
        element_id=row.element_id,
        variables=StoredValues(stored),
    )


def _draft(
    values: dict[str, Any], form: tuple[Field, ...]
) -> tuple[dict[str, Any], dict[str, Mapping[str, str | None]]]:
    """The answers, and apart from them what the plan said where a draft changes it."""
    was: dict[str, Mapping[str, str | None]] = {}
    for plan in (f.id for f in form if f.type == "plan"):
        rows = [row for row in values.get(plan) or () if isinstance(row, dict)]
        was |= {str(row["id"]): row.pop("was") for row in rows if "was" in row}
    return values, was


def _by_field(rows: Any, people: PeopleById) -> dict[str, tuple[Attachment, ...]]:
    by_field: dict[str, list[Attachment]] = {}
    for row in sorted(rows, key=lambda r: (r.at, r.id)):
        by_field.setdefault(row.field_id, []).append(attachment_view(row, people))
    return {field_id: tuple(views) for field_id, views in by_field.items()}


def _signed(actor: Actor, thing: TaskObject, detail: TaskDetail, signed: AnyRow) -> TaskDetail:
    """The task as it was signed; its signature can be withdrawn once."""
    own = SignatureObject(signed.signer_id, thing.case)
    if signed.withdrawn_at is None and may(actor, actions.SIGNATURE_WITHDRAW, own):
        detail = replace(detail, can=detail.can | {"withdraw"})
    return as_signed(detail, signed.content)


def _can(actor: Actor, thing: TaskObject, required: TaskRequirements) -> frozenset[str]:
    """What the actor may do; whoever may not do the task may still hand it on."""
    can = frozenset(name for name, action in ACTIONS.items() if may(actor, action, thing))
    return can & {"release", "reassign"} if actor.id in required.barred else can


def _plan(
    connection: Connection, case: CaseObject, row: AnyRow, form: tuple[Field, ...]
) -> tuple[PlanRow, ...]:
    """The plan, for a form that has a plan field."""
    if not any(f.type == "plan" for f in form):
        return ()
    return plan_ahead(connection, case, (row.process_id, row.element_id))


def plan_ahead(
    connection: Connection, case: CaseObject, own: tuple[str, str]
) -> tuple[PlanRow, ...]:
    """The activities of a case that are ahead or open, except a task's ``own`` (process and
    element)."""
    return tuple(
        planned
        for planned in plan_rows(connection, case.id, running=case.running)
        if planned.state in ("ahead", "open") and (planned.process_id, planned.element_id) != own
    )


def _signature(connection: Connection, task_id: str) -> AnyRow | None:
    columns = (*SIGNATURE, SignatureTable.content)
    return connection.execute(select(*columns).where(SignatureTable.task_id == task_id)).first()
