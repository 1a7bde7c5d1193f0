"""The page that signs a task with a passkey: what was typed is a draft by then, and what is signed
is what this page shows."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from engine import Conflict, IssuedChallenge, TaskDetail
from web import pending_forms, task_form, task_people
from web.context import actor, engine, posted_key
from web.forms import PREFIX, Problems, shown_fields
from web.identity import answers
from web.identity.site import site

blueprint = Blueprint("signing", __name__)


def _written(detail: TaskDetail) -> dict[str, Any]:
    """The stored draft, as the engine takes it."""
    form = MultiDict[str, str]()
    for id, text in shown_fields(detail.form, detail.values).items():
        form[PREFIX + id] = text
    for point in task_form.points(detail, None):
        form[f"why.{point.id}"] = point.reason
        if point.done:
            form[f"tick.{point.id}"] = "1"
    for row, parts in task_form.plan_rows(detail, None).items():
        for part, text in parts.items():
            form[f"plan.{row}.{part}"] = text
    form["note"] = detail.note
    given = task_form.read(detail, form)
    return {"answers": given.answers, "ticks": given.ticks, "note": given.note}


def _shown() -> dict[str, Any]:
    """What the posted form says that its page has shown."""
    revision = request.form.get("revision", "")
    return {
        "shown_sha256": request.form.get("shown_sha256", ""),
        "revision": int(revision) if revision.isdecimal() and len(revision) < 10 else -1,
    }


@blueprint.get("/tasks/<task_id>/sign")
def page(task_id: str) -> ResponseReturnValue:
    """The page: what is signed, and the button of the passkey."""
    detail = engine().tasks.get(actor(), task_id)
    typed = pending_forms.typed()
    if typed is None and (detail.row.state != "open" or "complete" not in detail.can):
        return redirect(url_for("tasks.show", task_id=task_id))
    return render_template(
        "tasks/sign.html",
        task=detail,
        row=detail.row,
        points=task_form.points(detail, None),
        names=task_people.names(detail),
        problems=Problems(typed.problems if typed else (), task_form.labels(detail)),
    )


@blueprint.post("/tasks/<task_id>/sign/challenge")
def challenge(task_id: str) -> ResponseReturnValue:
    """What the browser is told to sign with a passkey (JSON)."""

    def make() -> IssuedChallenge:
        detail = engine().tasks.get(actor(), task_id)
        return engine().signing.begin_by_passkey(
            actor(), task_id, site(), **_written(detail), **_shown()
        )

    return answers.challenge(make)


@blueprint.post("/tasks/<task_id>/sign")
def sign(task_id: str) -> ResponseReturnValue:
    """Complete and sign, if the passkey's answer is right and nothing has changed."""
    token, credential = answers.posted()
    detail = engine().tasks.get(actor(), task_id)
    try:
        engine().signing.sign_by_passkey(
            actor(),
            task_id,
            token,
            credential,
            site(),
            **_written(detail),
            **_shown(),
            key=posted_key(),
        )
    except Conflict as error:
        if error.error_code == "stale_revision":
            error.error_code = "shown_changed"
        raise
    return redirect(url_for("tasks.show", task_id=task_id, done=1), 303)
