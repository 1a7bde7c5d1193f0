"""Equality, order and membership.

``equal`` and ``order`` answer None (null) for values that cannot be held against each other, as
DMN says: values of different kinds are neither equal nor different. Text is ordered by code point.
Source: DMN 1.4, 10.3.2.13 (tables 42 and 43) and 10.3.2.14.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.budget import Run
from engine.feel.extended_dates import AnyDateTime, ExtendedDate, ExtendedDateTime, instant, ordinal
from engine.feel.values import FeelRange, Function, YearsMonthsDuration

_PLAIN = frozenset({str, bool, Decimal, timedelta, YearsMonthsDuration, date, type(None)})
"""Classes whose own == is FEEL's equality."""
_ORDERED = frozenset({str, Decimal, timedelta, YearsMonthsDuration, date})
"""Classes whose own < is FEEL's order."""


def kind(value: Any) -> str:
    """The name of a value's kind; only values of one kind can be held against each other."""
    for name, classes in _CLASSES_BY_KIND:
        if isinstance(value, classes):
            return name
    return "unknown"


_CLASSES_BY_KIND: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("null", (type(None),)),
    ("boolean", (bool,)),
    ("number", (Decimal,)),
    ("string", (str,)),
    ("date and time", (datetime, ExtendedDateTime)),
    ("date", (date, ExtendedDate)),
    ("time", (time,)),
    ("days and time duration", (timedelta,)),
    ("years and months duration", (YearsMonthsDuration,)),
    ("list", (list,)),
    ("context", (dict,)),
    ("range", (FeelRange,)),
    ("function", (Function,)),
)
"""The kinds of values with Python's classes. A date and time is also a date to Python, so it comes
first."""


def equal(left: Any, right: Any, run: Run) -> bool | None:
    """FEEL's ``=``: true or false within one kind and against null, else null."""
    cls = type(left)
    if cls is type(right) and cls in _PLAIN:
        return bool(left == right)
    if left is None or right is None:
        return left is right
    if cls is list and type(right) is list:
        return _equal_lists(left, right, run)
    if cls is dict and type(right) is dict:
        return _equal_contexts(left, right, run)
    if kind(left) != kind(right):
        return None
    if isinstance(left, FeelRange):
        return _equal_ranges(left, right, run)
    if isinstance(left, AnyDateTime | time):
        return _same_moment(left, right)
    return bool(left == right)


def _equal_lists(left: list[Any], right: list[Any], run: Run) -> bool:
    if len(left) != len(right):
        return False
    run.charge(len(left))
    return all(equal(a, b, run) is True for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, Any], right: dict[str, Any], run: Run) -> bool:
    if left.keys() != right.keys():
        return False
    run.charge(len(left))
    return all(equal(value, right[key], run) is True for key, value in left.items())


def _equal_ranges(left: FeelRange, right: FeelRange, run: Run) -> bool:
    return (
        left.start_included == right.start_included
        and left.end_included == right.end_included
        and left.negated == right.negated
        and equal(left.start, right.start, run) is True
        and equal(left.end, right.end, run) is True
    )


def _same_moment(left: AnyDateTime | time, right: AnyDateTime | time) -> bool:
    """A local time is never the same as one with an offset or a zone."""
    if (left.tzinfo is None) != (right.tzinfo is None):
        return False
    return instant(left) == instant(right)


def order(left: Any, right: Any) -> int | None:
    """-1, 0 or 1 as ``left`` is before, the same as, or after ``right``; None if not ordered."""
    cls = type(left)
    if cls is not type(right) or cls not in _ORDERED:
        keys = _order_keys(left, right)
        if keys is None:
            return None
        left, right = keys
    if left == right:
        return 0
    return -1 if left < right else 1


def _order_keys(left: Any, right: Any) -> tuple[Any, Any] | None:
    """What two dates or times are ordered by; None when they are not of one kind.

    A local time and one with an offset have no order.
    """
    if kind(left) != kind(right):
        return None
    if isinstance(left, AnyDateTime | time):
        if (left.tzinfo is None) != (right.tzinfo is None):
            return None
        return sort_key(left), sort_key(right)
    return (sort_key(left), sort_key(right)) if isinstance(left, date | ExtendedDate) else None


def sort_key(value: Any) -> Any:
    """What a value can be sorted by among others of its kind, where that kind has an order."""
    if isinstance(value, AnyDateTime | time):
        return instant(value)
    return ordinal(value) if isinstance(value, date | ExtendedDate) else value


def in_range(value: Any, span: FeelRange, run: Run) -> bool | None:
    """Whether ``value`` lies within the range; None when it cannot be compared with its ends."""
    if span.negated:
        same = equal(value, span.start, run)
        return None if same is None else not same
    if span.unknown or (span.start is None and span.end is None):
        return None
    if span.start is not None:
        after = order(value, span.start)
        if after is None:
            return None
        if after < 0 or (after == 0 and not span.start_included):
            return False
    if span.end is not None:
        before = order(value, span.end)
        if before is None:
            return None
        if before > 0 or (before == 0 and not span.end_included):
            return False
    return True


def matches_test(value: Any, test: Any, run: Run) -> bool | None:
    """``value in test`` where the test is a value, a range, or a list of either (table 55)."""
    if isinstance(test, FeelRange) and not isinstance(value, FeelRange):
        return in_range(value, test, run)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test, run):
            return True
        return meets_any(value, test, run)
    return equal(value, test, run)


def meets_any(value: Any, tests: Sequence[Any], run: Run) -> bool:
    """Whether ``value`` meets one of the tests, each a value or a range."""
    run.charge(len(tests))
    for test in tests:
        if isinstance(test, FeelRange) and not isinstance(value, FeelRange):
            met = in_range(value, test, run)
        else:
            met = equal(value, test, run)
        if met:
            return True
    return False


def three_valued_or(values: Sequence[Any]) -> bool | None:
    """Three-valued ``or``: true if one is true, null if one is no boolean, else false."""
    result: bool | None = False
    for value in values:
        if value is True:
            return True
        if value is not False:
            result = None
    return result


def three_valued_and(values: Sequence[Any]) -> bool | None:
    """Three-valued ``and``: false if one is false, null if one is no boolean, else true."""
    result: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is not True:
            result = None
    return result
