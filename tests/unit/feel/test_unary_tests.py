"""The cells of decision tables."""

from __future__ import annotations

from typing import Any

import pytest

from engine import feel


@pytest.mark.parametrize(
    ("cell", "tested", "expected"),
    [
        ("-", 5, True),
        ("-", None, True),
        ("5", 5, True),
        ("5", 6, False),
        ("-5", -5, True),
        ("< 10", 5, True),
        ("< 10, > 20", 25, True),
        ("[1..3], 7", 7, True),
        ("(1..3]", 1, False),
        ("not(5)", 6, True),
        ("not(5, 6)", 6, False),
        ('not("a")', "b", True),
        ('"a", "b"', "b", True),
        ("null", None, True),
        ("true", True, True),
        ("false", False, True),
        ("not(true)", False, True),
        ("? > 3", 4, True),
        ('contains(?, "x")', "axb", True),
        ('not(contains(?, "x"))', "axb", False),
        ("not(? > 3) or ? = 7", 7, True),
        ("? in (1, 2)", 2, True),
        ("gräns", 10, True),
        ("> gräns * 2", 21, True),
        ("val", "b", True),
        ("< 10", None, False),
        ("< 10", "a", False),
        ("even(?)", 4, True),
        ("?.part = 1", {"part": 1}, True),
        ("1, 2", [1, 2], False),
        ("[1, 2]", [1, 2], True),
    ],
)
def test_a_cell_says_whether_a_value_meets_it(cell: str, tested: Any, expected: bool) -> None:
    context = {"gräns": 10, "val": ["a", "b"]}
    assert feel.compile_unary_tests(cell).matches(tested, context) is expected


@pytest.mark.parametrize(
    ("cell", "of_true", "of_false", "of_null"),
    [
        ("-", True, True, True),
        ("true", True, False, False),
        ("(true)", True, False, False),
        ("false", False, True, False),
        ("null", False, False, True),
        ("true, false", True, True, False),
        ("[true, false]", True, True, False),
        ("false, null", False, True, True),
        ("not(true)", False, True, True),
        ("not(false)", True, False, True),
        ("not(null)", True, True, False),
        ("not(true, null)", False, True, False),
        ("?", True, False, False),
        ("? = true", True, False, False),
        ("? = false", False, True, False),
        ("? != true", False, True, True),
        ("? != null", True, True, False),
        ("? = null", False, False, True),
        ("not(? = true)", False, True, True),
        ("? or false", True, False, False),
        ("? and true", True, False, False),
        ("? in (true)", True, False, False),
        ("true in (?)", True, True, True),
        ("list contains([false], ?)", False, True, False),
        ("list contains([null], ?)", False, False, True),
        ("some x in [false] satisfies x = ?", False, True, False),
        ("if ? then true else false", True, False, False),
        ("? instance of boolean", True, True, False),
        ("3 > 1", True, False, False),
        ("1 > 3", False, True, False),
        ("true or null", True, False, False),
        ("1 > saknas", False, False, False),
        ("false or null", False, False, False),
        ("1 between null and 2", False, False, False),
        ("1 in (saknas..2)", False, False, False),
        ("every x in saknas satisfies x", False, False, False),
        ("saknas", False, False, True),
        ("ja", True, False, False),
    ],
)
def test_a_cell_in_a_column_of_booleans(
    cell: str, of_true: bool, of_false: bool, of_null: bool
) -> None:
    """Null meets no value and no condition, only what asks for null or for anything else."""
    tests = feel.compile_unary_tests(cell)
    met = tuple(
        tests.matches(tested, {"ja": True, "saknas": None}) for tested in (True, False, None)
    )
    assert met == (of_true, of_false, of_null)


@pytest.mark.parametrize(
    "cell",
    [
        *("5", '"a"', '@"2026-02-01"', "< 10", ">= 0, < 0", "[1..10]", '[1.."z"]', "[1, 2]"),
        *("odd(?)", "not(odd(?))", "not(< 10)", "? + 1", "? > 0", "? between 1 and 9", "3 > 1"),
        *('starts with(?, "a")', "gräns", "> gräns", "flagga", "max(1, 2) = 2"),
    ],
)
def test_null_meets_nothing_that_does_not_ask_for_it(cell: str) -> None:
    context = {"gräns": 10, "flagga": True}
    assert feel.compile_unary_tests(cell).matches(None, context) is False


def test_a_condition_on_other_variables_is_the_answer_for_a_value_that_is_no_boolean() -> None:
    condition = feel.compile_unary_tests("gräns > 3")
    assert condition.matches("guld", {"gräns": 5}) is True
    assert condition.matches("guld", {"gräns": 2}) is False


@pytest.mark.parametrize("cell", ["", "< ", "not(", "1,", "- 1 -"])
def test_a_cell_that_cannot_be_read_is_a_syntax_error(cell: str) -> None:
    with pytest.raises(feel.FeelSyntaxError):
        feel.compile_unary_tests(cell)


def test_a_cell_knows_the_variables_it_needs() -> None:
    assert feel.compile_unary_tests("> gräns, ? = annat").names == {"gräns", "annat"}
