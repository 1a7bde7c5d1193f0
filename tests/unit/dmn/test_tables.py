"""Decision tables: hit policies, aggregation, values, defaults."""

from __future__ import annotations

from typing import Any

import pytest

from engine.dmn import DecisionError, DmnModel
from tests.support.dmn import data, decision, model, table, value

RULES = ("> 0 => 3", "> 10 => 1", "> 20 => 2")


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"x": True}, "ja"), ({"x": False}, "nej"), ({"x": None}, None), ({}, None)],
)
def test_no_rule_about_a_boolean_holds_for_null(
    given: dict[str, Any], expected: str | None
) -> None:
    logic = table("UNIQUE", ["x"], ["y"], 'true => "ja"', 'false => "nej"')
    asked = model(data("x", "boolean"), decision("d", logic, needs=["x"]))
    assert asked.evaluate("d", given) == expected
    assert asked.decide("d", given).hits[0].rules == (
        (1,) if expected == "ja" else (2,) if expected else ()
    )


def chosen(policy: str, x: Any, *rules: str, output: str = "y", aggregation: str = "") -> Any:
    return value(table(policy, ["x"], [output], *rules, aggregation=aggregation), {"x": x})


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [
        ("FIRST", "", 3),
        ("RULE ORDER", "", [3, 1, 2]),
        ("COLLECT", "", [3, 1, 2]),
        ("COLLECT", "SUM", 6),
        ("COLLECT", "MIN", 1),
        ("COLLECT", "MAX", 3),
        ("COLLECT", "COUNT", 3),
        ("UNIQUE", "", None),
        ("ANY", "", None),
    ],
)
def test_when_three_rules_hold_the_hit_policy_chooses(
    policy: str, aggregation: str, expected: Any
) -> None:
    assert chosen(policy, 30, *RULES, aggregation=aggregation) == expected


@pytest.mark.parametrize(("policy", "expected"), [("PRIORITY", 1), ("OUTPUT ORDER", [1, 2, 3])])
def test_priorities_are_the_order_of_the_output_values(policy: str, expected: Any) -> None:
    assert chosen(policy, 30, *RULES, output="y [1, 2, 3]") == expected
    backwards = expected[::-1] if isinstance(expected, list) else 3
    assert chosen(policy, 30, *RULES, output="y [3, 2, 1]") == backwards


def test_several_outputs_are_ranked_by_the_first_column_first() -> None:
    logic = table("PRIORITY", ["x"], ['a ["hög", "låg"]', "b [1, 2]"],
                  '> 0 => "låg" | 1', '> 0 => "hög" | 2', '> 0 => "hög" | 1')  # fmt: skip
    assert value(logic, {"x": 5}) == {"a": "hög", "b": 1}


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [
        ("UNIQUE", "", None),
        ("FIRST", "", None),
        ("RULE ORDER", "", None),
        ("COLLECT", "", []),
        ("COLLECT", "COUNT", 0),
        ("COLLECT", "SUM", None),
    ],
)
def test_when_no_rule_holds_there_is_nothing(policy: str, aggregation: str, expected: Any) -> None:
    assert chosen(policy, -1, *RULES, aggregation=aggregation) == expected


def test_when_no_rule_holds_the_default_is_given() -> None:
    assert chosen("UNIQUE", -1, *RULES, output='y = "annars"') == "annars"


def test_any_takes_rules_that_agree() -> None:
    assert chosen("ANY", 30, '> 0 => "ja"', '> 10 => "ja"') == "ja"


def test_several_outputs_are_a_context_and_several_inputs_must_all_be_met() -> None:
    logic = table(
        "UNIQUE", ["x", "y"], ["a", "b"], '< 10 | - => "liten" | x', '>= 10 | "ja" => "stor" | y'
    )
    assert value(logic, {"x": 5, "y": None}) == {"a": "liten", "b": 5}
    assert value(logic, {"x": 50, "y": "ja"}) == {"a": "stor", "b": "ja"}
    assert value(logic, {"x": 50, "y": "nej"}) is None


def test_cells_are_unary_tests_with_the_value_as_question_mark() -> None:
    logic = table(
        "FIRST", ["x"], ["y"], '"a", "b" => 1', 'not("c", "d") => 2', '? = "c" => 3', "- => 4"
    )
    assert [value(logic, {"x": x}) for x in "bxcd"] == [1, 2, 3, 4]


def test_several_outputs_cannot_be_added_up() -> None:
    logic = table("COLLECT", ["x"], ["a", "b"], "- => 1 | 2", aggregation="SUM")
    assert value(logic, {"x": 1}) is None


def made(*, output: str = "y", source: str = "x", policy: str = "UNIQUE") -> DmnModel:
    return model(data("x"), decision("d", table(policy, [source], [output], *RULES), needs=["x"]))


def test_overlapping_rules_are_told() -> None:
    outcome = made().decide("d", {"x": 15})
    assert outcome.value is None
    assert [(note.code, note.element) for note in outcome.notes] == [("overlap", "d")]
    assert outcome.notes[0].message.startswith("rules 1, 2: ")


def test_overlapping_rules_are_an_error_in_strict_evaluation() -> None:
    with pytest.raises(DecisionError) as caught:
        made().evaluate("d", {"x": 15}, strict=True)
    assert caught.value.error_code == "overlap"
    assert caught.value.element_id == "d"


def test_the_rules_that_held_are_told() -> None:
    hits = made(policy="RULE ORDER").decide("d", {"x": 15}).hits
    assert [(hit.element, hit.table, hit.rules) for hit in hits] == [("d", "t", (1, 2))]


def test_an_input_that_is_not_among_its_values_is_told() -> None:
    outcome = made(source="x [<100]").decide("d", {"x": 500})
    assert (outcome.value, outcome.notes[0].code) == (None, "values")
    assert "500" in outcome.notes[0].message


def test_a_conclusion_that_is_not_among_its_values_is_null_and_told() -> None:
    outcome = made(output="y [1, 2]").decide("d", {"x": 5})
    assert (outcome.value, outcome.notes[0].code) == (None, "values")


@pytest.mark.parametrize(
    ("logic", "words"),
    [
        (table("SOMETIMES", ["x"], ["y"], "- => 1"), "hit policy"),
        (table("UNIQUE", ["x"], [], "- => 1"), "output"),
        (table("UNIQUE", ["x"], ["y"], "- | - => 1"), "rule 1 has 2 conditions"),
        (table("PRIORITY", ["x"], ["y"], "- => 1"), "order of importance"),
        (table("UNIQUE", ["x"], ["y"], "- => 1 +"), "expected"),
        (table("UNIQUE", ["x"], ["y"], "< => 1"), "expected"),
    ],
)
def test_a_table_that_makes_no_sense_is_an_error_that_names_its_decision(
    logic: str, words: str
) -> None:
    read = model(data("x"), decision("d", logic, needs=["x"]))
    (problem,) = read.problems()
    assert problem.element_name == "d"
    assert words in problem.message
    with pytest.raises(DecisionError):
        read.evaluate("d", {"x": 1})
