"""Functions of numbers and texts, conversion, ranges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.feel import FeelRange
from tests.support.feel import value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decimal(1/3, 2)", "0.33"),
        ("decimal(2.5, 0)", "2"),
        ("decimal(1234, -2)", "1200"),
        ("floor(-1.5)", "-2"),
        ("floor(1.56, 1)", "1.5"),
        ("ceiling(-1.5)", "-1"),
        ("round up(1.121, 2)", "1.13"),
        ("round down(-1.126, 2)", "-1.12"),
        ("round half up(5.5, 0)", "6"),
        ("round half down(5.5, 0)", "5"),
        ("round half down(-1.125, 2)", "-1.12"),
        ("abs(-3)", "3"),
        ("modulo(-12, 5)", "3"),
        ("modulo(12, -5)", "-3"),
        ("modulo(-10.1, 4.5)", "3.4"),
        ("sqrt(16)", "4"),
        ("decimal(log(10), 8)", "2.30258509"),
        ("decimal(exp(5), 4)", "148.4132"),
        ('number("1 000,50", " ", ",")', "1000.50"),
        ('number("-.5")', "-0.5"),
    ],
)
def test_functions_of_numbers(text: str, expected: str) -> None:
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    [
        "decimal(1, 7000)",
        "modulo(1, 0)",
        "sqrt(-1)",
        "log(0)",
        "exp(1000000)",
        'number("abc")',
        'number("0x1F")',
        'number("١٢")',
        'number("1,5", ",", ",")',
        "odd(1.5)",
        "abs(null)",
        "abs(1, 2)",
        'abs("1")',
        "floor(scale: 1)",
        "floor(m: 1)",
    ],
)
def test_a_call_that_does_not_fit_is_null(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(a: 1, b: 2)", [1, 2]),
        ("f(b: 2, a: 1)", [1, 2]),
        ("f(a: 1)", [1, None]),
        ("f(b: 2)", [None, 2]),
        ("f(c: 3)", None),
        ("f(a: 1, b: 2, c: 3)", None),
        ("f(a: 1, a: 2)", None),
        ("f(1)", None),
        ("f(1, 2, 3)", None),
        ("list contains(list: [null])", True),
        ('string join(list: ["a", "b"])', "ab"),
        ('string join(delimiter: ",")', None),
        ('number(from: "1 000", grouping separator: " ")', 1000),
        ("modulo(dividend: 5)", None),
        ("date(year: 2026, month: 1)", None),
    ],
)
def test_parameters_that_a_named_call_leaves_out_are_null(text: str, expected: Any) -> None:
    assert value(f"{{f: function(a, b) [a, b], result: {text}}}.result") == expected


def test_odd_and_even() -> None:
    assert value("odd(3)") is True
    assert value("even(-2)") is True
    assert value("even(1e40)") is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", 3, 3)', "oba"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring("a🐎bc", 2, 2)', "🐎b"),
        ('string length("åäö🐎")', 4),
        ('upper case("åäö")', "ÅÄÖ"),
        ('lower case("ÅÄÖ")', "åäö"),
        ('substring("foobar", 7)', None),
        ('substring("foobar", 0)', None),
        ('substring before("foobar", "bar")', "foo"),
        ('substring before("foobar", "x")', ""),
        ('substring after("foobar", "ob")', "ar"),
        ('contains("foobar", "ob")', True),
        ('starts with("foobar", "fo")', True),
        ('ends with("foobar", "r")', True),
        ('contains(match: "o", string: "foo")', True),
        ('contains("foobar", null)', None),
    ],
)
def test_functions_of_texts(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("string(1.10)", "1.1"),
        ("string(1e5)", "100000"),
        ("string(0.000000001)", "0.000000001"),
        ("string(-0)", "0"),
        ("string(true)", "true"),
        ("string(null)", None),
        ('string("a")', "a"),
        ('string([1, "a", null])', '[1, "a", null]'),
        ('string({a: 1, "b c": @"P1D"})', '{a: 1, b c: @"P1D"}'),
        ('string({"a:b": "x\\"y"})', '{"a:b": "x\\"y"}'),
        ("string([1..10))", "[1..10)"),
        ("string((< 10))", "<10"),
    ],
)
def test_values_as_text(text: str, expected: str | None) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("before(1, 10)", True),
        ("before([1..10), 10)", True),
        ("before([1..10], [10..20])", False),
        ("before((< 5), [5..20])", True),
        ("after((11..20], 11)", True),
        ("after([11..20], [1..11))", True),
        ("meets([1..5], [5..10])", True),
        ("meets([1..5), [5..10])", False),
        ("met by([5..10], [1..5])", True),
        ("overlaps([1..5], [3..8])", True),
        ("overlaps([1..5), [5..8])", False),
        ("overlaps((> 3), (< 4))", True),
        ("overlaps before([1..5], [3..8])", True),
        ("overlaps after([3..8], [1..5])", True),
        ("finishes(10, [1..10])", True),
        ("finishes([5..10), [1..10])", False),
        ("finished by([1..10], [5..10])", True),
        ("includes([1..10], (1..10))", True),
        ("includes((1..10], 1)", False),
        ("during([4..6], [1..10))", True),
        ("starts([1..5], [1..10])", True),
        ("started by([1..10], 1)", True),
        ("coincides([1..5], [1..5])", True),
        ("coincides(3, 4)", False),
        ('before(1, "a")', None),
        ("before(null, 1)", None),
        ("during([1..null], [1..10])", None),
        ("before(point: 1, range: [2..3])", True),
    ],
)
def test_relations_of_ranges_and_points(text: str, expected: bool | None) -> None:
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1..10)", FeelRange(Decimal(1), Decimal(10), True, False)),
        ('["a..b".."c"]', FeelRange("a..b", "c")),
        ("(..10]", FeelRange(None, Decimal(10), False, True)),
        ("[-3..-1]", FeelRange(Decimal(-3), Decimal(-1))),
        ("[..10]", None),
        ("(..)", None),
        ("[10..1]", None),
        ('[1.."a"]', None),
        ("[1+1..3]", None),
        ("[x..3]", None),
        ("1..3", None),
    ],
)
def test_a_range_from_text_takes_only_what_is_written_out(
    text: str, expected: FeelRange | None
) -> None:
    assert value("range(t)", t=text) == expected
