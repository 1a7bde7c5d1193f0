"""Mina uppgifter and one task: find it, fill it in, sign it.

Every button of a task's page sends the whole form, so that no press can lose what was written:
``action`` says which button it was.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from engine import Conflict, Invalid, NotAllowed, NotAuthenticated, Problem, TaskDetail, TaskRow
from web import reasons, taskform
from web.context import actor, config, engine, posted_key, today
from web.errors import status_of
from web.formats import by_name, clock
from web.forms import Problems, shown_fields
from web.i18n import gettext as _
from web.messages import error_page_texts, error_texts

blueprint = Blueprint("tasks", __name__)
GROUPS: Final = ("late", "today", "coming")
SHOW: Final = ("mine", "role", "all")


# ---------------------------------------------------------------- the list


@blueprint.get("/")
def home() -> ResponseReturnValue:
    return redirect(url_for("tasks.inbox"))


@blueprint.get("/tasks")
def inbox() -> ResponseReturnValue:
    chosen = _filters()
    cursor = request.args.get("cursor")
    page = engine().tasks.search(actor(), **chosen, cursor=cursor, limit=config().web.page_size)
    kept = {name: value for name, value in chosen.items() if value}
    return render_template(
        "tasks/inbox.html",
        groups=_grouped(page.items),
        counts=engine().tasks.counts(actor(), **{k: v for k, v in chosen.items() if k != "due"}),
        chosen=chosen,
        narrowed=any(chosen[name] for name in ("phase", "role", "q")),
        first_url=url_for("tasks.inbox", **kept) if cursor else None,
        next_url=url_for("tasks.inbox", **kept, cursor=page.next) if page.next else None,
        roles=engine().roles,
        phases=_phases(),
    )


def _phases() -> list[tuple[str, str]]:
    """Key and title of the phases that the live diagrams have."""
    live = engine().definitions.all(actor())
    return sorted({(d.phase, d.name) for d in live if d.phase and d.latest})


def _filters() -> dict[str, Any]:
    """The filters of the address; what is not on the lists counts as not asked for."""
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
    """The rows under late, today and coming, without the groups that are empty."""
    groups: dict[str, list[TaskRow]] = {name: [] for name in GROUPS}
    for row in rows:
        if row.due is None or row.due > today():
            groups["coming"].append(row)
        else:
            groups["late" if row.due < today() else "today"].append(row)
    return [(name, found) for name, found in groups.items() if found]


# ---------------------------------------------------------------- one task


@blueprint.get("/tasks/<task_id>")
def show(task_id: str) -> ResponseReturnValue:
    return _page(engine().tasks.get(actor(), task_id))


@blueprint.get("/attachments/<attachment_id>")
def attachment(attachment_id: str) -> ResponseReturnValue:
    """A file as it was attached: always saved, never opened inside the site."""
    found, data = engine().tasks.attachment(actor(), attachment_id)
    return send_file(
        io.BytesIO(data),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=found.filename,
    )


@blueprint.post("/tasks/<task_id>")
def act(task_id: str) -> ResponseReturnValue:
    """One press of a button of the task's page."""
    detail = engine().tasks.get(actor(), task_id)
    action, _colon, argument = request.form.get("action", "").partition(":")
    if action == "enter":  # the Enter key: with a password it signs, else it saves
        action = "complete" if request.form.get("password") else "save"
    if action not in ACTIONS:
        raise BadRequest
    try:
        return ACTIONS[action](detail, argument)
    except Invalid as error:
        return _page(_detail_with(task_id, error), error.problems), 422
    except NotAuthenticated as error:
        return _not_signed(task_id, error)
    except NotAllowed as error:
        return _not_mine(task_id, error)
    except Conflict as error:
        return _lost_race(task_id, error)


def _detail_with(task_id: str, error: Invalid) -> TaskDetail:
    """The task with everything on it that the problems are about.

    What is asked for may depend on the answers (a large offer needs a project group): then what
    was sent is kept as a draft, so that the page asks for what these answers call for.
    """
    detail = engine().tasks.get(actor(), task_id)
    shown = taskform.labels(detail).keys() | {"assignee"}
    if any(problem.field not in shown for problem in error.problems):
        given = taskform.read(detail, request.form)
        with suppress(Invalid):
            _save_draft(detail, given)
            detail = engine().tasks.get(actor(), task_id)
    return detail


def _page(detail: TaskDetail, problems: tuple[Problem, ...] = (), **shown: Any) -> str:
    """The task's page; what was posted is shown again, whatever became of it."""
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
        points=taskform.points(detail, posted),
        stored_points=taskform.points(detail, None),
        shown=shown_fields(detail.form, detail.values, posted),
        plan=taskform.plan_rows(detail, posted),
        why=reasons.steps(engine().tasks.explain_due(actor(), detail.row.id))
        if detail.row.due
        else [],
        note=detail.note if posted is None else posted.get("note", ""),
        problems=Problems(problems, taskform.labels(detail)),
        people=people,
        names={p.username: p.name for p in people},
        attachment_limit=config().limits.attachment_bytes,
        **shown,
    )


def _not_signed(task_id: str, error: NotAuthenticated) -> ResponseReturnValue:
    """A wrong password (or too many): everything else stays as it was written."""
    text = error_page_texts(error)[1] if error.error_code == "too_many_attempts" else error.message
    code = "wrong_password" if error.error_code != "too_many_attempts" else error.error_code
    problem = Problem(code, text, "password", error.params)
    return _page(engine().tasks.get(actor(), task_id), (problem,)), 422


def _not_mine(task_id: str, error: NotAllowed) -> ResponseReturnValue:
    """Somebody else has the task by now: what was written is shown, to keep or to hand over."""
    detail = engine().tasks.get(actor(), task_id)
    unsaved = taskform.read(detail, request.form) if "filled" in request.form else None
    return _page(detail, conflict=error_page_texts(error), unsaved=unsaved), status_of(error)


def _lost_race(task_id: str, error: Conflict) -> ResponseReturnValue:
    detail = engine().tasks.get(actor(), task_id)
    if detail.row.state != "open":
        return _too_late(detail)
    title, text = error_page_texts(error)
    return _page(detail, conflict=(title, text)), status_of(error)


def _too_late(detail: TaskDetail) -> ResponseReturnValue:
    """Somebody was first: who and when, and what this reader wrote, to keep or to compare."""
    if detail.row.state == "cancelled":
        texts = error_texts("withdrawn", {})
    else:
        by = detail.completed_by.name if detail.completed_by else "–"
        texts = error_texts("already_completed", {"by": by, "at": detail.completed_at})
    return _page(detail, conflict=texts, unsaved=taskform.read(detail, request.form)), 409


# ---------------------------------------------------------------- the buttons


def _complete(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    given = taskform.read(detail, request.form)
    if given.problems:
        raise Invalid(given.problems)
    _attach_files(detail)
    engine().tasks.complete(
        actor(),
        detail.row.id,
        answers=given.answers,
        ticks=given.ticks,
        note=given.note,
        password=request.form.get("password") or None,
        key=posted_key(),
    )
    return redirect(url_for("tasks.show", task_id=detail.row.id, done=1))


def _save(detail: TaskDetail, _argument: str = "") -> ResponseReturnValue:
    _keep(detail)
    flash(_("Utkastet sparades %(time)s.", time=clock(engine().now())), "success")
    return redirect(url_for("tasks.show", task_id=detail.row.id))


def _claim(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    _keep_if_changed(detail)
    engine().tasks.claim(actor(), detail.row.id, key=posted_key() + "-claim")
    flash(_("Uppgiften är din."), "success")
    return redirect(url_for("tasks.show", task_id=detail.row.id))


def _release(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    _keep_if_changed(detail)
    engine().tasks.release(actor(), detail.row.id, key=posted_key() + "-release")
    flash(_("Uppgiften är lämnad tillbaka till rollen. Det du skrev finns kvar där."), "success")
    return redirect(url_for("tasks.inbox"))


def _reassign(detail: TaskDetail, _argument: str) -> ResponseReturnValue:
    username = request.form.get("assignee", "")
    names = {p.username: p.name for p in detail.candidates}
    if username not in names:
        raise Invalid([Problem("not_an_option", "Choose a person.", "assignee")])
    _keep_if_changed(detail)
    engine().tasks.reassign(actor(), detail.row.id, username, key=posted_key() + "-reassign")
    flash(_("%(name)s har nu uppgiften.", name=names[username]), "success")
    return redirect(url_for("tasks.show", task_id=detail.row.id))


def _detach(detail: TaskDetail, attachment_id: str) -> ResponseReturnValue:
    engine().tasks.detach(actor(), detail.row.id, attachment_id, key=posted_key() + "-detach")
    _keep_if_changed(detail)
    flash(_("Filen är borttagen."), "success")
    return redirect(url_for("tasks.show", task_id=detail.row.id))


ACTIONS: Final[dict[str, Callable[[TaskDetail, str], ResponseReturnValue]]] = {
    "complete": _complete,
    "save": _save,
    "claim": _claim,
    "release": _release,
    "reassign": _reassign,
    "detach": _detach,
}


def _keep(detail: TaskDetail) -> None:
    """Save what the form holds as a draft, its files first."""
    given = taskform.read(detail, request.form)
    if given.problems:
        raise Invalid(given.problems)
    _attach_files(detail)
    _save_draft(detail, given)


def _save_draft(detail: TaskDetail, given: taskform.TaskInput) -> None:
    engine().tasks.save_draft(
        actor(),
        detail.row.id,
        answers=given.answers,
        ticks=given.ticks,
        note=given.note,
        key=posted_key() + "-draft",
    )


def _keep_if_changed(detail: TaskDetail) -> None:
    """Before another button's work: nothing that was written in passing is lost."""
    if "filled" not in request.form or "save" not in detail.can:
        return  # the page showed no inputs: their absence says nothing
    wrote = taskform.changed(detail, taskform.read(detail, request.form))
    if wrote or any(taskform.files(detail, request.files)):
        _keep(detail)


def _attach_files(detail: TaskDetail) -> None:
    limit = config().limits.attachment_bytes
    for place, (field_id, file) in enumerate(taskform.files(detail, request.files)):
        data = file.stream.read()
        if len(data) > limit:
            raise Invalid([Problem("file_too_large", "Too large.", field_id, {"maximum": limit})])
        engine().tasks.attach(
            actor(),
            detail.row.id,
            field_id,
            file.filename or "fil",
            file.mimetype or "application/octet-stream",
            data,
            key=f"{posted_key()}-file{place}",
        )
