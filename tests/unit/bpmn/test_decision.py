"""What a business rule task asks, as the diagram says it."""

from __future__ import annotations

import pytest

from engine.bpmn import model
from engine.bpmn.lint import check
from engine.bpmn.nodes import DecisionCall
from engine.bpmn.source import parse
from engine.views import Source
from tests.support.bpmn import file, line

TASK = """<businessRuleTask id="t" name="Discount"><extensionElements>{}</extensionElements>
</businessRuleTask>"""


def drawn(extension: str) -> bytes:
    return file(line(TASK.format(extension)))


def asked(extension: str) -> DecisionCall | None:
    tree = parse(drawn(extension), "rule.bpmn")
    return model.read(tree)[0].nodes["t"].decision


def test_a_decision_is_named_with_its_version_its_result_and_what_it_sees() -> None:
    found = asked(
        '<sp:decision ref="discount" result="rate" mapping="singleEntry" binding="3"/>'
        '<sp:in source="= customer.years" target="years"/>'
    )
    assert found == DecisionCall(
        "discount", 3, "rate", "singleEntry", (("customer.years", "years"),)
    )


def test_without_more_the_newest_decision_gives_its_entries_as_variables() -> None:
    assert asked('<sp:decision ref="discount"/>') == DecisionCall(
        "discount", "latest", None, "value"
    )


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        ('<sp:decision result="rate"/>', "decision_incomplete"),
        ('<sp:decision ref="discount" mapping="best"/>', "decision_mapping"),
        ('<sp:decision ref="discount" binding="newest"/>', "binding_version"),
        ('<sp:decision ref="discount" result="the rate"/>', "mapping_target"),
        ('<sp:decision ref="discount"/><sp:in source="years" target="y"/>', "mapping_source"),
    ],
)
def test_what_cannot_be_read_of_it_is_told(extension: str, code: str) -> None:
    source = Source("rule.bpmn", drawn(extension))
    assert code in {f.code for f in check([source], roles={})}
