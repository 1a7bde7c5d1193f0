"""Item definitions: what conforms, what is converted, what becomes null."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine import feel
from engine.dmn import DecisionError
from tests.support.dmn import data, decision, item, literal, model, structure

TYPES = (
    item("nivå", "string", allowed='"låg", "hög"'),
    item("nivåer", "nivå", collection=True),
    item("belopp", "number", allowed=">= 0"),
    structure("kund", namn="string", nivå="nivå"),
    item("kunder", "kund", collection=True),
    structure("träd", värde="number", grenar="skog"),
    item("skog", "träd", collection=True),
)


def as_type(value: Any, type_name: str) -> Any:
    read = model(*TYPES, data("x", type_name), decision("d", literal("x"), needs=["x"]))
    return feel.plain(read.evaluate("d", {"x": value}))


@pytest.mark.parametrize(
    ("value", "type_name", "expected"),
    [
        ("låg", "nivå", "låg"),
        ("lagom", "nivå", None),
        (1, "nivå", None),
        (None, "nivå", None),
        (5, "belopp", 5),
        (-5, "belopp", None),
        (["låg", "hög"], "nivåer", ["låg", "hög"]),
        (["låg", "lagom"], "nivåer", None),
        ({"namn": "Bo", "nivå": "låg"}, "kund", {"namn": "Bo", "nivå": "låg"}),
        ({"namn": "Bo", "nivå": "lagom"}, "kund", None),
        ({"namn": "Bo"}, "kund", None),
        ("Bo", "kund", None),
        ({"värde": 1, "grenar": []}, "träd", {"värde": 1, "grenar": []}),
        (True, "number", None),
        ("1", "number", None),
        (1, "integer", 1),
    ],
)
def test_a_value_conforms_or_is_null(value: Any, type_name: str, expected: Any) -> None:
    assert as_type(value, type_name) == expected


@pytest.mark.parametrize(
    ("value", "type_name", "expected"),
    [
        (["låg"], "nivå", "låg"),
        ("låg", "nivåer", ["låg"]),
        (["lagom"], "nivå", None),
        ({"namn": "Bo", "nivå": "låg"}, "kunder", [{"namn": "Bo", "nivå": "låg"}]),
        ([7], "number", 7),
    ],
)
def test_a_list_of_one_and_its_element_become_each_other(
    value: Any, type_name: str, expected: Any
) -> None:
    assert as_type(value, type_name) == expected


def test_a_date_becomes_a_date_and_time_where_that_is_asked_for() -> None:
    read = model(data("x", "date and time"), decision("d", literal("x"), needs=["x"]))
    assert read.evaluate("d", {"x": date(2026, 1, 2)}) == datetime(2026, 1, 2, tzinfo=UTC)


def test_a_decision_gives_its_own_type_or_null_with_a_note() -> None:
    read = model(*TYPES, decision("d", literal('"lagom"'), type="nivå"))
    outcome = read.decide("d")
    assert (outcome.value, outcome.notes[0].code) == (None, "type")
    assert "lagom" in outcome.notes[0].message
    with pytest.raises(DecisionError) as caught:
        read.evaluate("d", strict=True)
    assert (caught.value.error_code, caught.value.element_name) == ("type", "d")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{namn: "Bo", nivå: "låg"} instance of kund', True),
        ("1 instance of kund", False),
        ('["låg"] instance of nivåer', True),
        ('"låg" instance of nivå', True),
    ],
)
def test_expressions_may_ask_for_the_models_types(text: str, expected: bool) -> None:
    assert model(*TYPES, decision("d", literal(text))).evaluate("d") is expected


def test_a_type_that_is_not_defined_is_a_problem() -> None:
    read = model(decision("d", literal("1"), type="nivo"))
    assert [(problem.error_code, problem.element_name) for problem in read.problems()] == [
        ("type", "d")
    ]


def test_a_type_that_is_nothing_but_itself_is_an_error() -> None:
    with pytest.raises(DecisionError) as caught:
        model(item("a", "b"), item("b", "a"))
    assert caught.value.error_code == "circle"


def test_allowed_values_that_cannot_be_read_are_an_error_that_names_the_type() -> None:
    with pytest.raises(DecisionError) as caught:
        model(item("nivå", "string", allowed='"låg'))
    assert caught.value.element_name == "nivå"
