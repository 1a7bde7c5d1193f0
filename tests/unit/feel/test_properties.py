"""What holds for all expressions and values."""

from __future__ import annotations

import string
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import feel
from tests.support.effort import effort
from tests.support.feel import NOW, value

_WORDS = st.sampled_from(
    """( ) [ ] { } , : . .. + - * / ** = != < <= > >= and or not in between if then else for some
    every satisfies return instance of function true false null ? x y list date and time number
    string @"P1D" @"2026-01-01" "a" 1 2.5 -1 1e9 count sum abs sort max item partial -> external
    // /* */ @ "å" 🐎 [1..2] {a:1} (1) range matches "(a+)+" """.split()  # noqa: SIM905 - reads
)
_NOISE = st.lists(_WORDS, max_size=25).map(" ".join) | st.text(
    string.printable + "åäö🐎\u200b", max_size=60
)
_ATOMS = st.sampled_from(
    [
        *("1", "2.5", "0", "-3", '"a"', "true", "false", "null", "x", "xs", "c", "abs", "now()"),
        *('@"2026-01-31"', '@"P1M"', '@"P1D"', '@"10:00:00"', "[1, 2]", "[]", "{a: 1}", "[1..3]"),
    ]
)
_OPERATORS = st.sampled_from(
    ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"]
)
_FUNCTIONS = st.sampled_from(
    [
        *("not", "count", "sum", "max", "string", "abs", "flatten", "sort", "date", "duration"),
        *("reverse", "distinct values", "string length", "min", "mean", "round up", "is", "range"),
    ]
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.tuples(inner, _OPERATORS, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
        | st.tuples(_FUNCTIONS, inner).map(lambda t: f"{t[0]}({t[1]})")
        | st.tuples(_FUNCTIONS, inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})")
        | st.tuples(inner, inner).map(lambda t: f"({t[0]})[{t[1]}]")
        | st.tuples(inner, inner, inner).map(lambda t: f"(if {t[0]} then {t[1]} else {t[2]})")
        | st.tuples(inner, inner).map(lambda t: f"(for i in {t[0]} return {t[1]})")
        | st.tuples(inner, inner).map(lambda t: f"(some i in {t[0]} satisfies {t[1]})")
        | st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} between {t[1]} and {t[2]})")
        | st.tuples(inner, inner).map(lambda t: f"[{t[0]}, {t[1]}]")
        | st.tuples(inner, inner).map(lambda t: f"{{a: {t[0]}, b: {t[1]}}}.a")
        | st.tuples(inner, inner).map(lambda t: f"[{t[0]}..{t[1]}]")
        | inner.map(lambda t: f"({t} instance of number)")
        | inner.map(lambda t: f"(function(x) {t})(1)")
        | inner.map(lambda t: f"-{t}")
    )


_EXPRESSIONS = st.recursive(_ATOMS, _larger, max_leaves=12)
_CONTEXT: dict[str, Any] = {"x": 3, "xs": [1, "b", None], "c": {"a": date(2026, 1, 1)}}


@settings(max_examples=400, deadline=None)
@given(_NOISE)
def test_no_text_makes_anything_but_a_value_or_a_feel_error(text: str) -> None:
    with effort() as spent:
        for reading in (feel.compile, feel.compile_unary_tests):
            with suppress(feel.FeelError):
                reading(text).evaluate({"x": 1, "list": [1], "?": 1}, now=NOW)
    assert spent.seconds < 0.5


@settings(max_examples=300, deadline=None)
@given(_EXPRESSIONS)
def test_every_well_formed_expression_has_a_value_that_can_be_shown(text: str) -> None:
    try:
        result = feel.compile(text).evaluate(_CONTEXT, now=NOW)
    except feel.FeelBudgetError:
        return
    feel.compile("string(x)").evaluate({"x": result})
    feel.plain(result)


@settings(max_examples=200, deadline=None)
@given(_EXPRESSIONS)
def test_evaluating_twice_gives_the_same(text: str) -> None:
    same = feel.compile("is(a, b) or a = b or string(a) = string(b)")
    try:
        first = feel.compile(text).evaluate(_CONTEXT, now=NOW)
        second = feel.compile(text).evaluate(_CONTEXT, now=NOW)
        assert same.evaluate({"a": first, "b": second}) in (True, None)
    except feel.FeelBudgetError:
        return


@settings(max_examples=200, deadline=None)
@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20
    )
)
def test_a_number_survives_being_shown_and_read(number: Decimal) -> None:
    assert value("number(string(n)) = n", n=number) is True


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_modulo_has_the_divisors_sign_and_fits_the_division(a: int, b: int) -> None:
    assert value("b * floor(a / b) + modulo(a, b) = a", a=a, b=b) is True


@settings(max_examples=200, deadline=None)
@given(st.dates(), st.integers(-5000, 5000))
def test_days_added_and_taken_away_again_lead_back(day: date, days: int) -> None:
    assert value('d + n * @"P1D" - n * @"P1D" = d', d=day, n=days) is True


@settings(max_examples=200, deadline=None)
@given(st.dates(), st.dates())
def test_the_months_between_two_dates_do_not_pass_the_second(a: date, b: date) -> None:
    text = "{m: years and months duration(a, b), r: if a <= b then a + m <= b else a + m >= b}.r"
    assert value(text, a=a, b=b) is True


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-9, 9), max_size=8))
def test_sorting_and_reversing_agree(xs: list[int]) -> None:
    assert value("sort(xs) = reverse(sort(xs, function(a, b) a > b))", xs=xs) is True
    assert value("sort(xs)", xs=xs) == sorted(xs)


@settings(max_examples=200, deadline=None)
@given(*[st.booleans() | st.none()] * 2)
def test_de_morgan_holds_for_three_values(a: bool | None, b: bool | None) -> None:
    assert value("not(a and b)", a=a, b=b) is value("not(a) or not(b)", a=a, b=b)


_ENDS = st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans(), st.booleans()).filter(
    lambda ends: ends[0] < ends[1]
)


@settings(max_examples=200, deadline=None)
@given(_ENDS, _ENDS)
def test_two_ranges_are_before_after_or_overlapping(
    one: tuple[int, int, bool, bool], other: tuple[int, int, bool, bool]
) -> None:
    a, b = (
        f"{'[' if start else '('}{low}..{high}{']' if end else ')'}"
        for low, high, start, end in (one, other)
    )
    related = [value(f"{name}({a}, {b})") for name in ("before", "after", "overlaps")]
    assert related.count(True) == 1
