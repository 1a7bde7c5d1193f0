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


@pytest.mark.parametrize("cell", ["", "< ", "not(", "1,", "- 1 -"])
def test_a_cell_that_cannot_be_read_is_a_syntax_error(cell: str) -> None:
    with pytest.raises(feel.FeelSyntaxError):
        feel.compile_unary_tests(cell)


def test_a_cell_knows_the_variables_it_needs() -> None:
    assert feel.compile_unary_tests("> gräns, ? = annat").names == {"gräns", "annat"}
