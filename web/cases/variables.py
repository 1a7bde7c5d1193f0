"""The variables of a process instance of a case: the list, and the correction of one.

The pages call them "värden".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import CaseDetail, Conflict, Invalid, Problem, VariableValue, is_unseen
from web import conflicts, forms, pending_forms
from web.cases.allowed import case_that_allows
from web.cases.routes import blueprint
from web.context import actor, engine, posted_key
from web.forms import Problems
from web.i18n import N_
from web.i18n import gettext as _
from web.texts.wording import DiagramWords
from web.understood import understand

TYPES: Final = {
    "string": N_("Text"),
    "number": N_("Tal"),
    "boolean": N_("Ja eller nej"),
    "date": N_("Datum"),
    "null": N_("Inget värde"),
    "feel": N_("Annat, skrivet som FEEL"),
}
"""The types of ``VariableValue``, each with its name."""


@blueprint.get("/<case_id>/instances/<instance_id>/variables")
def variables(case_id: str, instance_id: str) -> str:
    """All variables of an instance."""
    detail, stored = _stored(case_id, instance_id)
    view = engine().instances.get(actor(), instance_id)
    return render_template(
        "cases/variables.html",
        case=detail,
        row=detail.row,
        instance=view,
        labels={id: f.label for id, f in DiagramWords().of(view.definition_id).fields.items()},
        variables=stored,
        types={key: _(text) for key, text in TYPES.items()},
        incident=_incident(detail, request.args),
    )


@blueprint.get("/<case_id>/instances/<instance_id>/variables/correct")
def correct_variable(case_id: str, instance_id: str) -> str:
    """The form that corrects the variable of the address (``?name=``), or sets a new one."""
    detail, stored = _stored(case_id, instance_id)
    asked = request.args.get("name")
    typed = pending_forms.typed()
    if typed and asked is not None and asked != typed.form.get("name"):
        pending_forms.of_another_page()
        typed = None
    given = typed.form if typed else request.args
    name = given.get("name", "").strip()
    now = next((v for v in stored if v.name == name), None)
    kind = given.get("type", now.type if now else "string")
    kind = kind if kind in TYPES else "string"
    shown = typed.form.get("value", "") if typed else _shown(now, kind)
    labels = {"name": _("Namn"), "value": _("Nytt värde"), "reason": _("Varför rättas det?")}
    return render_template(
        "cases/correct_variable.html",
        case=detail,
        row=detail.row,
        instance=engine().instances.get(actor(), instance_id),
        name=name,
        now=now,
        kind=kind,
        text=shown,
        reason=typed.form.get("reason", "") if typed else "",
        types={key: _(text) for key, text in TYPES.items()},
        incident=_incident(detail, given),
        base=typed.form.get("shown", "") if typed else conflicts.shown([_input(now, None)]),
        carried=typed.form if typed else {},
        differences=conflicts.differences(
            [_input(now, typed.form)], typed.form, lambda _input: _last_correction(case_id, name)
        )
        if typed
        else None,
        problems=Problems(typed.problems if typed else (), labels),
    )


@blueprint.post("/<case_id>/instances/<instance_id>/variables/correct")
def correct_variable_sent(case_id: str, instance_id: str) -> ResponseReturnValue:
    """Set the variable to the posted value; with the button "retry" also try the incident again."""
    name, reason = request.form.get("name", "").strip(), request.form.get("reason", "").strip()
    key = posted_key()
    for left in reversed(range(conflicts.TRIES)):
        detail, stored = _stored(case_id, instance_id)
        now = next((v for v in stored if v.name == name), None)
        outcome = conflicts.merged([_input(now, request.form)], request.form)
        if outcome.disputed:
            raise outcome.unmerged()
        if request.form.get("keep", "").startswith("theirs"):
            flash(_("Värdet ”%(name)s” är som det var sparat.", name=name), "info")
            return redirect(url_for("cases.show", case_id=case_id))
        given, expressions, problems = _posted(outcome.form, name)
        if is_unseen(reason):
            problems.append(Problem("required", "Say why.", "reason"))
        try:
            if problems:
                raise Invalid(problems)
            engine().instances.correct_variables(
                actor(),
                instance_id,
                given,
                expressions=expressions,
                reason=reason,
                seen={name: now.text if now else None},
                key=key,
            )
            break
        except Invalid as error:
            raise Invalid([_at_the_input(p, name) for p in error.problems]) from error
        except Conflict as error:
            if not left or not conflicts.is_stale(error):
                raise
    flash(_("Värdet ”%(name)s” är rättat.", name=name), "success")
    incident = _incident(detail, request.form)
    if request.form.get("action") == "retry" and incident:
        _retry(incident, key)
    return redirect(url_for("cases.show", case_id=case_id))


def _input(now: VariableValue | None, form: conflicts.Form | None) -> conflicts.Input:
    """The value as it is stored. What is posted is a correction, whatever it is."""
    first = now.type if now else "string"
    kind = first if form is None else form.get("type", first)

    def says(value: Any) -> str:
        if isinstance(value, list):
            return str(value[1]) or _("Inget värde")
        shown = _shown(now, kind) or str(value or "")
        return shown or _("Finns inte")

    return conflicts.Input(
        "value",
        _("Nytt värde"),
        now.text if now else None,
        lambda form: [form.get("type", ""), form.get("value", "")],
        {"value": [_shown(now, kind)]},
        says,
        joint="\n" if now and now.type == kind == "string" else "",
        anchor=forms.anchor("value"),
    )


def _last_correction(case_id: str, name: str) -> tuple[str | None, datetime | None]:
    """Who corrected the variable last, and when."""
    facts = (
        engine()
        .history.search(actor(), case_id=case_id, type="variables.corrected", limit=20)
        .items
    )
    last = next((f for f in facts if name in f.detail.get("variables", {})), None)
    return (last.actor_name, last.at) if last else (None, None)


def _retry(incident_id: str, key: str) -> None:
    receipt = engine().incidents.retry(actor(), incident_id, key=f"{key[:70]}-again")
    if receipt.result.get("resolved", True):
        flash(_("Felet är åtgärdat och ärendet går vidare."), "success")
    else:
        flash(_("Ärendet kunde ändå inte gå vidare. Felet står nedan."), "danger")


def _posted(
    form: conflicts.Form, name: str
) -> tuple[dict[str, Any], dict[str, str], list[Problem]]:
    """The posted value by name as JSON, else by name as a FEEL expression; and its problems."""
    kind, text = form.get("type", "string"), form.get("value", "")
    required = [Problem("required", "Fill this in.", "value")]
    problems = [] if name else [Problem("required", "Fill this in.", "name")]
    if kind == "null":
        return {name: None}, {}, problems
    if kind == "string":
        return {name: text.replace("\r\n", "\n")}, {}, problems
    if is_unseen(text):
        return {}, {}, problems + required
    if kind == "feel":
        return {}, {name: text}, problems
    if kind == "boolean":
        known = {"true": True, "false": False}
        return {name: known.get(text)}, {}, problems if text in known else problems + required
    mark, wrong = ("@date", "date_malformed") if kind == "date" else ("@number", "number_malformed")
    read_as = "date" if kind == "date" else "decimal"
    read = understand(read_as, text)
    if read is None or not read.ok:
        problems.append(Problem(wrong, "Malformed.", "value"))
    return {name: {mark: str(forms.canonical(read_as, text))}}, {}, problems


def _at_the_input(problem: Problem, name: str) -> Problem:
    """The problem, moved from the variable ``name`` to the input of its name or value."""
    if problem.field != name or not name:
        return problem
    field = "name" if problem.code == "name_malformed" else "value"
    return Problem(problem.code, problem.message, field, problem.params)


def _stored(case_id: str, instance_id: str) -> tuple[CaseDetail, tuple[VariableValue, ...]]:
    """The case and the variables of its instance. Raises NotAllowed."""
    detail = case_that_allows(case_id, "correct")
    return detail, engine().instances.variables(actor(), instance_id)


def _incident(detail: CaseDetail, given: Mapping[str, str]) -> str:
    """The id of the open incident that the correction is for (``incident``); "" for none."""
    wanted = given.get("incident", "")
    return wanted if any(i.id == wanted for i in detail.incidents) else ""


def _shown(now: VariableValue | None, kind: str) -> str:
    """The text of the input at first: the present value when it is of the chosen type, else ""."""
    if now is None:
        return ""
    if kind == "feel":
        return now.text
    if kind != now.type:
        return ""
    return forms.shown({"number": "decimal", "string": "text"}.get(kind, kind), now.value)
