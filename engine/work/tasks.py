"""What people do with user tasks: save, tick, complete and sign."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from engine import feel
from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, Invalid, Problem
from engine.records import signatures
from engine.store.base import table_of
from engine.store.batch import Statement
from engine.store.tables import PersonTable, TaskTable
from engine.unit_of_work import UnitOfWork
from engine.work import attachments, forms, incidents, named_people, planning
from engine.work.loaded_task import LoadedTask, access_object, load_task
from engine.work.user_tasks import advance

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


def problems(
    work: UnitOfWork, task_id: str, answers: Mapping[str, Any], ticks: Mapping[str, Any], note: str
) -> tuple[Problem, ...]:
    """What is wrong with a completion, apart from the signer's password; nothing is changed."""
    task = for_change(work, actions.TASK_COMPLETE, task_id)
    try:
        _checked(work, task, answers, ticks, note, "password")
    except Invalid as error:
        return error.problems
    return ()


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
        task.asks({}).form, answers, people=_usernames(work, task, answers), partial=True
    )
    states, more = forms.check_ticks(task.meta.checklist, ticks, partial=True)
    _refuse([*problems, *more, *forms.check_note(note)])
    for plan in (f.id for f in task.meta.form if f.type == "plan" and values.get(f.id)):
        values[plan] = planning.drafted(work, task.row.case_id, values[plan], plan_seen)
    ticked = _merge_ticks(work, task, states)
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
    _remember_ticks(work, task, ticked)
    note_fact(work, task, "draft.saved", {"ticked": len(ticked)})
    return changed


def complete(
    work: UnitOfWork,
    task_id: str,
    answers: Mapping[str, Any],
    ticks: Mapping[str, Any],
    note: str,
    *,
    evidence: str | None,
    revision: int | None = None,
    instance_revision: int | None = None,
    plan_seen: planning.Seen | None = None,
) -> dict[str, Any]:
    """Complete a user task: check it, sign it, and let the process go on.

    :param evidence: how the signer was authenticated just now (``"password"``), None when not
    :param plan_seen: the case's plan as the signer has seen it
    :raises Conflict: when somebody was first; its params say who and when
    :raises Invalid: with everything that is missing or wrong
    :raises StepError: when the process cannot go on
    """
    if not work.optimistic:
        work.hold_of_task(task_id)
    action = actions.TASK_COMPLETE if evidence is None else actions.TASK_SIGN
    task = for_change(work, action, task_id, revision, instance_revision)
    # A try that has lost a race holds the case, but what drafts note comes beside it.
    work.remember(task.row.snapshot, guarded=work.optimistic)
    values, states = _checked(work, task, answers, ticks, note, evidence)
    # The plan is signed with the task, but it is the case's: no variable of the process.
    plans = {f.id: values.pop(f.id) or [] for f in task.meta.form if f.type == "plan"}
    files = attachments.listed(work.connection, task_id) if task.takes("attachment") else {}
    values |= {field: [f["filename"] for f in attached] for field, attached in files.items()}
    if task.row.case_state == "incident":
        _resolve_failed_completion(work, task)
    step = advance(work)
    step.complete(task.row.instance_id, task.row.token, values)
    work.begin(task.row.case_id)
    answered = {**values, **plans}
    _close(work, task, answered, _merge_ticks(work, task, states), note)
    # After that: open tasks follow the plan, and this one may be in it.
    for rows in plans.values():
        planning.change(work, task.row.case_id, rows, plan_seen)
    detail = {"answers": answered, "note": note, "attachments": files}
    note_fact(work, task, "task.completed", detail)
    result: dict[str, Any] = {}
    if evidence is not None:
        result = _sign(work, task, {**detail, "ticks": states}, evidence)
    step.run()
    return result


def _resolve_failed_completion(work: UnitOfWork, task: LoadedTask) -> None:
    """Close the incident of an earlier completion of this task that failed: this one tries again.
    The instance has changed with it, and is read again."""
    operation = {"op": "complete", "task": task.row.id}
    work.begin(task.row.case_id)
    incidents.resolve(work, task.row.case_id, lambda row: row.operation == operation)
    work.snapshots.clear()


def _close(
    work: UnitOfWork,
    task: LoadedTask,
    values: Mapping[str, Any],
    ticks: Mapping[str, Any],
    note: str,
) -> None:
    """The task's row is done; each point that was ticked just now becomes a fact."""
    person = None if actions.SYSTEM_RIGHT in work.actor.rights else work.actor.id
    change(
        work,
        task,
        state="completed",
        answers={k: feel.to_json(v) for k, v in values.items()},
        ticks=ticks,
        ticked=len(ticks),
        note=note,
        ended_at=work.now,
        completed_by=person,
        assignee_id=person or task.row.assignee_id,
        draft_at=None,
    )
    _remember_ticks(work, task, ticks)


def _remember_ticks(work: UnitOfWork, task: LoadedTask, ticks: Mapping[str, Any]) -> None:
    """Each point whose tick is new or gone becomes a fact."""
    before = task.row.ticks
    for item in task.meta.checklist:
        tick, old = ticks.get(item.id), before.get(item.id)
        if tick is not None and tick != old:
            detail = {"point": item.id, "text": item.text, **tick}
            note_fact(work, task, "point.ticked", detail)
        elif tick is None and old is not None:
            note_fact(work, task, "point.unticked", {"point": item.id, "text": item.text})


def _sign(
    work: UnitOfWork, task: LoadedTask, content: Mapping[str, Any], evidence: str
) -> dict[str, Any]:
    """Store the signature of ``content`` (answers, ticks, note, attachments)."""
    signed = signatures.sign(
        work.batch,
        at=work.now,
        signer=work.actor,
        meaning=task.meta.signature.meaning,
        method=evidence,
        case_id=task.row.case_id,
        instance_id=task.row.instance_id,
        task_id=task.row.id,
        content={
            "element": {"id": task.row.element_id, "name": task.row.name},
            "definition": {
                "id": task.row.definition_id,
                "process": task.definition.process_id,
                "version": task.definition.version,
                "sha256": task.definition.resource_sha256,
            },
            **content,
        },
    )
    detail = {
        "signature": signed.id,
        "meaning": signed.meaning,
        "method": evidence,
        "content_sha256": signed.content_sha256,
    }
    note_fact(work, task, "task.signed", detail)
    return {"signature": signed.id, "content_sha256": signed.content_sha256}


def _checked(
    work: UnitOfWork,
    task: LoadedTask,
    answers: Mapping[str, Any],
    ticks: Mapping[str, Any],
    note: str,
    evidence: str | None,
) -> tuple[dict[str, Any], dict[str, bool | str]]:
    """The answers and ticks of a completion; every problem at once."""
    people = _usernames(work, task, answers)
    attached = attachments.counts(work.connection, task.row.id) if task.takes("attachment") else {}
    asked = task.asks({})
    if task.conditional:
        early, _ = forms.check_answers(asked.form, answers, people=people, partial=True)
        asked = task.asks(early)
    values, problems = forms.check_answers(asked.form, answers, people=people, attached=attached)
    exempt = task.asks(values).exempt if task.conditional else asked.exempt
    points = [i for i in task.meta.checklist if i.id not in exempt or ticks.get(i.id)]
    given = {k: v for k, v in ticks.items() if k not in exempt or v}
    states, more = forms.check_ticks(points, given)
    plans = [
        f.id for f in task.meta.form if f.type == "plan" and not forms.is_empty(answers.get(f.id))
    ]
    for rows in (answers[field] for field in plans):
        unplannable = planning.problems(work, task.row.case_id, rows)
        more = (*more, *(p for p in unplannable if p not in problems))
    signer = actions.SYSTEM_RIGHT not in work.actor.rights
    missing = []
    if task.meta.signature.required and signer and evidence is None:
        missing = [Problem("password_required", "sign with your password", "password")]
    _refuse([*problems, *more, *forms.check_note(note), *missing])
    return values, states


def _refuse(problems: Sequence[Problem]) -> None:
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


def _merge_ticks(
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


def _usernames(work: UnitOfWork, task: LoadedTask, answers: Mapping[str, Any]) -> Container[str]:
    """Those of the people whom answers of the task name that may be named."""
    if not task.takes("person", "plan"):
        return ()
    return named_people.usernames(work.connection, answers)
