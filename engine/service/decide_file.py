"""``decide_file``: evaluating a decision of a DMN file, without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine import feel
from engine.calendar import WorkCalendar
from engine.clock import Clock, SystemClock
from engine.config import Config
from engine.definitions.decisions import DeployedDecision, ask, only_drawn
from engine.definitions.library import xml_limits
from engine.dmn import DecisionError, DmnModel, lint, outline, reading
from engine.errors import Invalid, NotFound, Problem, Rejected
from engine.service.decisions import view
from engine.views import DecisionOutcome, Source


def decide_file(
    source: Source,
    decision: str,
    variables: Mapping[str, Any],
    *,
    imported: Sequence[Source] = (),
    config: Config | None = None,
    clock: Clock | None = None,
) -> DecisionOutcome:
    """Evaluate a decision (its id or name) of a DMN file and the files that it imports, as
    ``engine.decisions.decide`` does for deployed ones.

    :raises Rejected: with every finding, when the files could not be deployed
    :raises NotFound: when the file has no such decision
    :raises Conflict: ``decision_drawing`` when the decision would only be kept as a drawing
    :raises Invalid: with every value that cannot be read, or ``decision_failed``
    """
    config = config or Config()
    limits = xml_limits(config)
    report = lint.lint([source, *imported], limits=limits)
    if any(finding.refuses for finding in report.findings):
        raise Rejected(report.findings)
    checked = report.models[0]
    others = [(each.data, each.filename) for each in imported]
    asked = next((d for d in checked.decisions() if decision in (d.id, d.name)), None)
    if asked is not None and not checked.runnable(asked):
        raise only_drawn(asked.name or asked.id, asked.id, report.findings)
    try:
        model = DmnModel.read(source.data, source.filename, imported=others, limits=limits)
        element = model.find(decision).element
    except DecisionError as error:
        raise NotFound(error.message) from None
    chosen = DeployedDecision("", element.id, 0, element.name, model)
    now = (clock or SystemClock()).now().astimezone(WorkCalendar.of(config.calendar).zone)
    try:
        values = reading.read(variables, outline.inputs(model, element.id))
        return view(chosen, ask(chosen, values, now, strict=False), version=None)
    except (DecisionError, feel.FeelError) as error:
        text = getattr(error, "message", str(error))
        raise Invalid([Problem("decision_failed", text, None, {"reason": text})]) from error
