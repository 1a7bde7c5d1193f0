"""How an expression is read: precedence, brackets, literals, comments."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import feel
from tests.support.feel import numbers, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("2 ** -1 * 4", 2),
        ("1 + 2 * 3 ** 2", 19),
        ("8 / 4 / 2", 1),
        (".5 * 2", 1),
        ("1.5e2", 150),
        ("- - 3", 3),
    ],
)
def test_operators_bind_as_the_standard_says(text: str, expected: int) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "true or false and false",
        "1 + 1 = 2 and 2 < 3",
        "not(false) and true",
        "3 between 1 and 5 and true",
        "2 in (1, 2) and 5 > 4",
        "if false then false else true or false",
        "1 + 2 instance of number or true",
        "(1 = 2) = false",
    ],
)
def test_logic_binds_more_loosely_than_comparison(text: str) -> None:
    assert value(text) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a\\"b"', 'a"b'),
        ('"rad\\n två"', "rad\n två"),
        ('"\\u00e5\\U01F40E"', "å🐎"),
        ('"\\uD83D\\uDC0E"', "🐎"),
        ('"C:\\\\temp"', "C:\\temp"),
        ('"\\d"', "\\d"),
        ('""', ""),
    ],
)
def test_texts_may_have_escapes(text: str, expected: str) -> None:
    assert value(text) == expected


def test_comments_and_line_ends_are_white_space() -> None:
    assert value("1 + // ett\n /* två\n tre */ 2") == 3


@pytest.mark.parametrize(
    ("text", "member", "expected"),
    [
        ("[1..10]", 1, True),
        ("(1..10]", 1, False),
        ("]1..10]", 1, False),
        ("[1..10)", 10, False),
        ("[1..10[", 10, False),
        ("[1..10]", 10, True),
    ],
)
def test_brackets_say_whether_a_range_holds_its_ends(
    text: str, member: int, expected: bool
) -> None:
    assert value(f"x in {text}", x=member) is expected


def test_a_bracket_behind_a_range_may_be_an_end_or_a_filter() -> None:
    assert value("[1..10[.end") == 10
    assert value("[]1..10[, 20]") == [value("(1..10)"), 20]
    assert value('[]"a".."f"]][1].end') == "f"
    assert value("[]ends[1]..ends[2][][1].start", ends=[3, 7]) == 3
    assert value("[] instance of list") is True
    assert value("count([[], []])") == 2
    assert value("x in [1..ends[2]]", x=5, ends=[3, 7]) is True


def test_functions_can_be_written_and_called_on_the_spot() -> None:
    assert value("(function(a, b) a + b)(1, 2)") == 3
    assert value("(function(a: number, b: number) a - b)(b: 1, a: 3)") == 2
    assert value("{twice: function(x) x * 2, y: twice(21)}.y") == 42


def test_a_function_remembers_where_it_was_made() -> None:
    assert value("(function(a) function(b) a * b)(6)(7)") == 42


def test_a_function_does_not_know_itself() -> None:
    assert value("{f: function(n) if n = 0 then 0 else f(n - 1), x: f(3)}.x") is None


def test_lists_and_contexts_nest() -> None:
    assert value('{a: [1, {b: "x"}], "två ord": 2}') == {
        "a": [Decimal(1), {"b": "x"}],
        "två ord": Decimal(2),
    }
    assert value("[]") == []
    assert value("{}") == {}


def test_an_entry_sees_the_entries_before_it() -> None:
    assert value("{pris: 100, moms: pris * 0.25, totalt: pris + moms}.totalt") == 125


def test_a_context_with_a_key_twice_is_null() -> None:
    assert value("{a: 1, a: 2}") is None


def test_at_literals_are_dates_times_and_durations_or_null() -> None:
    assert value('@"2026-01-31"') == value('date("2026-01-31")')
    assert value('@"P1Y"') == value('duration("P1Y")')
    assert value('@"nonsense"') is None


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("1 +", 4, "a value"),
        ("if a then 1", 12, "else"),
        ("[1, 2", 6, "]"),
        ("(1, 2)", 3, ")"),
        ("a between 1 or 2", 13, "and"),
        ("some x in [1] return x", 15, "satisfies"),
        ("for x [1] return x", 7, "in"),
        ("{a 1}", 2, "a name and :"),
        ("a.[", 3, "a name"),
        ("1 2", 3, "an operator"),
        ('"open', 1, '"'),
        ("a instance of 3", 15, "a type"),
        ("a = = b", 5, "a value"),
        ("", 1, "a value"),
        ("x §", 3, "a value"),
        ("1e6145", 1, "a smaller number"),
    ],
)
def test_an_error_says_where_and_what_was_expected(text: str, column: int, expected: str) -> None:
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile(text)
    assert (caught.value.line, caught.value.column) == (1, column)
    assert expected in caught.value.expected
    assert f"column {column}" in caught.value.message


def test_an_error_on_a_later_line_names_that_line() -> None:
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile("a +\n  b +\n  )")
    assert (caught.value.line, caught.value.column) == (3, 3)


def test_functions_in_other_languages_are_refused_by_name() -> None:
    with pytest.raises(feel.FeelSyntaxError, match="other languages"):
        feel.compile('function(x) external {java: {class: "java.lang.Runtime"}}')


def test_a_bare_test_in_brackets_is_a_range() -> None:
    assert value("(> 10).start") == 10
    assert value("(> 10).end") is None
    assert value("[x in list][1]", x=3, list=numbers(1, 3)) is True
