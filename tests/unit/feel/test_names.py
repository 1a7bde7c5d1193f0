"""Which characters make a name, and what an expression says of the names it needs."""

from __future__ import annotations

import pytest

from engine import feel
from tests.support.feel import value


def test_words_in_a_row_are_one_name() -> None:
    assert value("antal rum * pris per rum", {"antal rum": 3, "pris per rum": 10}) == 30


def test_white_space_inside_a_name_counts_as_one_space() -> None:
    assert value("antal \n  rum", {"antal rum": 3}) == 3


def test_names_with_signs_are_read_when_they_are_known() -> None:
    expression = feel.compile("vinst/förlust + 1", names=["vinst/förlust"])
    assert expression.evaluate({"vinst/förlust": 2}) == 3
    assert value("a-b", a=3, b=1) == 2


def test_names_with_reserved_words_are_read_when_they_are_known() -> None:
    expression = feel.compile("bed and breakfast = 2", names=["bed and breakfast"])
    assert expression.evaluate({"bed and breakfast": 2}) is True


def test_the_longest_known_name_wins() -> None:
    expression = feel.compile("a-b-c", names=["a-b", "a-b-c"])
    assert expression.names == {"a-b-c"}


def test_names_that_the_expression_declares_are_known_from_there_on() -> None:
    assert value("{netto-pris: 80, moms: netto-pris / 4}.moms") == 20
    assert value("{netto-pris: 80}.netto-pris") == 80
    assert value("for ett tal in [1, 2] return ett tal * 2") == [2, 4]
    assert value("(function(första talet, andra) första talet - andra)(3, 1)") == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(function(kundens ålder's gräns) kundens ålder's gräns + 1)(17)", 18),
        ("(function(a-b: number, c/d) a-b * c/d)(3, 2)", 6),
        ("(function(a.b) a.b)(1)", 1),
        ("(function(x 1) x 1)(1)", 1),
        ("for kund's år in [1, 2] return kund's år * 2", [2, 4]),
        ("some a-b in [1, 2], c*d in [a-b] satisfies a-b + c*d = 4", True),
        ("every a+b in 1..3 satisfies a+b > 0", True),
    ],
)
def test_parameters_and_iterators_may_have_signs_in_their_names(
    text: str, expected: object
) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text", ["function(", "function(1) 1", "function(-a) a", "for -a in xs return a", "for a- xs"]
)
def test_a_name_begins_with_a_letter_and_ends_where_the_construct_goes_on(text: str) -> None:
    with pytest.raises(feel.FeelSyntaxError):
        feel.compile(text)


@pytest.mark.parametrize("name", ["å", "_x", "横綱", "🐎", "x1", "größe"])
def test_names_may_use_the_letters_of_all_languages(name: str) -> None:
    assert value(f"{name} + 1", {name: 1}) == 2


def test_an_expression_knows_the_variables_it_needs() -> None:
    expression = feel.compile(
        'if beslut = "accept" then sum(rader.belopp) else config.gräns + max(a, 1)'
    )
    assert expression.names == {"beslut", "rader", "config", "a"}


def test_names_that_are_declared_inside_are_not_needed() -> None:
    expression = feel.compile(
        "for x in xs return {y: x, z: y}.z + (function(p) p + q)(1) + partial[1]"
    )
    assert expression.names == {"xs", "q"}


def test_names_in_a_filter_may_be_parts_of_the_elements() -> None:
    expression = feel.compile("rader[belopp > gräns and item.aktiv].namn")
    assert expression.names == {"rader"}
    assert expression.possible_names == {"rader", "belopp", "gräns"}
    assert feel.compile("item > 1").names == {"item"}


def test_an_unknown_variable_is_null() -> None:
    assert value("saknas") is None
    assert value("saknas.del") is None
    assert value("saknas > 1") is None


def test_strict_evaluation_names_the_unknown_variable_and_its_place() -> None:
    expression = feel.compile("1 +\n  beslut taget")
    with pytest.raises(feel.FeelNameError) as caught:
        expression.evaluate({}, strict=True)
    assert caught.value.name == "beslut taget"
    assert (caught.value.position, caught.value.line, caught.value.column) == (6, 2, 3)
    assert caught.value.params["expression"] == "1 +\n  beslut taget"


def test_strict_evaluation_knows_null_variables_builtins_and_parts_of_elements() -> None:
    strict = {"strict": True}
    assert feel.compile("a = null").evaluate({"a": None}, **strict) is True
    assert feel.compile("count([1])").evaluate({}, **strict) == 1
    assert feel.compile("[{a: 1}, {}][a > 0]").evaluate({}, **strict) == [{"a": 1}]


def test_strict_evaluation_names_an_unknown_function() -> None:
    with pytest.raises(feel.FeelNameError, match="summa"):
        feel.compile("summa([1])").evaluate({}, strict=True)


def test_a_variable_may_have_a_built_in_functions_name() -> None:
    assert value("date", date=3) == 3
    assert value('date("2026-01-01").year + count', date=3, count=1) == 2027


def test_compiling_the_same_text_again_gives_the_same_expression() -> None:
    assert feel.compile("a + 1") is feel.compile("a + 1")
    assert feel.compile("a + 1") is not feel.compile("a + 1", names=["a + 1"])
