"""Saving and completing a task while others write in it too.

A draft is merged with what others have saved. A completion never is: when anything that would be
completed differs from what the page showed, the page says so and asks again.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date

from engine import Conflict, Invalid, Receipt, TaskDetail
from web import conflicts, forms, merge, task_form
from web.conflicts import Form, Outcome
from web.context import actor, engine, posted_key
from web.task_inputs import ASSIGNEE, DIAGRAM, SEEN, inputs


def save(task_id: str, form: Form, own_files: Collection[str], *, always: bool = True) -> None:
    """Save a posted form as a draft, merged with what others have saved since.

    :param own_files: ids of the files that came with the form
    :param always: else only when the form changes anything
    :raises conflicts.Unmerged: when somebody else has changed the same
    """
    for left in reversed(range(conflicts.TRIES)):
        detail = engine().tasks.get(actor(), task_id)
        outcome, gone = _merged(detail, form, own_files)
        if outcome.disputed or gone:
            raise outcome.unmerged(**gone)
        settled = outcome.changed or task_form.disputed_plan(detail)
        if not settled and (not always or detail.draft_saved_at is not None):
            return
        given = task_form.read(detail, outcome.form)
        if given.problems:
            raise Invalid(given.problems)
        try:
            engine().tasks.save_draft(
                actor(),
                task_id,
                answers=given.answers,
                ticks=given.ticks,
                note=given.note,
                revision=detail.row.revision,
                instance_revision=detail.instance_revision,
                plan_seen=_plan(detail),
                key=f"{posted_key()}-draft{detail.row.revision}",
            )
            return
        except Conflict as error:
            if not left or not conflicts.is_stale(error):
                raise


def complete(task_id: str, form: Form, own_files: Collection[str]) -> Receipt:
    """Complete a task of which the page may be old.

    :raises conflicts.Unmerged: when what would be completed is not what the page showed
    """
    for left in reversed(range(conflicts.TRIES)):
        detail = engine().tasks.get(actor(), task_id)
        outcome, gone = _merged(detail, form, own_files)
        if detail.row.state == "open" and (outcome.disputed or gone or _news(outcome)):
            raise outcome.unmerged(**gone)
        given = task_form.read(detail, outcome.form)
        if given.problems:
            raise Invalid(given.problems)
        try:
            return engine().tasks.complete(
                actor(),
                task_id,
                answers=given.answers,
                ticks=given.ticks,
                note=given.note,
                **task_form.signed_with(form),
                own_files=own_files,
                revision=detail.row.revision,
                instance_revision=detail.instance_revision,
                plan_seen=_plan(detail),
                key=posted_key(),
            )
        except Conflict as error:
            if error.error_code == "shown_changed":
                raise outcome.unmerged(news=json.dumps([SEEN])) from error
            if not left or not conflicts.is_stale(error):
                raise
    raise AssertionError("the last try either returns or raises")


def give(task_id: str, username: str, form: Form) -> str:
    """Give the task to a person; returns who has it then.

    :raises conflicts.Unmerged: when somebody else has given it to another one meanwhile
    """
    for left in reversed(range(conflicts.TRIES)):
        detail = engine().tasks.get(actor(), task_id)
        outcome = conflicts.merged(inputs(detail, filled="filled" in form, giving=True), form)
        if outcome.disputed:
            raise outcome.unmerged()
        chosen = outcome.form.get(ASSIGNEE, username)
        if ASSIGNEE not in outcome.changed:
            return chosen
        try:
            engine().tasks.reassign(
                actor(),
                task_id,
                chosen,
                revision=detail.row.revision,
                key=posted_key() + "-reassign",
            )
            return chosen
        except Conflict as error:
            if not left or not conflicts.is_stale(error):
                raise
    raise AssertionError("the last try either returns or raises")


def take_over(task_id: str, reason: str, form: Form) -> None:
    """Take the task over from the colleague whom the page named.

    :raises conflicts.Unmerged: when somebody else has it by now
    """
    for left in reversed(range(conflicts.TRIES)):
        detail = engine().tasks.get(actor(), task_id)
        outcome = conflicts.merged(inputs(detail, filled="filled" in form), form)
        if ASSIGNEE in outcome.news:
            raise outcome.unmerged()
        try:
            engine().tasks.take_over(
                actor(), task_id, reason, revision=detail.row.revision, key=posted_key() + "-over"
            )
            return
        except Conflict as error:
            if not left or not conflicts.is_stale(error):
                raise


def _plan(detail: TaskDetail) -> dict[str, tuple[str | None, date | None]]:
    """The rows of the plan as this request has read them."""
    return {r.id: (r.person.username if r.person else None, r.due) for r in detail.plan}


def _news(outcome: Outcome) -> list[str]:
    """What was changed by others of what is completed. Who has the task is no part of it."""
    return [name for name in outcome.news if name != ASSIGNEE]


def _merged(
    detail: TaskDetail, form: Form, own_files: Collection[str]
) -> tuple[Outcome, dict[str, str]]:
    """The form merged with what is stored; and, as an input, texts that it has for fields that the
    task does not ask for any more."""
    asked = inputs(detail, filled="filled" in form)
    base = conflicts.base_of(asked, form)
    disputed = task_form.disputed_plan(detail)
    for each in asked:
        if each.name.startswith("file.") and own_files:
            others = [file for file in each.stored if file not in own_files]
            if merge.digest(others) == base.get(each.name, ""):
                base[each.name] = merge.digest(each.stored)
    posted = Form(form)
    for each in asked:
        drafted = disputed.get(each.name)
        if drafted is None or base.get(each.name, "") == merge.digest(each.stored):
            continue  # no dispute, or one that the page has shown
        if each.read is not None and merge.digest(each.read(posted)) == base.get(each.name, ""):
            posted[each.name] = drafted  # left alone: what the draft says goes on waiting
        base[each.name] = merge.UNKNOWN
    posted["shown"] = merge.written(base)
    gone: dict[str, str] = {}
    if base.get(DIAGRAM, "") != merge.digest(detail.definition_id):
        known = {forms.PREFIX + field.id for field in detail.form}
        for name in [n for n in form if n.startswith(forms.PREFIX) and n not in known]:
            text = posted.pop(name).strip()
            if text and merge.digest(text) != base.get(name, ""):
                gone[name.removeprefix(forms.PREFIX)] = text
    more = {"gone": json.dumps(gone)} if gone else {}
    return conflicts.merged(asked, posted), more
