"""What comes in as a file: versions, other languages, hostile ones, and what it may cost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine import feel
from engine.dmn import DecisionError, DmnModel
from engine.errors import Rejected
from tests.support.dmn import data, decision, file, function, knowledge, literal, model, table
from tests.support.effort import effort

VERSIONS = {
    "1.1": "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_all_versions_are_read(version: str) -> None:
    source = file(
        data("x", "feel:number" if version == "1.1" else "number"),
        decision("d", literal("x + 1"), needs=["x"]),
        version=VERSIONS[version],
    )
    assert feel.plain(DmnModel.read(source).evaluate("d", {"x": 1})) == 2


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'/>", "not_dmn"),
        (b"<definitions>", "xml_broken"),
        (b"", "file_empty"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><definitions xmlns="x/spec/DMN/x"/>', "xml_doctype"),
        (file("<a>" * 70 + "</a>" * 70), "xml_too_deep"),
    ],
)
def test_what_is_no_decision_model_is_refused(source: bytes, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        DmnModel.read(source, "x.dmn")
    assert [found.code for found in caught.value.findings] == [code]


@pytest.mark.parametrize(
    "logic",
    [
        '<literalExpression expressionLanguage="juel"><text>${x}</text></literalExpression>',
        '<functionDefinition kind="Java"><context/></functionDefinition>',
        literal('function(a) external {java: {class: "X", method signature: "f()"}}'),
    ],
)
def test_other_languages_than_feel_are_not_run(logic: str) -> None:
    read = model(decision("d", logic))
    assert len(read.problems()) == 1
    with pytest.raises(DecisionError) as caught:
        read.evaluate("d")
    assert caught.value.element_name == "d"


def test_comments_in_expressions_of_the_file_are_not_part_of_them() -> None:
    logic = "<literalExpression><text>1 <!-- och --> + 1</text></literalExpression>"
    assert feel.plain(model(decision("d", logic)).evaluate("d")) == 2


def test_the_time_is_given() -> None:
    read = model(decision("d", literal("today()")))
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert read.evaluate("d", now=now) == now.date()
    with pytest.raises(DecisionError) as caught:
        read.evaluate("d")
    assert caught.value.error_code == "expression"


_ROUNDS = "for a in 1..100, b in 1..100, c in 1..100 return "
_BOMBS = {
    "a table called in a loop": (
        knowledge("f", "a", table("UNIQUE", ["a"], ["y"], *["> 1 => 1"] * 50)),
        decision("d", literal(f"{_ROUNDS}f(a)"), needs=["!f"]),
    ),
    "a function that calls itself": (
        decision("d", f"<context><contextEntry><variable name='f'/>{function('g', literal('g(g)'))}"
                      f"</contextEntry><contextEntry>{literal('f(f)')}</contextEntry></context>"),
    ),
    "lists of lists of lists": (
        decision("d0", literal("[1, 1, 1, 1]")),
        *(decision(f"d{n}", literal(f"[d{n - 1}, d{n - 1}, d{n - 1}]"), needs=[f"d{n - 1}"])
          for n in range(1, 40)),
        decision("d", literal("d39"), needs=["d39"]),
    ),
    "iterations within iterations": (
        decision("d", '<for iteratorVariable="a"><in>' + literal("[1..200]") + "</in><return>"
                      '<for iteratorVariable="b"><in>' + literal("[1..200]") + "</in><return>"
                      + literal("a * b") + "</return></for></return></for>"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("bomb", _BOMBS)
def test_what_costs_too_much_is_stopped_in_time(bomb: str) -> None:
    read = model(*_BOMBS[bomb])
    with effort() as spent, pytest.raises(DecisionError) as caught:
        read.evaluate("d")
    assert caught.value.error_code == "budget"
    assert spent.seconds < 1


def test_a_large_table_is_within_the_budget() -> None:
    rules = [f"[{n}..{n + 1}) => {n}" for n in range(2_000)]
    read = model(data("x"), decision("d", table("UNIQUE", ["x"], ["y"], *rules), needs=["x"]))
    assert feel.plain(read.evaluate("d", {"x": 1_999})) == 1_999
