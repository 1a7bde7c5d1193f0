"""Boxed expressions mean what their written forms mean."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dmn import context, function, literal, value


def test_an_entry_of_a_context_sees_those_before_it() -> None:
    logic = context(grund_pris=literal("100"), pris=literal("grund pris * x"))
    assert value(logic, {"x": 2}) == {"grund pris": 100, "pris": 200}


def test_a_context_with_a_result_is_that_result() -> None:
    assert value(context(a=literal("1"), result=literal("a + 1"))) == 2


def test_a_list_has_its_items_in_order() -> None:
    assert value(f"<list>{literal('1')}{literal('x')}</list>", {"x": 2}) == [1, 2]


def test_a_relation_is_a_list_of_contexts() -> None:
    logic = (
        '<relation><column name="namn"/><column name="antal"/>'
        + "".join(f"<row>{literal(a)}{literal(b)}</row>" for a, b in (("x", "1"), ("y", "2")))
        + "</relation>"
    )
    expected = [{"namn": "a", "antal": 1}, {"namn": "b", "antal": 2}]
    assert value(logic, {"x": "a", "y": "b"}) == expected


def invoked(**bindings: str) -> str:
    parts = "".join(
        f'<binding><parameter name="{name}"/>{literal(text)}</binding>'
        for name, text in bindings.items()
    )
    return f"<invocation>{literal('f')}{parts}</invocation>"


@pytest.mark.parametrize(
    ("bindings", "expected"),
    [
        ({"a": "1", "b": "2"}, 12),
        ({"b": "2", "a": "1"}, 12),
        ({"a": "1"}, None),
        ({"a": "1", "c": "2"}, None),
        ({"a": "1", "b": '"två"'}, None),
    ],
)
def test_an_invocation_binds_parameters_by_name(bindings: dict[str, str], expected: Any) -> None:
    body = function("a:number b:number", literal("10 * a + b"))
    assert value(context(f=body, result=invoked(**bindings))) == expected


def test_a_parameter_that_an_invocation_leaves_out_is_null() -> None:
    body = function("a:number b:number", literal('if b = null then [a, "utan"] else [a, b]'))
    assert value(context(f=body, result=invoked(a="1"))) == [1, "utan"]
    assert value(context(f=body, result=literal("f(a: 1)"))) == [1, "utan"]
    assert value(context(f=body, result=literal("f(1)"))) is None


def test_an_invocation_calls_built_in_functions_too() -> None:
    binding = f'<binding><parameter name="list"/>{literal("[1, 2]")}</binding>'
    assert value(f"<invocation>{literal('sum')}{binding}</invocation>") == 3


def test_a_function_sees_what_stood_where_it_was_defined() -> None:
    logic = context(rate=literal("x"), f=function("a", literal("a * rate")), result=literal("f(3)"))
    assert value(logic, {"x": 2}) == 6


@pytest.mark.parametrize(("x", "expected"), [(5, 1), (1, 0), (None, 0)])
def test_a_conditional_is_an_if(x: Any, expected: int) -> None:
    logic = (
        f"<conditional><if>{literal('x > 3')}</if><then>{literal('1')}</then>"
        f"<else>{literal('0')}</else></conditional>"
    )
    assert value(logic, {"x": x}) == expected


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("item.antal > 1", [{"antal": 2}, {"antal": 3}]),
        ("antal > 2", [{"antal": 3}]),
        ("2", {"antal": 2}),
        ("-1", {"antal": 3}),
        ("antal > null", []),
        ('"antal"', None),
        ("[antal > 1]", None),
    ],
)
def test_a_filter_chooses_by_condition_or_by_place(match: str, expected: Any) -> None:
    logic = f"<filter><in>{literal('x')}</in><match>{literal(match)}</match></filter>"
    assert value(logic, {"x": [{"antal": n} for n in (1, 2, 3)]}) == expected


@pytest.mark.parametrize("match", ["true", "false", "1", "item = null"])
def test_null_has_nothing_to_filter(match: str) -> None:
    logic = f"<filter><in>{literal('null')}</in><match>{literal(match)}</match></filter>"
    assert value(logic) is None


@pytest.mark.parametrize(
    ("source", "body", "expected"),
    [
        ("x", "rad * 2", [2, 4, 6]),
        ("[1..3]", "rad", [1, 2, 3]),
        ("x", "rad + count(partial)", [1, 3, 5]),
        ("null", "rad", None),
        ("7", "rad", None),
    ],
)
def test_an_iteration_is_a_for(source: str, body: str, expected: Any) -> None:
    logic = (
        f'<for iteratorVariable="rad"><in>{literal(source)}</in>'
        f"<return>{literal(body)}</return></for>"
    )
    assert value(logic, {"x": [1, 2, 3]}) == expected


@pytest.mark.parametrize(
    ("kind", "condition", "expected"),
    [
        ("some", "rad > 2", True),
        ("some", "rad > 3", False),
        ("every", "rad > 0", True),
        ("every", "rad > 1", False),
    ],
)
def test_some_and_every_ask_of_the_elements(kind: str, condition: str, expected: bool) -> None:
    logic = (
        f'<{kind} iteratorVariable="rad"><in>{literal("x")}</in>'
        f"<satisfies>{literal(condition)}</satisfies></{kind}>"
    )
    assert value(logic, {"x": [1, 2, 3]}) is expected


def test_an_empty_expression_is_null() -> None:
    assert value(literal("")) is None
    assert value("") is None
