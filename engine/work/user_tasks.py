"""User tasks open for the tokens that wait for a person, and close when those are gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import feel
from engine.bpmn.meta import TaskMeta
from engine.definitions.library import ExecutableDefinition
from engine.runtime.advance import Advance
from engine.runtime.executor import Wait
from engine.runtime.running_instance import RunningInstance
from engine.runtime.step import Step
from engine.store.base import new_id, table_of
from engine.store.batch import Statement
from engine.store.tables import (
    CaseTable,
    PersonTable,
    PlanItemTable,
    TaskTable,
)
from engine.unit_of_work import UnitOfWork
from engine.work import four_eyes
from engine.work.task_defaults import TaskDefaults, task_defaults

UNPLANNED: Final = "999999"
"""The order of tasks that stand on no sheet: after those that do."""
_INSERT_TASK: Final = Statement(insert(table_of(TaskTable)))
_CASE: Final = select(CaseTable.people, CaseTable.place).where(CaseTable.id == bindparam("id"))
_PLAN: Final = table_of(PlanItemTable)
_PLAN_ITEM: Final = select(_PLAN).where(
    _PLAN.c.case_id == bindparam("case_id"),
    _PLAN.c.process_id == bindparam("process_id"),
    _PLAN.c.element_id == bindparam("element_id"),
)


class UserTaskRows:
    """The user tasks that one transaction opens and closes."""

    def __init__(self) -> None:
        self._opened: list[dict[str, Any]] = []
        """Rows that are not written yet."""

    def sync(self, step: Step, instance: RunningInstance, waits: Sequence[Wait]) -> None:
        """Open a user task for every token that waits for a person; close those whose token is gone
        (a completed one has been closed by whoever completed it)."""
        wanted, waited = {w.token for w in waits}, instance.waited
        known: Collection[str] | None = None
        if waited is not None:
            known = {token for kind, token, _ in waited if kind == "user"}
        if known is None or not wanted.issuperset(known):
            self.write(step)
            known = _close_others(step, instance, wanted)
        self._opened += [_open(step, instance, w) for w in waits if w.token not in known]

    def write(self, step: Step) -> None:
        """Write the user tasks that have been opened, many in one statement."""
        opened, self._opened = self._opened, []
        for row in opened:
            step.work.batch.put(_INSERT_TASK, row)


def advance(work: UnitOfWork) -> Advance:
    """A step of this transaction whose user tasks are opened and closed here."""
    return Advance(work, UserTaskRows())


def _close_others(
    step: Step, instance: RunningInstance, wanted: Collection[str]
) -> Collection[str]:
    """Close the open tasks of tokens that are gone; the tokens that had open tasks."""
    open_tasks = {
        row.token: row
        for row in step.connection.execute(
            select(TaskTable.id, TaskTable.token, TaskTable.element_id).where(
                TaskTable.instance_id == instance.id, TaskTable.state == "open"
            )
        )
    }
    for token, row in open_tasks.items():
        if token not in wanted:
            step.connection.execute(
                update(TaskTable)
                .where(TaskTable.id == row.id)
                .values(state="cancelled", ended_at=step.now, revision=TaskTable.revision + 1)
            )
            step.note(instance, "task.cancelled", row.element_id, {"task": row.id})
    return open_tasks


def _asks_more(meta: TaskMeta) -> bool:
    """Does the diagram give the task a person, a date or presets of its own?"""
    return bool(meta.assignee or meta.due) or any(f.default is not None for f in meta.form)


def _open(step: Step, instance: RunningInstance, wait: Wait) -> dict[str, Any]:
    """Open a user task; the row to be written."""
    meta = instance.definition.meta.tasks[wait.element_id]
    people, case_place, planned = _case(step, instance)
    plan = _plan_item(step.connection, instance, wait.element_id) if planned else None
    gets = task_defaults(step, instance, meta, wait) if _asks_more(meta) else TaskDefaults()
    person = (plan.person_id if plan else None) or gets.person_id or people.get(meta.role or "")
    assignee = _gets(step.connection, person, instance, meta) if person else None
    due = plan.due if plan is not None and plan.decided else gets.due
    task_id = new_id()
    if plan is not None:
        # The date has been taken over; the next round of a recurring activity gets its own.
        step.connection.execute(
            update(PlanItemTable).where(PlanItemTable.id == plan.id).values(due=due, decided=False)
        )
    detail: dict[str, Any] = {
        "task": task_id,
        "role": meta.role,
        "assignee": assignee,
        "due": due and due.isoformat(),
    }
    if gets.unknown is not None:
        detail["unknown_assignee"] = gets.unknown
    step.note(instance, "task.opened", wait.element_id, detail)
    return {
        "id": task_id,
        "case_id": instance.case_id,
        "instance_id": instance.id,
        "token": wait.token,
        "definition_id": instance.definition.id,
        "process_id": instance.definition.process_id,
        "element_id": wait.element_id,
        "name": meta.name or wait.element_id,
        "phase": _phase(instance.definition, meta),
        "phase_title": plan.phase_title if plan else _phase_title(instance.definition),
        "role": meta.role,
        "assignee_id": assignee,
        "state": "open",
        "due": due,
        "place": _place(case_place, plan, step, task_id),
        "due_rule": meta.due.words() if meta.due else None,
        "points": len(meta.checklist),
        "ticked": 0,
        "opened_at": step.now,
        "answers": gets.answers,
        "ticks": {},
        "note": "",
        "local": {k: feel.to_json(v) for k, v in wait.local.items()},
        "revision": 0,
    }


def _case(step: Step, instance: RunningInstance) -> tuple[Mapping[str, str], str, bool]:
    """The people of the instance's case by role, its place in lists, and whether it has a plan."""
    for known in step.work.snapshots.values():
        if known.instance.case_id == instance.case_id:
            return known.people, known.place, known.planned
    row = step.connection.execute(_CASE, {"id": instance.case_id}).one()
    return row.people, row.place, True


def _plan_item(connection: Connection, instance: RunningInstance, element_id: str) -> Any:
    return connection.execute(
        _PLAN_ITEM,
        {
            "case_id": instance.case_id,
            "process_id": instance.definition.process_id,
            "element_id": element_id,
        },
    ).first()


def _place(case_place: str, plan: Any | None, step: Step, task_id: str) -> str:
    """Where a task stands among those that are due on the same day: by its case, then in the order
    of the plan, then by when it opened. It is written once, so that lists are read along an index.
    """
    order = f"{plan.phase_order:03}{plan.row_order:03}" if plan is not None else UNPLANNED
    return f"{case_place}|{order}|{int(step.now.timestamp()):08x}{task_id[:12]}"


def _gets(
    connection: Connection, person_id: str, instance: RunningInstance, meta: TaskMeta
) -> str | None:
    """The person, unless somebody else must do it: then the task is offered to the role."""
    if person_id in four_eyes.doers(connection, instance.id, meta.signature.not_by):
        return None
    return _active(connection, person_id)


def _active(connection: Connection, person_id: str) -> str | None:
    """The person, unless the account is closed: then the task is offered to the role."""
    return connection.scalar(
        select(PersonTable.id).where(PersonTable.id == person_id, PersonTable.active.is_(True))
    )


def _phase(definition: ExecutableDefinition, meta: TaskMeta) -> str | None:
    if meta.activity is not None:
        return meta.activity.phase
    return definition.meta.phase.key if definition.meta.phase else None


def _phase_title(definition: ExecutableDefinition) -> str | None:
    return definition.meta.phase.title if definition.meta.phase else None
