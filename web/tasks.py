"""The pages of user tasks: the inbox (Mina uppgifter), and one task to fill in and sign.

Every button of a task's page posts the whole form, so that no button loses what was written; the
input ``action`` names the button.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from engine import (
    Conflict,
    Invalid,
    NotAuthenticated,
    NotFound,
    Problem,
    TaskDetail,
    TaskForm,
)
from web import choices, conflicts, inbox_page, pending_forms, task_form, task_people, task_saves
from web.back import way_back
from web.cases.plan import last_change
from web.context import actor, config, engine, posted_key, role_choices, url_for
from web.formats import clock
from web.forms import Problems, has_search, shown_fields
from web.i18n import gettext as _
from web.parsing import whole_number
from web.passwords import wrong_password
from web.task_inputs import ASSIGNEE, DIAGRAM, inputs
from web.texts.due_dates import reason_sentences
from web.texts.errors import error_page_texts
from web.texts.wording import phases

blueprint = Blueprint("tasks", __name__)


# ---------------------------------------------------------------- the list


@blueprint.get("/tasks")
def inbox() -> ResponseReturnValue:
    """A page of the open tasks that match the filters of the address, grouped by due date."""
    chosen = inbox_page.filters()
    cursor = request.args.get("cursor")
    page = engine().tasks.search(actor(), **chosen, cursor=cursor, limit=config().web.page_size)
    query = {name: value for name, value in chosen.items() if value}
    return render_template(
        "tasks/inbox.html",
        groups=inbox_page.grouped(page.items),
        notices=engine().notices.unseen(actor()) if g.has_notices else (),
        counts=engine().tasks.counts(actor(), **{k: v for k, v in chosen.items() if k != "due"}),
        chosen=chosen,
        narrowed=any(chosen[name] for name in ("phase", "role", "q")),
        address=partial(inbox_page.address, chosen),
        first_url=inbox_page.address(query) if cursor else None,
        next_url=inbox_page.address(query, cursor=page.next) if page.next else None,
        roles=role_choices(),
        phases=phases(),
    )


# ---------------------------------------------------------------- one task


@blueprint.get("/tasks/<task_id>")
def show(task_id: str) -> ResponseReturnValue:
    """The page of a task."""
    return _page(engine().tasks.get(actor(), task_id, explained=True))


@blueprint.get("/attachments/<attachment_id>")
def attachment(attachment_id: str) -> ResponseReturnValue:
    """Download an attachment. A browser saves it, never opens it: it may hold script."""
    file, data = engine().tasks.attachment(actor(), attachment_id)
    return send_file(
        io.BytesIO(data),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=file.filename,
    )


@blueprint.post("/tasks/<task_id>")
def act(task_id: str) -> ResponseReturnValue:
    """Do what the pressed button of the task's page says."""
    action, _colon, argument = request.form.get("action", "").partition(":")
    if has_search(request.form) and (found := _searched(task_id)):
        return found
    intent = action
    if "keep" in request.form:  # a choice between two texts; only a whole page is ever signed
        intent = request.form.get("intent", "save")
        action = "save" if intent == "complete" else intent
    if action == "enter":  # the Enter key: with a password it signs, else it saves
        action = "complete" if request.form.get("password") else "save"
    if action not in ("complete", *ACTIONS):
        raise BadRequest
    try:
        if action == "complete":
            return _complete(engine().tasks.form(actor(), task_id))
        return ACTIONS[action](engine().tasks.get(actor(), task_id), argument)
    except conflicts.Unmerged as error:
        error.form["intent"] = intent
        raise
    except Invalid as error:
        _save_what_asks_for_more(task_id, error)
        raise
    except NotAuthenticated as error:
        raise Invalid([*error.problems, _wrong_password(error)]) from error


def _searched(task_id: str) -> ResponseReturnValue | None:
    """What ``choices.settle`` answers, once the files of a form that is only to search are kept."""
    if choices.searching():
        _attach_files(task_id, engine().tasks.form(actor(), task_id))
    return choices.settle()


def _save_what_asks_for_more(task_id: str, error: Invalid) -> None:
    """Save the posted answers as a draft when they ask for fields that the page does not have yet.

    Which fields a task has may depend on its answers (a large offer needs a project group). A
    problem of a field that the page does not have means that the posted answers ask for it.
    """
    detail = engine().tasks.get(actor(), task_id)
    shown = task_form.labels(detail).keys() | {"assignee"}
    if any(problem.field not in shown for problem in error.problems):
        with suppress(Invalid, conflicts.Unmerged):
            task_saves.save(task_id, request.form, ())


def _wrong_password(error: NotAuthenticated) -> Problem:
    """A wrong password, or too many of them, as a problem of the form."""
    many = error.error_code == "too_many_attempts"
    text = error_page_texts(error)[1] if many else error.message
    return Problem(error.error_code if many else "wrong_password", text, "password", error.params)


def _page(detail: TaskDetail) -> str:
    """The task's page; its inputs show what was typed in a form that could not be done."""
    typed = pending_forms.typed()
    editable = detail.row.state == "open" and "save" in detail.can
    posted = typed.form if typed and {"filled", "disputed"} & typed.form.keys() else None
    asked = inputs(detail, giving=True)
    waiting = task_form.disputed_plan(detail) if posted is None and editable else {}
    compared = conflicts.draft_form(waiting) if waiting else posted
    shown = shown_fields(detail.form, detail.values, posted)
    plan = task_form.plan_rows(detail, posted)
    carried = (compared if waiting else typed.form if typed else None) or conflicts.Form()
    people = task_people.asked(detail, shown, plan, carried) if editable else {}
    return render_template(
        "tasks/edit.html" if editable else "tasks/read.html",
        task=detail,
        row=detail.row,
        points=task_form.points(detail, posted),
        stored_points=task_form.points(detail, None),
        shown=shown,
        plan=plan,
        why=reason_sentences(detail.due_reason) if detail.due_reason else [],
        note=detail.note if posted is None else posted.get("note", ""),
        base=(base := conflicts.shown_again(asked, posted) if posted else conflicts.shown(asked)),
        # A page that shows what is typed over what somebody has saved since has not shown that.
        shown_sha256=detail.shown_sha256
        if posted is None or base == conflicts.shown(asked)
        else posted.get("shown_sha256", ""),
        revision=_revision(detail) if posted is None else posted.get("revision", ""),
        carried=carried,
        differences=conflicts.differences(
            asked, compared, _who_saved(detail), waiting=bool(waiting)
        ),
        problems=Problems(typed.problems if typed else (), task_form.labels(detail)),
        unsaved=task_form.read(detail, posted) if posted and not editable else None,
        people=people,
        assignee=task_people.assignee(detail, carried),
        names={} if editable else task_people.names(detail),
        first_names=task_people.names(detail.countersigns) if detail.countersigns else {},
        followed=engine().tasks.follow_up(actor(), detail.row.id)
        if "done" in request.args and detail.row.state == "completed"
        else None,
        methods=config().signatures.methods,
        has_passkey=getattr(session, "has_second_factor", False),
        attachment_limit=config().limits.attachment_bytes,
        signed_kind=task_form.signed_kind,
    )


def _who_saved(detail: TaskDetail) -> conflicts.SavedBy:
    """Who has saved what is stored of an input: the draft, or the plan itself; of files, of the
    person and of the diagram the page does not say it."""
    drafted = {
        f"plan.{row}.{part}" for row, parts in detail.plan_was.items() for part in parts
    } - task_form.disputed_plan(detail).keys()

    def of(name: str) -> tuple[str | None, datetime | None]:
        if name.startswith("plan.") and name not in drafted:
            return last_change(detail.row.case_id)
        if name.startswith("file.") or name in (ASSIGNEE, DIAGRAM):
            return None, None
        return detail.draft_saved_by, detail.draft_saved_at

    return of


def _revision(detail: TaskDetail) -> str:
    """The revisions of a task and of its instance, for the hidden input of its page."""
    return f"{detail.row.revision}.{detail.instance_revision}"


# ---------------------------------------------------------------- the buttons


def _to_task(task_id: str, **more: Any) -> ResponseReturnValue:
    """Go to the task's page, which goes on leading back to where one came from."""
    back = request.values.get("back") or None
    return redirect(url_for("tasks.show", task_id=task_id, **more, back=back))


def _complete(task: TaskForm) -> ResponseReturnValue:
    """Complete the task as the page showed it: at its revision, as a rule."""
    given = task_form.read(task, request.form)
    content: dict[str, Any] = {"answers": given.answers, "ticks": given.ticks, "note": given.note}
    attached, problems = _attach_files(task.id, task)
    problems += given.problems
    if problems:
        problems += engine().tasks.problems(actor(), task.id, **content)
        if request.form.get("password"):
            problems += wrong_password("password")
        raise Invalid(problems)
    of_task, _dot, of_instance = request.form.get("revision", "").partition(".")
    revision, instance_revision = whole_number(of_task), whole_number(of_instance)
    if attached or task.plan or revision is None or instance_revision is None:
        task_saves.complete(task.id, request.form, attached)
        return _to_task(task.id, done=1)
    try:
        engine().tasks.complete(
            actor(),
            task.id,
            **content,
            **task_form.signed_with(request.form),
            revision=revision,
            instance_revision=instance_revision,
            key=posted_key(),
        )
    except Conflict as error:
        if error.error_code not in ("stale_revision", "shown_changed"):
            raise
        task_saves.complete(task.id, request.form, attached)
    return _to_task(task.id, done=1)


def _save(detail: TaskDetail, _argument: str = "") -> ResponseReturnValue:
    _save_form(detail)
    time = clock(engine().now())
    unread = task_form.unread(detail, request.form)
    if unread:
        text = _(
            "Utkastet sparades %(time)s. Det här går inte att läsa och står kvar som du skrev det: "
            "%(names)s.",
            time=time,
            names=", ".join(unread),
        )
        flash(text, "warning")
    elif request.form.get("intent") == "complete" and "keep" in request.form:
        flash(_("Sparat. Läs igenom det som står nu och signera."), "success")
    else:
        flash(_("Utkastet sparades %(time)s.", time=time), "success")
    return _to_task(detail.row.id)


def _sign_by_passkey(detail: TaskDetail, _argument: str = "") -> ResponseReturnValue:
    """Save what was typed, and go on to the page that the passkey signs."""
    _save_form(detail)
    return redirect(url_for("signing.page", task_id=detail.row.id), 303)


def _claim(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    _save_if_changed(detail)
    engine().tasks.claim(actor(), detail.row.id, key=posted_key() + "-claim")
    flash(_("Uppgiften är din."), "success")
    return _to_task(detail.row.id)


def _release(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    _save_if_changed(detail)
    engine().tasks.release(actor(), detail.row.id, key=posted_key() + "-release")
    flash(_("Uppgiften är lämnad tillbaka till rollen. Det du skrev finns kvar där."), "success")
    return redirect(way_back().url)


def _reassign(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    username = request.form.get("assignee", "")
    if not task_people.may_take(detail, username):
        raise Invalid([Problem("not_an_option", "Choose a person.", "assignee")])
    _save_if_changed(detail)
    username = task_saves.give(detail.row.id, username, request.form)
    flash(_("%(name)s har nu uppgiften.", name=choices.name_of(username)), "success")
    return _to_task(detail.row.id)


def _take_over(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    task_saves.take_over(detail.row.id, reason, request.form)
    told = detail.row.assignee.name if detail.row.assignee else ""
    flash(_("Uppgiften är din. %(name)s får veta det, med din orsak.", name=told), "success")
    return _to_task(detail.row.id)


@blueprint.post("/notices/<notice_id>/seen")
def see_notice(notice_id: str) -> ResponseReturnValue:
    """The reader has seen a notice of the inbox."""
    engine().notices.see(actor(), notice_id, key=posted_key())
    return redirect(way_back().url)


@blueprint.post("/tasks/<task_id>/signature/withdraw")
def withdraw_signature(task_id: str) -> ResponseReturnValue:
    """Withdraw the signature of a task, with the posted reason."""
    reason = request.form.get("reason", "")
    engine().tasks.withdraw_signature(actor(), task_id, reason, key=posted_key())
    flash(_("Signaturen är tillbakadragen. Den står kvar, överstruken, med din orsak."), "success")
    return _to_task(task_id)


def _detach(detail: TaskDetail, attachment_id: str) -> ResponseReturnValue:
    try:
        engine().tasks.detach(actor(), detail.row.id, attachment_id, key=posted_key() + "-detach")
        flash(_("Filen är borttagen."), "success")
    except NotFound:
        flash(_("Filen var redan borttagen."), "info")
    _save_if_changed(detail)
    return _to_task(detail.row.id)


ACTIONS: Final[dict[str, Callable[[TaskDetail, str], ResponseReturnValue]]] = {
    "save": _save,
    "passkey": _sign_by_passkey,
    "claim": _claim,
    "release": _release,
    "reassign": _reassign,
    "take_over": _take_over,
    "detach": _detach,
}
"""What each button of a task's page does; ``detach`` takes the attachment's id as its argument."""


def _save_form(detail: TaskDetail, *, always: bool = True) -> None:
    """Save the posted form as a draft, its files first."""
    attached, problems = _attach_files(detail.row.id, detail)
    if problems:
        raise Invalid([*problems, *task_form.read(detail, request.form).problems])
    task_saves.save(detail.row.id, request.form, attached, always=always)


def _save_if_changed(detail: TaskDetail) -> None:
    """Save what was written, before another button than Save does its own."""
    if "filled" not in request.form or "save" not in detail.can:
        return  # the page showed no inputs: their absence says nothing
    _save_form(detail, always=False)


def _attach_files(task_id: str, task: TaskDetail | TaskForm) -> tuple[list[str], list[Problem]]:
    """Attach the posted files; their ids, and what is wrong with those that cannot be attached."""
    limit = config().limits.attachment_bytes
    attached: list[str] = []
    problems: list[Problem] = []
    for place, (field_id, file) in enumerate(task_form.files(task, request.files)):
        data = file.stream.read()
        if len(data) > limit:
            most = {"maximum": limit}
            problems.append(Problem("file_too_large", "Too large.", field_id, most))
            continue
        try:
            receipt = engine().tasks.attach(
                actor(),
                task_id,
                field_id,
                file.filename or "fil",
                file.mimetype or "application/octet-stream",
                data,
                key=f"{posted_key()}-file{place}",
            )
        except Invalid as error:
            problems += error.problems
        else:
            attached.append(str(receipt.id))
            pending_forms.arrived([file])
    return attached, problems
