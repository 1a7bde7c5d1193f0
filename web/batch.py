"""Signing several tasks at once: choose them, read each, give the password once."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from engine import Invalid, NotAuthenticated, NotFound, Problem, ServiceplanError, TaskDetail
from web import pending_forms, task_form, task_people
from web.context import actor, engine, posted_key
from web.forms import Problems
from web.i18n import gettext as _
from web.texts.errors import error_texts, problem_text

blueprint = Blueprint("batch", __name__)
SHOWN = "shown."
"""What the names of the inputs begin with that say what the page showed of a task."""


@blueprint.get("/tasks/batch")
def choose() -> ResponseReturnValue:
    """The tasks that may be signed together, to choose from; those that are chosen, to read."""
    typed = pending_forms.typed()
    names = [n.removeprefix(SHOWN) for n in typed.form if n.startswith(SHOWN)] if typed else []
    chosen = list(dict.fromkeys(request.args.getlist("task") or names))
    if not chosen:
        listed = engine().tasks.search(actor(), show="mine", limit=engine().tasks.MOST).items
        return render_template("tasks/batch_choose.html", rows=listed)
    return _read(chosen)


@blueprint.post("/tasks/batch")
def sign() -> ResponseReturnValue:
    """Sign what was chosen; the page says of each what became of it."""
    shown = {
        name.removeprefix(SHOWN): value
        for name, value in request.form.items()
        if name.startswith(SHOWN)
    }
    password = request.form.get("password", "")
    if not password:
        raise Invalid([Problem("password_required", "sign with your password", "password")])
    try:
        done = engine().tasks.sign_several(actor(), shown, password=password, key=posted_key())
    except NotAuthenticated as error:
        raise Invalid(
            [Problem("wrong_password", error.message, "password", error.params)]
        ) from error
    details = {one.task_id: engine().tasks.get(actor(), one.task_id) for one in done}
    failed = {one.task_id: _why(one.error) for one in done if one.error is not None}
    return render_template("tasks/batch_done.html", done=done, details=details, failed=failed)


def _why(error: ServiceplanError) -> str:
    if isinstance(error, Invalid):
        return " ".join(problem_text(problem) for problem in error.problems)
    return error_texts(error.error_code, error.params, error.message)[1]


def _missing(detail: TaskDetail) -> str:
    """Why a task cannot be signed together with others; "" when it can."""
    if detail.row.state != "open" or "complete" not in detail.can:
        return _("Den är inte öppen för dig.")
    if not detail.signature_required:
        return _("Den ska inte signeras.")
    if any(field.type == "plan" for field in detail.form):
        return _("Planen ändras på uppgiftens egen sida.")
    found, labels = engine().tasks.missing(actor(), detail.row.id), task_form.labels(detail)
    return " ".join(
        f"{labels.get(problem.field or '', '')}: {problem_text(problem)}" for problem in found
    )


def _read(chosen: list[str]) -> str:
    """The page on which the chosen tasks are read and signed."""
    typed = pending_forms.typed()
    ready: list[TaskDetail] = []
    missing: list[tuple[TaskDetail, str]] = []
    for task_id in chosen[: engine().tasks.MOST]:
        try:
            detail = engine().tasks.get(actor(), task_id)
        except NotFound:
            continue
        why = _missing(detail)
        if why:
            missing.append((detail, why))
        else:
            ready.append(detail)
    return render_template(
        "tasks/batch.html",
        ready=ready,
        missing=missing,
        names={detail.row.id: task_people.names(detail) for detail in ready},
        problems=Problems(typed.problems if typed else (), {"password": _("Ditt lösenord")}),
    )
