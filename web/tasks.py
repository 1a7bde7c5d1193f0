"""The pages of user tasks: the inbox (Mina uppgifter), and one task to fill in and sign.

Every button of a task's page posts the whole form, so that no button loses what was written; the
input ``action`` names the button.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from engine import (
    Conflict,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    Problem,
    TaskDetail,
    TaskForm,
    TaskRow,
)
from web import task_form
from web.back import way_back
from web.context import actor, config, engine, posted_key, today
from web.errors import status_of
from web.formats import by_name, clock
from web.forms import Problems, shown_fields
from web.i18n import gettext as _
from web.texts.due_dates import reason_sentences
from web.texts.errors import error_page_texts, error_texts
from web.texts.wording import phases

blueprint = Blueprint("tasks", __name__)
GROUPS: Final = ("late", "today", "coming")
"""The groups of the inbox by due date, also the values of its filter ``due``."""
SHOW: Final = ("mine", "role", "all")
"""Whose tasks the inbox shows: one's own, those of one's roles, everybody's."""


# ---------------------------------------------------------------- the list


@blueprint.get("/tasks")
def inbox() -> ResponseReturnValue:
    """A page of the open tasks that match the filters of the address, grouped by due date."""
    chosen = _filters()
    cursor = request.args.get("cursor")
    page = engine().tasks.search(actor(), **chosen, cursor=cursor, limit=config().web.page_size)
    query = {name: value for name, value in chosen.items() if value}
    return render_template(
        "tasks/inbox.html",
        groups=_grouped(page.items),
        notices=engine().notices.unseen(actor()),
        counts=engine().tasks.counts(actor(), **{k: v for k, v in chosen.items() if k != "due"}),
        chosen=chosen,
        narrowed=any(chosen[name] for name in ("phase", "role", "q")),
        first_url=url_for("tasks.inbox", **query) if cursor else None,
        next_url=url_for("tasks.inbox", **query, cursor=page.next) if page.next else None,
        roles=engine().roles,
        phases=phases(),
    )


def _filters() -> dict[str, Any]:
    """The filters of the address; an unknown value of a filter counts as none."""
    show = request.args.get("show", "")
    due = request.args.get("due", "")
    role = request.args.get("role", "")
    return {
        "show": show if show in SHOW else "mine",
        "due": due if due in GROUPS else None,
        "phase": request.args.get("phase", "")[:10] or None,
        "role": role if role in engine().roles else None,
        "q": request.args.get("q", "").strip()[:100],
    }


def _grouped(rows: tuple[TaskRow, ...]) -> list[tuple[str, list[TaskRow]]]:
    """The rows by ``GROUPS``, without the groups that are empty."""
    groups: dict[str, list[TaskRow]] = {name: [] for name in GROUPS}
    for row in rows:
        if row.due is None or row.due > today():
            groups["coming"].append(row)
        else:
            groups["late" if row.due < today() else "today"].append(row)
    return [(name, members) for name, members in groups.items() if members]


# ---------------------------------------------------------------- one task


@blueprint.get("/tasks/<task_id>")
def show(task_id: str) -> ResponseReturnValue:
    """The page of a task."""
    return _page(engine().tasks.get(actor(), task_id))


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
    if action == "enter":  # the Enter key: with a password it signs, else it saves
        action = "complete" if request.form.get("password") else "save"
    if action not in ("complete", *ACTIONS):
        raise BadRequest
    try:
        if action == "complete":
            return _complete(engine().tasks.form(actor(), task_id))
        return ACTIONS[action](engine().tasks.get(actor(), task_id), argument)
    except Invalid as error:
        return _page(_detail_with(task_id, error), error.problems), 422
    except NotAuthenticated as error:
        return _not_signed(task_id, error)
    except NotAllowed as error:
        return _not_mine(task_id, error)
    except Conflict as error:
        return _lost_race(task_id, error)


def _detail_with(task_id: str, error: Invalid) -> TaskDetail:
    """The task, with every field that the problems are about.

    Which fields a task has may depend on its answers (a large offer needs a project group). A
    problem of a field that the page does not have yet means that the posted answers ask for it:
    they are saved as a draft, and the task is read again.
    """
    detail = engine().tasks.get(actor(), task_id)
    shown = task_form.labels(detail).keys() | {"assignee"}
    if any(problem.field not in shown for problem in error.problems):
        given = task_form.read(detail, request.form)
        with suppress(Invalid):
            _save_draft(detail, given)
            detail = engine().tasks.get(actor(), task_id)
    return detail


def _page(detail: TaskDetail, problems: tuple[Problem, ...] = (), **shown: Any) -> str:
    """The task's page; after a post its inputs show what was posted."""
    posted = request.form if request.method == "POST" else None
    if detail.row.state != "open" or "save" not in detail.can:
        template = "tasks/read.html"
    else:
        template = "tasks/edit.html"
    asks_people = any(f.type in ("person", "plan") for f in detail.form)
    people = by_name(p for p in engine().people.all(actor()) if p.active) if asks_people else []
    return render_template(
        template,
        task=detail,
        row=detail.row,
        points=task_form.points(detail, posted),
        stored_points=task_form.points(detail, None),
        shown=shown_fields(detail.form, detail.values, posted),
        plan=task_form.plan_rows(detail, posted),
        why=reason_sentences(engine().tasks.explain_due(actor(), detail.row.id))
        if detail.row.due
        else [],
        note=detail.note if posted is None else posted.get("note", ""),
        problems=Problems(problems, task_form.labels(detail)),
        people=people,
        names={p.username: p.name for p in people},
        followed=engine().tasks.follow_up(actor(), detail.row.id)
        if "done" in request.args and detail.row.state == "completed"
        else None,
        attachment_limit=config().limits.attachment_bytes,
        **shown,
    )


def _not_signed(task_id: str, error: NotAuthenticated) -> ResponseReturnValue:
    """The page after a wrong password, or too many of them: all inputs stay as they were posted."""
    text = error_page_texts(error)[1] if error.error_code == "too_many_attempts" else error.message
    code = "wrong_password" if error.error_code != "too_many_attempts" else error.error_code
    problem = Problem(code, text, "password", error.params)
    return _page(engine().tasks.get(actor(), task_id), (problem,)), 422


def _not_mine(task_id: str, error: NotAllowed) -> ResponseReturnValue:
    """The page after a post by a reader who no longer has the task: it shows what was posted, to be
    copied."""
    detail = engine().tasks.get(actor(), task_id)
    unsaved = task_form.read(detail, request.form) if "filled" in request.form else None
    return _page(detail, conflict=error_page_texts(error), unsaved=unsaved), status_of(error)


def _lost_race(task_id: str, error: Conflict) -> ResponseReturnValue:
    """The page after a post to a task that somebody else has changed since it was read."""
    detail = engine().tasks.get(actor(), task_id)
    if detail.row.state != "open":
        return _too_late(detail)
    title, text = error_page_texts(error)
    return _page(detail, conflict=(title, text)), status_of(error)


def _too_late(detail: TaskDetail) -> ResponseReturnValue:
    """The page after a post to a closed task: who closed it and when, and what was posted."""
    if detail.row.state == "cancelled":
        texts = error_texts("withdrawn", {})
    else:
        by = detail.completed_by.name if detail.completed_by else "–"
        texts = error_texts("already_completed", {"by": by, "at": detail.completed_at})
    return _page(detail, conflict=texts, unsaved=task_form.read(detail, request.form)), 409


# ---------------------------------------------------------------- the buttons


def _to_task(task_id: str, **more: Any) -> ResponseReturnValue:
    """Go to the task's page, which goes on leading back to where one came from."""
    back = request.values.get("back") or None
    return redirect(url_for("tasks.show", task_id=task_id, **more, back=back))


def _complete(task: TaskForm) -> ResponseReturnValue:
    given = task_form.read(task, request.form)
    if given.problems:
        raise Invalid(given.problems)
    _attach_files(task.id, task)
    engine().tasks.complete(
        actor(),
        task.id,
        answers=given.answers,
        ticks=given.ticks,
        note=given.note,
        password=request.form.get("password") or None,
        key=posted_key(),
    )
    return _to_task(task.id, done=1)


def _save(detail: TaskDetail, _argument: str = "") -> ResponseReturnValue:
    _save_form(detail)
    flash(_("Utkastet sparades %(time)s.", time=clock(engine().now())), "success")
    return _to_task(detail.row.id)


def _claim(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    _save_draft_if_changed(detail)
    engine().tasks.claim(actor(), detail.row.id, key=posted_key() + "-claim")
    flash(_("Uppgiften är din."), "success")
    return _to_task(detail.row.id)


def _release(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    _save_draft_if_changed(detail)
    engine().tasks.release(actor(), detail.row.id, key=posted_key() + "-release")
    flash(_("Uppgiften är lämnad tillbaka till rollen. Det du skrev finns kvar där."), "success")
    return redirect(way_back().url)


def _reassign(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    username = request.form.get("assignee", "")
    names = {p.username: p.name for p in detail.candidates}
    if username not in names:
        raise Invalid([Problem("not_an_option", "Choose a person.", "assignee")])
    _save_draft_if_changed(detail)
    engine().tasks.reassign(actor(), detail.row.id, username, key=posted_key() + "-reassign")
    flash(_("%(name)s har nu uppgiften.", name=names[username]), "success")
    return _to_task(detail.row.id)


def _take_over(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    engine().tasks.take_over(actor(), detail.row.id, reason, key=posted_key() + "-over")
    told = detail.row.assignee.name if detail.row.assignee else ""
    flash(_("Uppgiften är din. %(name)s får veta det, med din orsak.", name=told), "success")
    return _to_task(detail.row.id)


@blueprint.post("/notices/<notice_id>/seen")
def see_notice(notice_id: str) -> ResponseReturnValue:
    """The reader has seen a notice of the inbox."""
    engine().notices.see(actor(), notice_id, key=posted_key())
    return redirect(way_back().url)


def _detach(detail: TaskDetail, attachment_id: str) -> ResponseReturnValue:
    engine().tasks.detach(actor(), detail.row.id, attachment_id, key=posted_key() + "-detach")
    _save_draft_if_changed(detail)
    flash(_("Filen är borttagen."), "success")
    return _to_task(detail.row.id)


ACTIONS: Final[dict[str, Callable[[TaskDetail, str], ResponseReturnValue]]] = {
    "save": _save,
    "claim": _claim,
    "release": _release,
    "reassign": _reassign,
    "take_over": _take_over,
    "detach": _detach,
}
"""What each button of a task's page does; ``detach`` takes the attachment's id as its argument."""


def _save_form(detail: TaskDetail) -> None:
    """Save the posted form as a draft, its files first."""
    given = task_form.read(detail, request.form)
    if given.problems:
        raise Invalid(given.problems)
    _attach_files(detail.row.id, detail)
    _save_draft(detail, given)


def _save_draft(detail: TaskDetail, given: task_form.TaskInput) -> None:
    engine().tasks.save_draft(
        actor(),
        detail.row.id,
        answers=given.answers,
        ticks=given.ticks,
        note=given.note,
        key=posted_key() + "-draft",
    )


def _save_draft_if_changed(detail: TaskDetail) -> None:
    """Save what was written, before another button than Save does its own."""
    if "filled" not in request.form or "save" not in detail.can:
        return  # the page showed no inputs: their absence says nothing
    wrote = task_form.changed(detail, task_form.read(detail, request.form))
    if wrote or any(task_form.files(detail, request.files)):
        _save_form(detail)


def _attach_files(task_id: str, task: TaskDetail | TaskForm) -> None:
    limit = config().limits.attachment_bytes
    for place, (field_id, file) in enumerate(task_form.files(task, request.files)):
        data = file.stream.read()
        if len(data) > limit:
            raise Invalid([Problem("file_too_large", "Too large.", field_id, {"maximum": limit})])
        engine().tasks.attach(
            actor(),
            task_id,
            field_id,
            file.filename or "fil",
            file.mimetype or "application/octet-stream",
            data,
            key=f"{posted_key()}-file{place}",
        )
