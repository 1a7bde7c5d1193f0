"""Between what people type and what the engine reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from engine import Field, Option, PlanRow, Problem
from web.forms import Problems, answer_text, read_fields, read_plan, shown, shown_fields

FIELDS = (
    Field("fran", "date", "Avtalet gäller från"),
    Field("varde", "money", "Årsvärde"),
    Field("antal", "integer", "Antal"),
    Field("special", "boolean", "Behövs specialkunskaper?"),
    Field("text", "longtext", "Beskrivning"),
    Field("nasta", "interval", "Nästa möte"),
    Field("fil", "attachment", "Fil"),
)
ROW = PlanRow("r1", "C", "Drift", "fas_c", "kvalitet", "Kvalitet", "kvalitet", None, None, "ahead")


@pytest.fixture(autouse=True)
def _request(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def test_what_is_typed_becomes_what_the_engine_reads() -> None:
    posted = MultiDict(
        {
            "f.fran": "5/4 2027",
            "f.varde": "345 000,50 kr",
            "f.antal": "",
            "f.special": "false",
            "f.text": "rad ett\r\nrad två\r\n",
            "f.nasta": "3 månader",
        }
    )
    assert read_fields(FIELDS, posted) == {
        "fran": "2027-04-05",
        "varde": "345000.50",
        "antal": None,
        "special": False,
        "text": "rad ett\nrad två",
        "nasta": "P3M",
    }


def test_what_cannot_be_read_is_passed_on_as_it_is() -> None:
    posted = MultiDict({"f.fran": "snart", "f.varde": "mycket"})
    answers = read_fields(FIELDS, posted)
    assert answers["fran"] == "snart"
    assert answers["varde"] == "mycket"


def test_a_field_that_nobody_declared_is_passed_on_to_be_refused() -> None:
    assert read_fields((), MultiDict({"f.smuggled": "x"})) == {"smuggled": "x"}


def test_the_rows_of_the_plan_are_read_one_by_one() -> None:
    posted = MultiDict({"plan.r1.person": "", "plan.r1.due": "20270405", "plan.r9.due": "x"})
    assert read_plan([ROW], posted) == [{"id": "r1", "person": None, "due": "2027-04-05"}]


def test_stored_values_are_shown_in_swedish_and_posted_ones_as_they_were_typed() -> None:
    values = {"fran": date(2027, 4, 5), "varde": Decimal("345000.50"), "special": True}
    stored = shown_fields(FIELDS, values)
    assert stored["fran"] == "2027-04-05"
    assert stored["varde"] == "345\u00a0000,5"
    assert stored["special"] == "true"
    assert stored["text"] == ""
    assert shown_fields(FIELDS, values, MultiDict({"f.fran": "5/4"}))["fran"] == "5/4"
    assert shown("text", None) == ""


def test_an_answer_is_told_in_words() -> None:
    choice = Field("svar", "choice", "Svar", options=(Option("accept", "Accepterar"),))
    assert answer_text(choice, "accept") == "Accepterar"
    assert answer_text(FIELDS[3], False) == "Nej"
    assert answer_text(FIELDS[5], "P3M") == "3 månader"
    assert answer_text(FIELDS[1], Decimal(345000)) == "345\u00a0000\u00a0kr"
    assert answer_text(Field("vem", "person", "Vem"), "asa", {"asa": "Åsa Öberg"}) == "Åsa Öberg"


def test_problems_stand_in_the_order_of_the_page_and_name_their_fields() -> None:
    labels = {"first": "Första", "second": "Andra frågan?"}
    found = Problems(
        [
            Problem("required", "x", "second"),
            Problem("required", "x", "first"),
            Problem("required", "x", "unknown"),
        ],
        labels,
    )
    assert [trouble.label_text for trouble in found] == [
        "Första: Fyll i detta.",
        "Andra frågan? Fyll i detta.",
        "Fyll i detta.",
    ]
    assert found.texts("first") == ["Fyll i detta."]
    assert next(iter(found)).anchor == "f-first"
    assert not Problems()


def test_a_problem_in_the_plan_points_at_the_right_input_of_its_row() -> None:
    problem = Problem("date_malformed", "x", "plan.r1", {"column": "due"})
    found = Problems([problem], {"plan.r1": "Kvalitet"})
    assert found.wrong("plan.r1", "due")
    assert not found.wrong("plan.r1", "person")
    assert [trouble.anchor for trouble in found] == ["f-plan-r1-due"]
