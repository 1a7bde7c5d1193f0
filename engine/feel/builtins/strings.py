"""Functions of text (10.3.4.3). Positions and lengths count characters, not bytes."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any

from engine.feel.budget import Run
from engine.feel.builtins.registry import BuiltinLibrary
from engine.feel.values import number

LIBRARY = BuiltinLibrary()
"""The built-in functions of text, as they are declared below."""


def _integer(value: Decimal) -> int:
    """The number cut to a whole one; a huge one only needs to be huge."""
    if value.adjusted() > 9:
        return -(10**9) if value < 0 else 10**9
    return int(value.to_integral_value(ROUND_DOWN))


@LIBRARY.declare("substring", "string: string, start position: number, length: number?")
def substring(run: Run, string: str, start: Decimal, length: Decimal | None) -> str | None:
    """``length`` characters of the text from ``start`` on (from 1, or from -1 backwards); null when
    nothing stands there."""
    at = _integer(start)
    if at == 0 or abs(at) > len(string):
        return None
    first = at - 1 if at > 0 else len(string) + at
    if length is None:
        return string[first:]
    count = _integer(length)
    return string[first : first + count] if count >= 1 else None


@LIBRARY.declare("string length", "string: string")
def string_length(run: Run, string: str) -> Decimal:
    """How many characters a text has."""
    return number(len(string))


@LIBRARY.declare("upper case", "string: string")
def upper_case(run: Run, string: str) -> str:
    """The text in capital letters."""
    run.check_text(len(string))
    return string.upper()


@LIBRARY.declare("lower case", "string: string")
def lower_case(run: Run, string: str) -> str:
    """The text in small letters."""
    run.check_text(len(string))
    return string.lower()


@LIBRARY.declare("substring before", "string: string, match: string")
def substring_before(run: Run, string: str, match: str) -> str:
    """What stands in the text before the first ``match``; empty when there is none."""
    before, separator, _ = string.partition(match) if match else ("", "", "")
    return before if separator else ""


@LIBRARY.declare("substring after", "string: string, match: string")
def substring_after(run: Run, string: str, match: str) -> str:
    """What stands in the text behind the first ``match``; empty when there is none."""
    return string.partition(match)[2] if match else string


@LIBRARY.declare("contains", "string: string, match: string")
def contains(run: Run, string: str, match: str) -> bool:
    """Whether ``match`` stands anywhere in the text."""
    return match in string


@LIBRARY.declare("starts with", "string: string, match: string")
def starts_with(run: Run, string: str, match: str) -> bool:
    """Whether the text begins with ``match``."""
    return string.startswith(match)


@LIBRARY.declare("ends with", "string: string, match: string")
def ends_with(run: Run, string: str, match: str) -> bool:
    """Whether the text ends with ``match``."""
    return string.endswith(match)


@LIBRARY.declare("string join", "list: list, delimiter: string?|null")
def string_join(run: Run, values: list[Any], delimiter: str | None) -> str | None:
    """The texts of a list in one, with the delimiter between them, nulls left out; null when
    something else is among them."""
    run.charge(len(values))
    texts = [value for value in values if value is not None]
    if not all(isinstance(text, str) for text in texts):
        return None
    between = delimiter or ""
    run.check_text(sum(len(text) for text in texts) + len(between) * len(texts))
    return between.join(texts)
