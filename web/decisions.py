"""The page of a decision (DMN): one version with its tables, what it requires, a form to try it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, render_template, send_file
from flask.typing import ResponseReturnValue

from engine import DecisionDetail, DecisionInput, DecisionOutcome, Invalid, Problem
from web import json_input, parsing, pending_forms
from web.context import actor, engine, today
from web.definitions import sorted_findings
from web.forms import Problems
from web.i18n import N_, language
from web.i18n import gettext as _

blueprint = Blueprint("decisions", __name__, url_prefix="/decisions")
PREFIX: Final = "in."
"""What the name of an input begins with."""
FIELD: Final = "variables."
"""What ``Problem.field`` begins with when an input of a decision is wrong."""

POLICIES: Final[Mapping[str, str]] = {
    "UNIQUE": N_("Högst en regel får gälla."),
    "ANY": N_("Flera regler får gälla om de säger samma sak."),
    "FIRST": N_("Den första regeln som gäller bestämmer."),
    "PRIORITY": N_("Det viktigaste utfallet bestämmer."),
    "OUTPUT ORDER": N_("Alla utfall, det viktigaste först."),
    "RULE ORDER": N_("Alla regler som gäller, i tabellens ordning."),
    "COLLECT": N_("Alla regler som gäller."),
}
"""DMN's hit policies in words."""
AGGREGATIONS: Final[Mapping[str, str]] = {
    "SUM": N_("Summan av alla regler som gäller."),
    "MIN": N_("Det minsta av alla regler som gäller."),
    "MAX": N_("Det största av alla regler som gäller."),
    "COUNT": N_("Antalet regler som gäller."),
}
"""The aggregations of the hit policy COLLECT in words."""
KINDS: Final[Mapping[str, str]] = {
    "decision": N_("Beslut"),
    "knowledge": N_("Kunskapsmodell"),
    "service": N_("Beslutstjänst"),
    "input": N_("Indata"),
}
"""Names of the kinds of a model's elements."""
TYPES: Final[Mapping[str, str]] = {
    "string": N_("text"),
    "number": N_("tal"),
    "boolean": N_("ja eller nej"),
    "date": N_("datum"),
    "time": N_("klockslag"),
    "date and time": N_("datum och tid"),
    "days and time duration": N_("tid i dagar och timmar"),
    "years and months duration": N_("tid i år och månader"),
    "Any": N_("vad som helst"),
}
"""FEEL's types in words; the types of a model have names of their own."""
PARTS: Final[Mapping[str, str]] = {
    "if": N_("om"),
    "then": N_("så"),
    "else": N_("annars"),
    "in": N_("i"),
    "match": N_("där"),
    "return": N_("ge"),
    "satisfies": N_("uppfyller"),
}
"""Names of the parts of boxed conditionals, filters and iterators."""


@blueprint.get("/<id>")
def show(id: str) -> ResponseReturnValue:
    """One version of a decision, with its outcome for what was typed."""
    detail = engine().decisions.get(actor(), id)
    typed = pending_forms.typed(newest=False)
    if typed is None:
        return _page(detail)
    given = {each.name: typed.form.get(PREFIX + each.name, "") for each in detail.inputs}
    values = {each.name: _value(each, given[each.name]) for each in detail.inputs}
    try:
        outcome = engine().decisions.decide(
            actor(), detail.decision.decision_id, values, version=detail.decision.version
        )
    except Invalid as error:
        return _page(detail, given, problems=error.problems), 422
    return _page(detail, given, outcome)


@blueprint.get("/<id>/file")
def file(id: str) -> ResponseReturnValue:
    """The file as it was deployed, byte for byte."""
    source = engine().decisions.source(actor(), id)
    return send_file(
        io.BytesIO(source.data),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=source.filename,
    )


@blueprint.post("/<id>")
def tried(id: str) -> ResponseReturnValue:
    """Show the outcome of the decision for the posted inputs; nothing of it is stored for good."""
    engine().decisions.get(actor(), id)
    return pending_forms.looked()


def _value(input: DecisionInput, text: str) -> Any:
    """The engine's value of a typed input; of an input without a simple type it is JSON."""
    text = text.strip()
    if not text:
        return None
    if input.type == "number":
        return parsing.number_text(text, language())
    if input.type == "date":
        return parsing.date_text(text, today())
    if input.type:
        return text
    try:
        return json_input.read(text)
    except ValueError:
        return text


def _page(
    detail: DecisionDetail,
    given: Mapping[str, str] | None = None,
    outcome: DecisionOutcome | None = None,
    problems: Sequence[Problem] = (),
) -> str:
    decision = detail.decision
    every = engine().decisions.all(actor())
    matched = {m.table: m.rules for m in outcome.matched} if outcome else {}
    return render_template(
        "decisions/show.html",
        decision=decision,
        detail=detail,
        given=given or {},
        outcome=outcome,
        matched=matched,
        problems=Problems(problems, {FIELD + each.name: each.name for each in detail.inputs}),
        findings=sorted_findings(engine().decisions.findings(actor(), decision.id)),
        versions=[d for d in every if d.decision_id == decision.decision_id],
        policy=policy,
        kind=lambda name: _(KINDS[name]),
        type_text=lambda name: _(TYPES[name]) if name in TYPES else name,
        technical=[str(p.params["reason"]) for p in problems if "reason" in p.params],
        part=lambda name: _(PARTS[name]) if name in PARTS else name,
    )


def policy(name: str, aggregation: str) -> str:
    """A table's hit policy, or the aggregation of its COLLECT, in words."""
    return _(AGGREGATIONS[aggregation]) if aggregation in AGGREGATIONS else _(POLICIES[name])
