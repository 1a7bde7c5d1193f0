"""BPMN messages that a person delivers to a case (complaint, renewal, notice): the form of one,
with a confirmation where the message interrupts work."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoPage

from engine import CaseDetail, Invalid, MessageOption, Problem
from web import choices, conflicts, pending_forms
from web.cases.routes import blueprint
from web.choices import Asked
from web.context import actor, engine, posted_key
from web.forms import PREFIX, Problems, read_fields, shown_fields
from web.i18n import gettext as _


@blueprint.get("/<case_id>/messages/<name>")
def message(case_id: str, name: str) -> str:
    """The form of a message."""
    detail, option = _option(case_id, name)
    return _page(detail, option)


@blueprint.post("/<case_id>/messages/<name>")
def send(case_id: str, name: str) -> ResponseReturnValue:
    """Deliver the message of the posted form to the case."""
    detail, option = _option(case_id, name)
    try:
        conflicts.must_show(**_shown(detail, option))
    except conflicts.Moved as moved:
        moved.form.pop("sure", None)  # the consequence is another one now
        raise
    if (found := choices.settle()) is not None:
        return found
    problems = []
    if option.interrupting and "sure" not in request.form:
        problems.append(Problem("confirm", "Confirm the consequence.", "sure"))
    answers = read_fields(option.form, request.form)
    if problems:
        wrong = engine().cases.message_problems(actor(), name, case_id, answers)
        raise Invalid([*wrong, *problems])
    done = engine().cases.deliver(actor(), name, case_id, answers, key=posted_key())
    if done.result["expected"]:
        flash(_("”%(label)s” har tagits emot.", label=option.label), "success")
    else:
        text = _(
            "”%(label)s” har tagits emot, men inget som återstår i ärendet väntar på det.",
            label=option.label,
        )
        flash(text, "warning")
    return redirect(url_for("cases.show", case_id=case_id))


def _option(case_id: str, name: str) -> tuple[CaseDetail, MessageOption]:
    """The case, and its message of this name when the reader may deliver it. Raises a 404."""
    detail = engine().cases.get(actor(), case_id)
    option = next((m for m in detail.messages if m.name == name and m.allowed), None)
    if option is None:
        raise NoPage
    return detail, option


def _shown(detail: CaseDetail, option: MessageOption) -> dict[str, Any]:
    """What the page shows of the message: what it asks for, and what it interrupts."""
    asks = [[f.id, f.type, f.label, f.required] for f in option.form]
    return {"asks": asks, "interrupts": detail.revision if option.interrupting else None}


def _page(detail: CaseDetail, option: MessageOption) -> str:
    typed = pending_forms.typed()
    posted = typed.form if typed else None
    shown = shown_fields(option.form, {}, posted)
    asked = [Asked(PREFIX + f.id, shown[f.id]) for f in option.form if f.type == "person"]
    labels = {field.id: field.label for field in option.form} | {"sure": _("Bekräfta")}
    return render_template(
        "cases/message.html",
        case=detail,
        row=detail.row,
        option=option,
        shown=shown,
        seen=_shown(detail, option),
        problems=Problems(typed.problems if typed else (), labels),
        people=choices.of_people(asked, posted, case_id=detail.row.id),
        sure=posted is not None and "sure" in posted,
    )
