"""Functions from one type to another, except to dates and times (10.3.4.1, 10.3.4.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.feel.budget import Run
from engine.feel.builtins.registry import BuiltinLibrary
from engine.feel.show import show
from engine.feel.values import numeral

LIBRARY = BuiltinLibrary()
"""The built-in functions that convert values, as they are declared below."""


@LIBRARY.declare("number", "from: string")
def to_number(run: Run, text: str) -> Decimal | None:
    """A text such as ``1500.5`` as a number."""
    return numeral(text)


@LIBRARY.declare(
    "number",
    "from: string, grouping separator: string|null, decimal separator: string|null",
)
def to_number_with_separators(
    run: Run, text: str, grouping: str | None, point: str | None
) -> Decimal | None:
    """A text as a number whose digits are grouped by space, comma or point, and whose decimals
    follow a comma or a point."""
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        return None
    if grouping is not None and grouping == point:
        return None
    if grouping is not None:
        text = text.replace(grouping, "")
    if point == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    return numeral(text)


@LIBRARY.declare("string", "from: any|null")
def to_string(run: Run, value: Any) -> str | None:
    """The value as text, as it would be written in FEEL; a text as it is."""
    return show(value, run)


@LIBRARY.declare("not", "negand: any|null")
def negation(run: Run, negand: Any) -> bool | None:
    """True for false, false for true, null for everything else."""
    return not negand if isinstance(negand, bool) else None
