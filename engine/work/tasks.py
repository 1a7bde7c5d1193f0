"""What people do with user tasks before they complete them (``engine.work.completion``): save,
tick, and what every change of a task has in common."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from engine import feel
from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, Invalid, Problem
from engine.store.base import table_of
from engine.store.batch import Statement
from engine.store.tables import PersonTable, TaskTable
from engine.unit_of_work import UnitOfWork
from engine.work import forms, named_people, planning
from engine.work.loaded_task import LoadedTask, access_object, load_task

_TASK: Final = table_of(TaskTable)
_CHANGE: Final = Statement(
    update(_TASK).where(
        _TASK.c.id == bindparam("of_id"),
        _TASK.c.revision == bindparam("at_revision"),
        _TASK.c.state == "open",
    )
)

# ---------------------------------------------------------------- what is written


def save_draft(
    work: UnitOfWork,
    task_id: str,
    answers: Mapping[str, Any],
    ticks: Mapping[str, Any],
    note: str,
    revision: int | None = None,
    *,
    instance_revision: int | None = None,
    plan_seen: planning.Seen | None = None,
) -> dict[str, Any]:
    """Keep what has been written so far, also what is not right yet.

    :raises Invalid: for fields and points that do not exist; all else is kept as it is
    """
    task = for_change(work, actions.TASK_SAVE, task_id, revision, instance_revision)
    return _keep(work, task, answers, ticks, note, plan_seen)


def keep_failed(
    work: UnitOfWork,
    task_id: str,
    answers: Mapping[str, Any],
    ticks: Mapping[str, Any],
    note: str,
    revision: int | None,
) -> dict[str, Any]:
    """Keep what a completion at ``revision`` said that could not go on, as the task's draft, unless
    somebody else has written since; its new revision.

    Somebody else may have completed the task since: then nothing has failed.
    """
    task = for_change(work, actions.TASK_VIEW, task_id)
    if revision not in (None, task.row.revision):
        return {}
    try:
        return _keep(work, task, answers, ticks, note)
    except Invalid:  # what the form does not take was never part of the completion
        return {}


def _keep(
    work: UnitOfWork,
    task: LoadedTask,
    answers: Mapping[str, Any],
    ticks: Mapping[str, Any],
    note: str,
    plan_seen: planning.Seen | None = None,
) -> dict[str, Any]:
    """Write a draft; the task's new revision."""
    values, problems = forms.check_answers(
        task.asks({}).form, answers, people=usernames(work, task, answers), partial=True
    )
    states, more = forms.check_ticks(task.meta.checklist, ticks, partial=True)
    refuse([*problems, *more, *forms.check_note(note)])
    for plan in (f.id for f in task.meta.form if f.type == "plan" and values.get(f.id)):
        values[plan] = planning.drafted(work, task.row.case_id, values[plan], plan_seen)
    ticked = merge_ticks(work, task, states)
    changed = change(
        work,
        task,
        answers={k: feel.to_json(v) for k, v in values.items()},
        ticks=ticked,
        ticked=len(ticked),
        note=note,
        draft_at=work.now,
        draft_by=work.actor.id,
    )
    remember_ticks(work, task, ticked)
    note_fact(work, task, "draft.saved", {"ticked": len(ticked)})
    return changed


def remember_ticks(work: UnitOfWork, task: LoadedTask, ticks: Mapping[str, Any]) -> None:
    """Each point whose tick is new or gone becomes a fact."""
    before = task.row.ticks
    for item in task.meta.checklist:
        tick, old = ticks.get(item.id), before.get(item.id)
        if tick is not None and tick != old:
            detail = {"point": item.id, "text": item.text, **tick}
            note_fact(work, task, "point.ticked", detail)
        elif tick is None and old is not None:
            note_fact(work, task, "point.unticked", {"point": item.id, "text": item.text})


def refuse(problems: Sequence[Problem]) -> None:
    """:raises Invalid: with the problems, if there are any"""
    if problems:
        raise Invalid(problems)


# ---------------------------------------------------------------- parts


def for_change(
    work: UnitOfWork,
    action: str,
    task_id: str,
    revision: int | None = None,
    instance_revision: int | None = None,
) -> LoadedTask:
    """The task, when the actor may do this with it now. One that is no longer open says who
    ended it; one that is not at ``revision`` any more (None: at any), or whose instance is not at
    ``instance_revision``, has changed since."""
    task = load_task(work, task_id)
    thing = access_object(work, task)
    authorize(work.actor, actions.TASK_VIEW, thing)
    if task.row.state == "completed":
        by = work.connection.scalar(
            select(PersonTable.name).where(PersonTable.id == task.row.completed_by)
        )
        raise Conflict(
            f"{by or 'The system'} has completed this task already.",
            code="already_completed",
            by=by or "Serviceplan",
            at=task.row.ended_at,
        )
    if task.row.state != "open":
        raise Conflict("The process has withdrawn this task.", code="withdrawn")
    authorize(work.actor, action, thing)
    instance = task.row.snapshot.instance
    if revision not in (None, task.row.revision) or instance_revision not in (
        None,
        instance.revision,
    ):
        text = f"The task is at revision {task.row.revision} now."
        raise Conflict(text, code="stale_revision", revision=task.row.revision)
    return task


def change(work: UnitOfWork, task: LoadedTask, **values: Any) -> dict[str, Any]:
    """Put a change of the task's row; the result tells its new revision."""
    at = task.row.revision
    given = {"of_id": task.row.id, "at_revision": at, "revision": at + 1, **values}
    work.batch.put(_CHANGE, given)
    return {"revision": at + 1}


def note_file(
    work: UnitOfWork, task: LoadedTask, what: str, detail: Mapping[str, Any]
) -> dict[str, Any]:
    """Remember that a file has come or gone, which is a change of the task."""
    changed = change(work, task)
    note_fact(work, task, what, detail)
    return changed


def note_fact(
    work: UnitOfWork, task: LoadedTask, what: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Remember a fact about a user task, in the chain of its instance."""
    work.note(
        what,
        task.row.instance_id,
        {"task": task.row.id, **(detail or {})},
        case_id=task.row.case_id,
        instance_id=task.row.instance_id,
        definition_id=task.row.definition_id,
        element_id=task.row.element_id,
        element_name=task.row.name,
    )


def merge_ticks(
    work: UnitOfWork, task: LoadedTask, states: Mapping[str, bool | str]
) -> dict[str, Mapping[str, Any]]:
    """Ticks as they are stored. One that was there already keeps its person and its time."""
    merged: dict[str, Mapping[str, Any]] = {}
    for item, state in states.items():
        reason = state if isinstance(state, str) else ""
        kind = "not_applicable" if isinstance(state, str) else "done"
        old = task.row.ticks.get(item)
        if old is not None and old["state"] == kind and old["reason"] == reason:
            merged[item] = old
        else:
            at = work.now.isoformat()
            merged[item] = {"state": kind, "reason": reason, "by": work.actor.id, "at": at}
    return merged


def usernames(work: UnitOfWork, task: LoadedTask, answers: Mapping[str, Any]) -> Container[str]:
    """Those of the people whom answers of the task name that may be named."""
    if not task.takes("person", "plan"):
        return ()
    return named_people.usernames(work.connection, answers)
