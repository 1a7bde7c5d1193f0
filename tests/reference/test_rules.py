"""Every rule of the page: what breaks it is told, in every place where it holds; what follows it is
not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import Source
from engine.bpmn import lint
from engine.bpmn.catalogue import TEXTS
from tests.reference.rules import RULES
from tests.reference.rules.rule import Rule, nested, written
from tests.support.plan import project_config

ROLES = project_config().roles
OF_THIS_ENGINE = {
    *("call_as_before", "call_dynamic", "call_foreign", "call_global_task", "call_of_drawing"),
    *("event_not_run", "kind_not_run", "loop_collection_foreign", "round_keeps_its_data"),
    *("id_twice_drawn", "id_too_long", "reference_imported", "foreign_data", "timer_too_long"),
    *("call_as_before", "call_for_ever", "call_may_not_end", "loop_for_ever", "loop_may_not_end"),
    "timer_start_waits",
}
"""Findings about what this engine, this installation or another tool does: no rule of BPMN."""
ABOUT_BPMN = ("structure", "events", "behaviour", "data", "collaboration", "references")


def places(rule: Rule, diagram: str, number: int = 0) -> Iterator[tuple[str, str]]:
    """The diagram as it is, and where it holds everywhere the first in every kind of scope, the
    others in one of them."""
    yield "a process", diagram
    if rule.everywhere:
        inside = list(nested(diagram).items())
        yield from inside if number == 0 else [inside[number % len(inside)]]


def looked_at(diagram: str) -> lint.Report:
    return lint.lint([Source("rule.bpmn", written(diagram))], roles=ROLES)


def becomes(report: lint.Report, code: str) -> str:
    """What becomes of a file, as far as this finding says it."""
    found = [f for f in report.findings if f.code == code]
    if not found:
        return "not told"
    if any(f.refuses for f in found):
        return "refused"
    if any(f.severity == "error" for f in found):
        return "breaks"
    return found[0].severity


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code} {rule.text}"[:80])
def test_what_breaks_a_rule_is_told(rule: Rule) -> None:
    for number, diagram in enumerate(rule.bad):
        for place, drawn in places(rule, diagram, number):
            report = looked_at(drawn)
            told = "warning" if rule.weighs == "gap" else rule.weighs
            assert becomes(report, rule.code) == told, (number, place, diagram)
            if rule.weighs in ("refused", "breaks", "gap"):
                assert report.startable < set(report.process_ids), (number, place, diagram)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code} {rule.text}"[:80])
def test_what_follows_it_is_not(rule: Rule) -> None:
    for diagram in rule.right:
        for place, drawn in places(rule, diagram):
            report = looked_at(drawn)
            assert becomes(report, rule.code) == "not told", (place, diagram)
            assert ("P" in report.startable) == rule.startable, (place, diagram)


def test_every_finding_about_bpmn_has_its_rule() -> None:
    from engine.bpmn import catalogue

    about = {code for name in ABOUT_BPMN for code in getattr(catalogue, name).TEXTS}
    ours = {code for code in about if code.startswith(("vendor_", "more_"))} | OF_THIS_ENGINE
    assert sorted(about - ours - {rule.code for rule in RULES}) == []
    assert {rule.code for rule in RULES} <= TEXTS.keys()
