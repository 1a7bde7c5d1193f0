"""Completing a user task: everything is checked at once, what needs a signature is signed, and the
process goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.access import actions
from engine.errors import Conflict, Invalid, Problem
from engine.unit_of_work import UnitOfWork
from engine.views import Evidence, Signable
from engine.work import attachments, counter, forms, four_eyes, incidents, planning, signing, tasks
from engine.work.loaded_task import LoadedTask, load_task
from engine.work.user_tasks import advance


def problems(
    work: UnitOfWork, task_id: str, answers: Mapping[str, Any], ticks: Mapping[str, Any], note: str
) -> tuple[Problem, ...]:
    """What is wrong with a completion, apart from the signer's password; nothing is changed."""
    task = tasks.for_change(work, actions.TASK_COMPLETE, task_id)
    try:
        _checked(work, task, answers, ticks, note, signed=True)
    except Invalid as error:
        return error.problems
    return ()


def complete(
    work: UnitOfWork,
    task_id: str,
    answers: Mapping[str, Any],
    ticks: Mapping[str, Any],
    note: str,
    *,
    evidence: Evidence | signing.Prove | None,
    seen: signing.Seen | None = None,
    revision: int | None = None,
    instance_revision: int | None = None,
    plan_seen: planning.Seen | None = None,
) -> dict[str, Any]:
    """Complete a user task: check it, sign it, and let the process go on.

    :param evidence: how the signer was authenticated, or what checks that; None when not
    :param seen: what the page has shown
    :param plan_seen: the case's plan as the signer has seen it
    :raises Conflict: when somebody was first; its params say who and when; ``shown_changed``
    :raises Invalid: with everything that is missing or wrong
    :raises StepError: when the process cannot go on
    """
    signed = evidence is not None
    task = _to_complete(work, task_id, revision, instance_revision, signed=signed)
    # A try that has lost a race holds the case, but what drafts note comes beside it.
    work.remember(task.row.snapshot, guarded=work.optimistic)
    if seen is not None and task.takes("plan"):  # no revision guards what is shown of the plan
        work.begin(task.row.case_id)
    files = _files(work, task)
    compared = signed or seen is not None
    showed = signing.must_be_as_seen(work, task, files, seen) if compared else {}
    given = _given(work, task, answers, ticks, note, files, signed=signed)
    if task.row.case_state == "incident":
        _resolve_failed_completion(work, task)
    step = advance(work)
    waits = signed and task.is_first_of_two
    if not waits:
        values = counter.values(work, task) if task.row.counter_of else given.values
        step.complete(task.row.instance_id, task.row.token, values)
    work.begin(task.row.case_id)
    _close(work, task, given.answered, tasks.merge_ticks(work, task, given.states), note)
    # After that: open tasks follow the plan, and this one may be in it.
    for rows in given.plans.values():
        planning.change(work, task.row.case_id, rows, plan_seen)
    tasks.note_fact(work, task, "task.completed", given.detail)
    result = _sign(work, task, given, showed, seen, evidence) if evidence is not None else {}
    if waits:
        return {**result, "counter": counter.open_task(work, task)}
    step.run()
    return result


def _to_complete(
    work: UnitOfWork,
    task_id: str,
    revision: int | None,
    instance_revision: int | None,
    *,
    signed: bool,
) -> LoadedTask:
    """The task, when the actor may complete it now."""
    if not work.optimistic:
        work.hold_of_task(task_id)
    action = actions.TASK_SIGN if signed else actions.TASK_COMPLETE
    task = tasks.for_change(work, action, task_id, revision, instance_revision)
    if task.meta.signature.not_by or task.row.counter_of:
        four_eyes.authorize(work, task)
    return task


def _sign(
    work: UnitOfWork,
    task: LoadedTask,
    given: _Given,
    showed: Mapping[str, Any],
    seen: signing.Seen | None,
    evidence: Evidence | signing.Prove,
) -> dict[str, Any]:
    """Sign what was shown and what was given; what the receipt says of it."""
    content = signing.content_of(showed, {**given.detail, "ticks": given.states}, seen)
    result, detail = signing.sign(work, task, content, evidence)
    tasks.note_fact(work, task, "task.signed", detail)
    return result


def complete_drafted(
    work: UnitOfWork, task_id: str, evidence: Evidence, seen: signing.Seen
) -> dict[str, Any]:
    """Complete a task as its draft stands.

    :raises Conflict: ``sign_alone`` for a task whose form changes the plan
    """
    task = load_task(work, task_id)
    if task.takes("plan"):
        raise Conflict("Its plan is changed on its own page.", code="sign_alone")
    return complete(work, task_id, **_drafted(task), evidence=evidence, seen=seen)


def drafted_problems(work: UnitOfWork, task_id: str) -> tuple[Problem, ...]:
    """What keeps a task from being completed as its draft stands, apart from a signature."""
    return problems(work, task_id, **_drafted(load_task(work, task_id)))


def _drafted(task: LoadedTask) -> dict[str, Any]:
    """What a task's draft says, as the arguments of ``complete``."""
    fields = {field.id for field in task.meta.form if field.type not in ("attachment", "plan")}
    answers = {k: v for k, v in task.shown_values().items() if k in fields and v is not None}
    return {
        "answers": {name: feel.plain(feel.from_json(value)) for name, value in answers.items()},
        "ticks": {id: t["reason"] or t["state"] == "done" for id, t in task.row.ticks.items()},
        "note": task.row.note,
    }


def signable(
    work: UnitOfWork,
    task_id: str,
    answers: Mapping[str, Any],
    ticks: Mapping[str, Any],
    note: str,
    *,
    seen: signing.Seen | None = None,
    revision: int | None = None,
) -> Signable:
    """What ``complete`` would sign if it were called with the same arguments now; nothing is
    changed.

    :raises Conflict: as ``complete``
    :raises Invalid: as ``complete``, apart from the evidence
    """
    task = tasks.for_change(work, actions.TASK_SIGN, task_id, revision)
    four_eyes.authorize(work, task)
    files = _files(work, task)
    showed = signing.must_be_as_seen(work, task, files, seen)
    given = _given(work, task, answers, ticks, note, files, signed=True)
    content = signing.content_of(showed, {**given.detail, "ticks": given.states}, seen)
    return signing.signable(work, task, content)


def _files(work: UnitOfWork, task: LoadedTask) -> dict[str, list[dict[str, Any]]]:
    return attachments.listed(work.connection, task.row.id) if task.takes("attachment") else {}


@dataclass(frozen=True, slots=True)
class _Given:
    """What was sent to be completed: ``values`` become variables of the process, ``plans`` are
    rows of the case's plan, by field, ``states`` the ticks by point."""

    values: dict[str, Any]
    plans: dict[str, Any]
    states: dict[str, bool | str]
    note: str
    files: dict[str, list[dict[str, Any]]]

    @property
    def answered(self) -> dict[str, Any]:
        """All answers, those about the plan too."""
        return {**self.values, **self.plans}

    @property
    def detail(self) -> dict[str, Any]:
        """What the fact of the completion says, and what is signed beside the ticks."""
        return {"answers": self.answered, "note": self.note, "attachments": self.files}


def _given(
    work: UnitOfWork,
    task: LoadedTask,
    answers: Mapping[str, Any],
    ticks: Mapping[str, Any],
    note: str,
    files: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    signed: bool,
) -> _Given:
    """What was sent, checked; every problem at once."""
    values, states = _checked(work, task, answers, ticks, note, signed=signed, files=files)
    # The plan is signed with the task, but it is the case's: no variable of the process.
    plans = {f.id: values.pop(f.id) or [] for f in task.meta.form if f.type == "plan"}
    values |= {field: [f["filename"] for f in attached] for field, attached in files.items()}
    return _Given(values, plans, states, note, attachments.signed(files) if files else {})


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
    tasks.change(
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
    tasks.remember_ticks(work, task, ticks)


def _checked(
    work: UnitOfWork,
    task: LoadedTask,
    answers: Mapping[str, Any],
    ticks: Mapping[str, Any],
    note: str,
    *,
    signed: bool,
    files: Mapping[str, Sequence[Any]] | None = None,
) -> tuple[dict[str, Any], dict[str, bool | str]]:
    """The answers and ticks of a completion; every problem at once."""
    people = tasks.usernames(work, task, answers)
    if files is None:
        files = _files(work, task)
    attached = {field: len(rows) for field, rows in files.items()}
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
    if task.meta.signature.required and signer and not signed:
        missing = [Problem("password_required", "sign with your password", "password")]
    tasks.refuse([*problems, *more, *forms.check_note(note), *missing])
    return values, states
