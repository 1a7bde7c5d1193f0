"""Answers and ticks, read against what the diagram declares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.views import Field, Option, Tick
from engine.work.forms import check_answers, check_plan, check_ticks

PEOPLE = frozenset({"anna", "bo"})
YES_NO = (Option("ja", "Ja"), Option("nej", "Nej"))
INTERVALS = (Option("P1M", "Månad"), Option("P12M", "År"))
TYPES = ["text", "longtext", "date", "integer", "decimal", "money", "boolean", "choice", "interval"]


def field(type_: str, **more: Any) -> Field:
    options = {"choice": YES_NO}.get(type_, ())
    return Field("svar", type_, "Svar", **{"options": options, **more})


def read(one: Field, answer: Any, **more: Any) -> Any:
    values, problems = check_answers([one], {"svar": answer}, people=PEOPLE, **more)
    assert problems == ()
    return values["svar"]


def wrong(one: Field, answer: Any, **more: Any) -> str:
    values, problems = check_answers([one], {"svar": answer}, people=PEOPLE, **more)
    assert "svar" not in values or values["svar"] is None
    assert [p.field for p in problems] == ["svar"]
    assert problems[0].message.startswith("Svar: ")
    return problems[0].code


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("type_", "answer", "value"),
    [
        ("text", "  Hej\nså   ", "Hej så"),
        ("text", "a\x00b\x07", "ab"),
        ("text", "A\u030angstro\u0308m", "Ångström"),
        ("longtext", "ett\r\ntvå\n", "ett\ntvå"),
        ("date", "2028-02-29", date(2028, 2, 29)),
        ("date", date(2028, 2, 29), date(2028, 2, 29)),
        ("integer", "-12", Decimal(-12)),
        ("integer", 12, Decimal(12)),
        ("integer", 12.0, Decimal(12)),
        ("decimal", "1.50", Decimal("1.50")),
        ("decimal", 0.1, Decimal("0.1")),
        ("decimal", 1e22, Decimal(10**22)),
        ("decimal", "-0", Decimal(0)),
        ("decimal", "9" * 34, Decimal("9" * 34)),
        ("money", "216000", Decimal(216_000)),
        ("money", "9.90", Decimal("9.90")),
        ("boolean", True, True),
        ("boolean", False, False),
        ("boolean", "false", False),
        ("choice", "nej", "nej"),
        ("interval", "P3M", "P3M"),
        ("interval", timedelta(days=3), "P3D"),
        ("person", "anna", "anna"),
    ],
)
def test_an_answer_is_read_by_its_fields_type(type_: str, answer: Any, value: Any) -> None:
    found = read(field(type_), answer)
    assert found == value
    assert type(found) is type(value)
    assert str(found) == str(value)


@pytest.mark.parametrize(
    ("type_", "answer", "code"),
    [
        ("text", "x" * 1001, "too_long"),
        ("longtext", "x" * 20_001, "too_long"),
        ("text", 12, "text_malformed"),
        ("text", "\ud800", "text_malformed"),
        ("date", "2027-02-29", "date_malformed"),
        ("date", "28/2 2027", "date_malformed"),
        ("date", datetime(2027, 1, 1), "date_malformed"),
        ("date", 20270101, "date_malformed"),
        ("integer", "1.5", "integer_expected"),
        ("integer", True, "number_malformed"),
        pytest.param("integer", 10**5000, "number_malformed", id="thousands of digits"),
        ("decimal", "1,5", "number_malformed"),
        ("decimal", "1e5", "number_malformed"),
        ("decimal", "9" * 35, "number_malformed"),
        ("decimal", "NaN", "number_malformed"),
        ("decimal", float("inf"), "number_malformed"),
        ("decimal", Decimal("1e-9999"), "number_malformed"),
        ("decimal", Decimal("1e99999"), "number_malformed"),
        ("decimal", "१", "number_malformed"),
        ("decimal", [1], "number_malformed"),
        ("money", "9.995", "number_malformed"),
        ("boolean", "ja", "boolean_malformed"),
        ("boolean", 1, "boolean_malformed"),
        ("choice", "kanske", "not_an_option"),
        ("choice", ["ja"], "not_an_option"),
        ("interval", "P0D", "interval_malformed"),
        ("interval", "P11Y", "interval_malformed"),
        ("interval", "varje månad", "interval_malformed"),
        ("person", "cecilia", "unknown_person"),
        ("person", {"username": "anna"}, "unknown_person"),
        ("plan", "x", "plan_malformed"),
    ],
)
def test_an_answer_of_another_kind_is_named(type_: str, answer: Any, code: str) -> None:
    if type_ == "plan":
        _, problems = check_answers([field("plan")], {"svar": answer}, people=PEOPLE)
        assert [p.code for p in problems] == [code]
    else:
        assert wrong(field(type_), answer) == code


@pytest.mark.parametrize(
    ("type_", "minimum", "maximum", "low", "fits", "high"),
    [
        ("integer", "1", "10", "0", "10", "11"),
        ("money", "0", "1e6", "-1", "1000000", "1000000.01"),
        ("date", "2027-01-01", "2027-12-31", "2026-12-31", "2027-12-31", "2028-01-01"),
        ("interval", "P1M", "P1Y", "P2W", "P3M", "P2Y"),
    ],
)
def test_limits_of_a_field_hold(
    type_: str, minimum: str, maximum: str, low: str, fits: str, high: str
) -> None:
    limited = field(type_, minimum=minimum, maximum=maximum)
    assert wrong(limited, low) == "too_small"
    assert wrong(limited, high) == "too_large"
    assert read(limited, fits) is not None


def test_limits_of_a_text_are_lengths() -> None:
    limited = field("text", minimum="2", maximum="3")
    assert wrong(limited, "a") == "too_short"
    assert wrong(limited, "abcd") == "too_long"
    assert read(limited, "abc") == "abc"


def test_an_intervals_options_limit_it() -> None:
    limited = field("interval", options=INTERVALS)
    assert read(limited, "P1Y") == "P12M"
    assert wrong(limited, "P2M") == "not_an_option"


# ---------------------------------------------------------------- what is asked for


@pytest.mark.parametrize("nothing", [None, "", "  \n"])
@pytest.mark.parametrize("type_", TYPES)
def test_nothing_is_no_answer(type_: str, nothing: Any) -> None:
    assert wrong(field(type_, required=True), nothing) == "required"
    assert read(field(type_), nothing) is None


def test_no_is_an_answer() -> None:
    assert read(field("boolean", required=True), False) is False


def test_a_required_file_is_counted_and_never_an_answer() -> None:
    one = field("attachment", required=True)
    assert check_answers([one], {"svar": ""}, people=PEOPLE, attached={"svar": 1}) == ({}, ())
    assert [p.code for p in check_answers([one], {}, people=PEOPLE)[1]] == ["attachment_required"]
    problems = check_answers([one], {"svar": "x"}, people=PEOPLE, attached={"svar": 1})[1]
    assert [p.code for p in problems] == ["undeclared_field"]


def test_undeclared_answers_are_refused_by_name() -> None:
    values, problems = check_answers([field("text")], {"__builtins__": 1}, people=PEOPLE)
    assert values == {"svar": None}
    assert [(p.code, p.field) for p in problems] == [("undeclared_field", "__builtins__")]


def test_all_problems_are_listed_at_once() -> None:
    fields = [Field("a", "date", "A"), Field("b", "integer", "B", required=True)]
    _, problems = check_answers(fields, {"a": "x", "c": 1}, people=PEOPLE)
    assert {(p.field, p.code) for p in problems} == {
        ("a", "date_malformed"),
        ("b", "required"),
        ("c", "undeclared_field"),
    }


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from([*TYPES, "person", "plan", "attachment"]), anything, st.booleans())
def test_no_answer_breaks_the_reading(type_: str, answer: Any, partial: bool) -> None:
    values, problems = check_answers(
        [field(type_)], {"svar": answer}, people=PEOPLE, partial=partial
    )
    assert isinstance(values, dict)
    assert all(p.code and p.message for p in problems)


# ---------------------------------------------------------------- drafts


def draft(one: Field, answer: Any) -> Mapping[str, Any]:
    values, problems = check_answers([one], {"svar": answer}, people=PEOPLE, partial=True)
    assert problems == ()
    return values


def test_a_draft_asks_for_nothing() -> None:
    assert draft(field("date", required=True), "") == {}
    assert draft(field("attachment", required=True), "") == {}


@pytest.mark.parametrize("type_", [t for t in TYPES if t not in {"text", "longtext"}])
def test_a_draft_keeps_what_it_cannot_read(type_: str) -> None:
    assert draft(field(type_), " i morgon ") == {"svar": "i morgon"}


def test_a_draft_reads_what_it_can() -> None:
    assert draft(field("date"), "2027-01-01") == {"svar": date(2027, 1, 1)}
    assert draft(field("text"), "x" * 1500) == {"svar": "x" * 1500}


def test_a_draft_keeps_the_rows_of_a_plan_as_they_are() -> None:
    rows = [{"id": "r1", "person": "ingen", "due": "snart"}, {"id": "r2", "person": None}]
    assert draft(field("plan"), rows) == {"svar": rows}


def test_a_draft_is_bounded_and_declared() -> None:
    one = field("date")
    answers = {"svar": "x" * 20_001, "annat": "x"}
    values, problems = check_answers([one], answers, people=PEOPLE, partial=True)
    assert values == {}
    assert {p.code for p in problems} == {"too_long", "undeclared_field"}


# ---------------------------------------------------------------- the plan


def test_a_plans_rows_are_people_and_dates() -> None:
    rows = [{"id": "r1", "person": "anna", "due": "2027-01-01"}, {"id": "r2", "due": ""}]
    assert read(field("plan"), rows, plan_rows={"r1", "r2"}) == [
        {"id": "r1", "person": "anna", "due": date(2027, 1, 1)},
        {"id": "r2", "due": None},
    ]


@pytest.mark.parametrize(
    ("row", "code", "place", "column"),
    [
        ({"id": "r1", "person": "cecilia"}, "unknown_person", "plan.r1", "person"),
        ({"id": "r1", "due": "snart"}, "date_malformed", "plan.r1", "due"),
        ({"id": "r1", "role": "x"}, "undeclared_field", "plan.r1", "role"),
        ({"id": "r9"}, "unknown_row", "plan.r9", None),
        ({"due": "2027-01-01"}, "plan_malformed", "plan", None),
        ("r1", "plan_malformed", "plan", None),
    ],
)
def test_a_wrong_row_is_named(row: Any, code: str, place: str, column: str | None) -> None:
    _, problems = check_plan([row], people=PEOPLE, known={"r1"})
    assert [(p.code, p.field, p.params.get("column")) for p in problems] == [(code, place, column)]


def test_a_row_stands_once() -> None:
    _, problems = check_plan([{"id": "r1"}, {"id": "r1"}], people=PEOPLE)
    assert [p.code for p in problems] == ["plan_malformed"]


@pytest.mark.parametrize("given", [{}, {"id": "r1"}, "x", 1])
def test_a_draft_keeps_no_plan_that_is_no_list_of_rows(given: Any) -> None:
    values, problems = check_answers([field("plan")], {"svar": given}, people=PEOPLE, partial=True)
    assert not values
    assert [p.code for p in problems] == ["plan_malformed"]


# ---------------------------------------------------------------- the checklist

POINTS = (Tick("nycklar", "Hämta nycklar"), Tick("larm", "Fråga om larm"))


def test_every_point_is_ticked_or_given_a_reason() -> None:
    states, problems = check_ticks(POINTS, {"nycklar": True, "larm": " Inget larm "})
    assert states == {"nycklar": True, "larm": "Inget larm"}
    assert problems == ()


@pytest.mark.parametrize(
    ("tick", "code"),
    [
        (None, "unticked"),
        (False, "unticked"),
        ("  ", "reason_required"),
        ("x" * 1001, "too_long"),
        (1, "tick_malformed"),
        (["x"], "tick_malformed"),
    ],
)
def test_an_open_point_is_named(tick: Any, code: str) -> None:
    states, problems = check_ticks(POINTS, {"nycklar": True, "larm": tick})
    assert states == {"nycklar": True}
    assert [(p.code, p.field) for p in problems] == [(code, "checklist.larm")]
    assert "Fråga om larm" in problems[0].message


def test_a_point_that_was_never_printed_is_refused() -> None:
    _, problems = check_ticks(POINTS, {"nycklar": True, "larm": True, "x": True})
    assert [(p.code, p.field) for p in problems] == [("unknown_item", "checklist.x")]


def test_a_draft_may_leave_points_open() -> None:
    assert check_ticks(POINTS, {"nycklar": False, "larm": ""}, partial=True) == ({"larm": ""}, ())
