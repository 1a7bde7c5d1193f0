"""Python's values → FEEL's, for the variables that an expression is given."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from typing import Any

from engine.feel.budget import Run
from engine.feel.errors import FeelBudgetError, FeelError
from engine.feel.extended_dates import ExtendedDate, ExtendedDateTime
from engine.feel.values import DECIMAL, FeelRange, Function, YearsMonthsDuration

NATIVE = frozenset(
    {
        type(None),
        bool,
        str,
        Decimal,
        date,
        time,
        datetime,
        timedelta,
        YearsMonthsDuration,
        FeelRange,
    }
    | {Function, ExtendedDate, ExtendedDateTime}
)
"""Classes of values that are FEEL's already. Lists and contexts are not: what is in them may need
converting."""
_DEEPEST_VARIABLE = 64
"""Lists and contexts within each other that a variable may have: deeper ones nobody writes, and
Python's stack must hold them."""
_PER_STEP = 8
"""Elements that are converted in the time that a node of an expression takes to evaluate."""


def convert(value: Any, run: Run, depth: int = 0) -> Any:
    """``value`` as FEEL has it; FeelError for a type that FEEL does not know.

    Whole numbers and floats become decimals (a float by its shortest numeral, so that 0.1 is
    0.1; an infinite one becomes null), tuples and sets lists, mappings contexts.
    """
    cls = type(value)
    if cls in NATIVE:
        return value
    if cls is int:
        return _number(value)
    if cls is float:
        return _number(repr(value)) if math.isfinite(value) else None
    if depth > _DEEPEST_VARIABLE:
        raise FeelBudgetError(f"a variable holds values nested more than {_DEEPEST_VARIABLE} deep")
    if isinstance(value, Mapping):
        run.charge(len(value) // _PER_STEP)
        return {str(key): convert(item, run, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        run.charge(len(value) // _PER_STEP)
        return [convert(item, run, depth + 1) for item in value]
    return _of_subclass(value)


def _number(value: int | str) -> Decimal | None:
    try:
        return DECIMAL.create_decimal(value)
    except DecimalException:  # more digits before the point than a number can have
        return None


def _of_subclass(value: Any) -> Any:
    """Enumerations and other classes made from the basic ones."""
    if isinstance(value, str):
        return str(value.value) if hasattr(value, "value") else str(value)
    if isinstance(value, int):
        return _number(int(value))
    if isinstance(value, Decimal | date | time | timedelta | Function):
        return value
    raise FeelError(f"FEEL has no type for a value of {type(value).__name__}")
