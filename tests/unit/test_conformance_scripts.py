"""The kit's adapter translates Python, and hides no other language from the product."""

from __future__ import annotations

import pytest

from tests.conformance.scripts import to_feel


def script(attributes: str) -> bytes:
    return f'<scriptTask id="a" {attributes}><script>x = 1</script></scriptTask>'.encode()


@pytest.mark.parametrize(
    "attributes",
    ["", 'scriptFormat="text/x-python"', "scriptFormat='Python'", 'scriptLanguage="python"'],
)
def test_python_and_what_declares_nothing_is_translated(attributes: str) -> None:
    translated = to_feel(script(attributes))
    assert b"= {x: 1}" in translated
    assert b"ython" not in translated


@pytest.mark.parametrize(
    "attributes",
    ['scriptFormat="groovy"', "scriptFormat='text/javascript'", 'scriptFormat="dummyFormat"'],
)
def test_a_script_in_another_language_comes_as_it_is(attributes: str) -> None:
    assert to_feel(script(attributes)) == script(attributes)


@pytest.mark.parametrize(("language", "becomes"), [("", "= x = 1"), ("groovy", "x == 1")])
def test_so_does_a_condition(language: str, becomes: str) -> None:
    declared = f' language="{language}"' if language else ""
    condition = f"<conditionExpression{declared}>x == 1</conditionExpression>"
    assert f">{becomes}<" in to_feel(condition.encode()).decode()
