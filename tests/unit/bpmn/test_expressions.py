"""Which language an expression is in, and what to write instead."""

from __future__ import annotations

import pytest

from engine.bpmn.expressions import feel_behind, language, problem


def code(text: str, declared: str = "", default: str = "") -> str | None:
    found = problem(text, declared, default)
    return None if found is None else found.code


@pytest.mark.parametrize(
    "text",
    ['= beslut = "accept"', "=x > 1", "x > 1", "= not(a) and b", "= dummy name with blanks"],
)
def test_feel_is_accepted_with_and_without_its_mark(text: str) -> None:
    assert code(text) is None


def test_a_text_may_be_declared_as_feel() -> None:
    assert code("x > 1", "https://www.omg.org/spec/DMN/20191111/FEEL/") is None
    assert code("x > 1", default="http://www.omg.org/spec/FEEL/20140401") is None
    assert code("x >", default="http://www.omg.org/spec/FEEL/20140401") == "expression_syntax"


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("", "", "expression_empty"),
        ("  = ", "", "expression_empty"),
        ("= x >", "", "expression_syntax"),
        ("__import__('os').system('ls')", "", "expression_syntax"),
        ("x > 1", "python", "expression_python"),
        ("x > 1", "text/x-python", "expression_python"),
        ("not ready", "", "expression_python"),
        ("x is None", "", "expression_python"),
        ("import os", "", "expression_python"),
        ("True", "", "expression_literal"),
        ("${approved}", "", "expression_juel_meant"),
        ("#{approved}", "", "expression_juel_meant"),
        ("${bean.pay(order)}", "", "expression_juel"),
        ("x > 1", "http://www.w3.org/1999/XPath", "expression_language"),
        ("x > 1", "groovy", "expression_language"),
        ("= x > 1", "python", None),
    ],
)
def test_other_languages_are_told_apart(text: str, declared: str, expected: str | None) -> None:
    assert code(text, declared) == expected


def test_the_files_own_default_language_is_only_blamed_for_what_is_not_feel() -> None:
    xpath = "http://www.w3.org/1999/XPath"
    assert code("integerVariable<3", default=xpath) is None
    assert code("bpmn:getDataObject('x')", default=xpath) == "expression_language"


def test_a_syntax_error_says_where_and_what_was_meant() -> None:
    found = problem('answer == "yes"')
    assert found is not None
    sv, en = found.reason
    assert "column 9" in en
    assert "kolumn 9" in sv
    assert found.suggestion == '= answer = "yes"'


def test_languages_are_known_by_their_names() -> None:
    assert [language(t) for t in ("", "python3", "application/x-python", "FEEL", "juel", "js")] == [
        "",
        "python",
        "python",
        "feel",
        "juel",
        "other",
    ]
    assert language("copyright") == "other"


def test_the_mark_of_feel_is_the_first_sign() -> None:
    assert feel_behind(" = a ") == "a"
    assert feel_behind("a = b") is None


@pytest.mark.parametrize(
    ("text", "sv"),
    [
        ("= x >", "rad 1, kolumn 4: ett värde väntades, men uttrycket slutar"),
        ("= (x", "väntades, men uttrycket slutar"),
        ("= x )", "en operator eller slutet på uttrycket väntades, men här står ”)”"),
        ('= "open', "texten saknar avslutande citattecken"),
        ("= a ¤ b", "betyder inget här"),
    ],
)
def test_a_syntax_error_is_told_in_swedish_too(text: str, sv: str) -> None:
    found = problem(text)
    assert found is not None
    assert sv in found.reason[0]


@pytest.mark.parametrize(
    "text", ['"a" not in x', "1 if x else 2", "[i for i in x]", "any(map(lambda i: i, x))"]
)
def test_what_only_python_is_built_like_is_called_python(text: str) -> None:
    found = problem(text)
    assert found is not None
    assert found.code == "expression_python"


@pytest.mark.parametrize("text", ["if x else 2", "for i in x i", 'x = "not in" y', "1 +"])
def test_what_may_be_a_slip_in_feel_is_not_called_python(text: str) -> None:
    found = problem(text)
    assert found is not None
    assert found.code == "expression_syntax"
