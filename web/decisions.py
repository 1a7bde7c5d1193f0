"""Decisions: one version with its tables, what it stands on, and a form to try it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from engine import DecisionDetail, DecisionInput, DecisionOutcome, Invalid, Problem
from web import parsing
from web.context import actor, engine, today
from web.definitions import sorted_findings
from web.forms import Problems
from web.i18n import N_, language
from web.i18n import gettext as _

blueprint = Blueprint("decisions", __name__, url_prefix="/decisions")
PREFIX: Final = "in."
FIELD: Final = "variables."
"""What the engine puts before an input's name when something is wrong with it."""

POLICIES: Final[Mapping[str, str]] = {
    "UNIQUE": N_("Högst en regel får gälla."),
    "ANY": N_("Flera regler får gälla om de säger samma sak."),
    "FIRST": N_("Den första regeln som gäller bestämmer."),
    "PRIORITY": N_("Det viktigaste utfallet bestämmer."),
    "OUTPUT ORDER": N_("Alla utfall, det viktigaste först."),
    "RULE ORDER": N_("Alla regler som gäller, i tabellens ordning."),
    "COLLECT": N_("Alla regler som gäller."),
}
AGGREGATIONS: Final[Mapping[str, str]] = {
    "SUM": N_("Summan av alla regler som gäller."),
    "MIN": N_("Det minsta av alla regler som gäller."),
    "MAX": N_("Det största av alla regler som gäller."),
    "COUNT": N_("Antalet regler som gäller."),
}
KINDS: Final[Mapping[str, str]] = {
    "decision": N_("Beslut"),
    "knowledge": N_("Kunskapsmodell"),
    "service": N_("Beslutstjänst"),
    "input": N_("Indata"),
}
PARTS: Final[Mapping[str, str]] = {
    "if": N_("om"),
    "then": N_("så"),
    "else": N_("annars"),
    "in": N_("i"),
    "match": N_("där"),
    "return": N_("ge"),
    "satisfies": N_("uppfyller"),
}
"""What the parts of boxed conditionals and iterations are called."""


@blueprint.get("/<id>")
def show(id: str) -> str:
    return _page(engine().decisions.get(actor(), id))


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
    """What the decision comes to with the values of the form; nothing is kept."""
    detail = engine().decisions.get(actor(), id)
    given = {each.name: request.form.get(PREFIX + each.name, "") for each in detail.inputs}
    values = {each.name: _value(each, given[each.name]) for each in detail.inputs}
    try:
        outcome = engine().decisions.decide(
            actor(), detail.decision.decision_id, values, version=detail.decision.version
        )
    except Invalid as error:
        return _page(detail, given, problems=error.problems), 422
    return _page(detail, given, outcome)


def _value(wanted: DecisionInput, text: str) -> Any:
    """What was typed, as the engine reads it: lists and contexts are JSON."""
    text = text.strip()
    if not text:
        return None
    if wanted.type == "number":
        return parsing.number_text(text, language())
    if wanted.type == "date":
        return parsing.date_text(text, today())
    if wanted.type:
        return text
    try:
        return json.loads(text)
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
    held = {m.table: m.rules for m in outcome.matched} if outcome else {}
    return render_template(
        "decisions/show.html",
        decision=decision,
        detail=detail,
        given=given or {},
        outcome=outcome,
        held=held,
        problems=Problems(problems, {FIELD + each.name: each.name for each in detail.inputs}),
        findings=sorted_findings(engine().decisions.findings(actor(), decision.id)),
        versions=[d for d in every if d.decision_id == decision.decision_id],
        policy=policy,
        kind=lambda name: _(KINDS[name]),
        part=lambda name: _(PARTS[name]) if name in PARTS else name,
    )


def policy(name: str, aggregation: str) -> str:
    """A hit policy in words."""
    return _(AGGREGATIONS[aggregation]) if aggregation in AGGREGATIONS else _(POLICIES[name])
