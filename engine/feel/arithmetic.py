"""The operators + - * / ** and the minus sign, on numbers, text, dates and durations.

Null for every pair of operands that DMN gives no meaning, and for results that no value can hold
(division by zero, overflow). Source: DMN 1.4, 10.3.2.12, tables 45–48.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, DecimalException
from typing import Any

from engine.feel.budget import Run
from engine.feel.compare import kind
from engine.feel.extended_dates import (
    AnyDate,
    AnyDateTime,
    ExtendedDateTime,
    instant,
    make_time,
    nanos_of,
    ordinal,
    shift,
    shift_days,
    shift_months,
)
from engine.feel.temporal import is_date, midnight
from engine.feel.values import DECIMAL, YearsMonthsDuration

Operator = Callable[[Any, Any, Run], Any]
"""What an operator does with its two operands; it answers null where it has no meaning."""

_MICROSECOND = timedelta(microseconds=1)
"""The finest part of a duration."""
_DAY = timedelta(days=1)
"""The part of a duration that moves a date."""
_POWER_STEPS = 40
"""Steps of the budget that a power costs when its exponent is large or a fraction: then it takes
hundreds of multiplications."""


def add(left: Any, right: Any, run: Run) -> Any:
    """``left + right``: of numbers, of texts, of a duration and what it moves."""
    if type(left) is Decimal and type(right) is Decimal:
        return _decimal(DECIMAL.add, left, right)
    if isinstance(left, str) and isinstance(right, str):
        run.check_text(len(left) + len(right))
        run.charge_text(len(left) + len(right))
        return left + right
    if _is_duration(left) and not _is_duration(right):
        left, right = right, left
    try:
        return _shift(left, right, forward=True)
    except (OverflowError, ValueError):
        return None


def subtract(left: Any, right: Any, run: Run) -> Any:
    """``left - right``: of numbers, of two dates or times, of a duration from what it moves."""
    if type(left) is Decimal and type(right) is Decimal:
        return _decimal(DECIMAL.subtract, left, right)
    try:
        if _is_duration(right):
            return _shift(left, right, forward=False)
        return _difference(left, right)
    except (OverflowError, ValueError):
        return None


def multiply(left: Any, right: Any, run: Run) -> Any:
    """``left * right``: of numbers, of a duration and a number."""
    if type(left) is not Decimal:
        left, right = right, left
    if type(left) is not Decimal:
        return None
    if type(right) is Decimal:
        return _decimal(DECIMAL.multiply, left, right)
    return _scale(right, lambda length: DECIMAL.multiply(length, left))


def divide(left: Any, right: Any, run: Run) -> Any:
    """``left / right``: of numbers, of a duration by a number or (which gives a number) by one of
    its kind."""
    if type(right) is Decimal:
        if type(left) is Decimal:
            return _decimal(DECIMAL.divide, left, right)
        return _scale(left, lambda length: DECIMAL.divide(length, right))
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return _decimal(DECIMAL.divide, _length(left), _length(right))
    if isinstance(left, YearsMonthsDuration) and isinstance(right, YearsMonthsDuration):
        return _decimal(DECIMAL.divide, Decimal(left.months), Decimal(right.months))
    return None


def power(left: Any, right: Any, run: Run) -> Any:
    """``left ** right``, of numbers only."""
    if type(left) is not Decimal or type(right) is not Decimal:
        return None
    if right != right.to_integral_value() or right.adjusted() > 2:
        run.charge(_POWER_STEPS)
    if not left and not right:
        return Decimal(1)
    result = _decimal(DECIMAL.power, left, right)
    # Zero to a negative power is infinite without any complaint of the library.
    return result if result is not None and result.is_finite() else None


def negate(value: Any) -> Any:
    """``-value``, of numbers and durations."""
    if type(value) is Decimal:
        return _decimal(DECIMAL.subtract, Decimal(0), value)
    if isinstance(value, timedelta):
        return -value
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(-value.months)
    return None


def _decimal(
    operation: Callable[[Decimal, Decimal], Decimal], left: Decimal, right: Decimal
) -> Decimal | None:
    try:
        return operation(left, right)
    except DecimalException:
        return None


def _is_duration(value: Any) -> bool:
    return isinstance(value, timedelta | YearsMonthsDuration)


def _shift(value: Any, duration: Any, *, forward: bool) -> Any:
    """A date, time or duration moved by a duration."""
    if isinstance(duration, YearsMonthsDuration):
        months = duration.months if forward else -duration.months
        if isinstance(value, YearsMonthsDuration):
            return YearsMonthsDuration(value.months + months)
        return (
            shift_months(value, months) if isinstance(value, AnyDate | ExtendedDateTime) else None
        )
    if not isinstance(duration, timedelta):
        return None
    length = duration if forward else -duration
    if isinstance(value, timedelta):
        return value + length
    if isinstance(value, AnyDateTime):
        return shift(value, length)
    if isinstance(value, AnyDate):
        # Counted from midnight UTC and cut back to its date (table 46).
        return shift_days(value, length // _DAY)
    if isinstance(value, time):
        day = datetime.combine(date(2000, 1, 1), value.replace(tzinfo=None))
        moved = (day + length % _DAY).time().replace(tzinfo=value.tzinfo)
        return make_time(moved, nanos_of(value))
    return None


def _difference(left: Any, right: Any) -> Any:
    """The duration from ``right`` to ``left``, both dates (with times) or both times."""
    if is_date(left) and is_date(right):
        return timedelta(days=ordinal(left) - ordinal(right))
    first = midnight(left) if is_date(left) else left
    second = midnight(right) if is_date(right) else right
    if not isinstance(first, AnyDateTime | time) or kind(first) != kind(second):
        return None
    if (first.tzinfo is None) != (second.tzinfo is None):
        return None
    later, earlier = instant(first), instant(second)
    # Durations have microseconds; what is finer is cut off.
    return timedelta(
        seconds=later[0] - earlier[0], microseconds=later[1] // 1000 - earlier[1] // 1000
    )


def _length(value: timedelta) -> Decimal:
    """A days and time duration in microseconds."""
    return Decimal(value // _MICROSECOND)


def _scale(value: Any, operation: Callable[[Decimal], Decimal]) -> Any:
    """A duration made longer or shorter; months are cut to whole ones."""
    try:
        if isinstance(value, timedelta):
            length = operation(_length(value)).to_integral_value(ROUND_HALF_EVEN)
            return timedelta(microseconds=int(length))
        if isinstance(value, YearsMonthsDuration):
            months = operation(Decimal(value.months))
            return YearsMonthsDuration(int(months)) if months.adjusted() < 12 else None
    except (DecimalException, OverflowError):
        return None
    return None


OPERATORS: dict[str, Operator] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
"""The arithmetic operators by the signs that write them."""
