"""Parts of values: entries of contexts, properties of dates, durations and ranges, list elements.

Source: DMN 1.4, 10.3.2.5 (lists and filters), 10.3.2.6 (contexts), 10.3.2.11 (tables 53 and 54).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel.budget import Run
from engine.feel.extended_dates import ExtendedDate, ExtendedDateTime
from engine.feel.values import FeelRange, YearsMonthsDuration, number, whole


def _weekday(value: Any) -> Decimal:
    return number(value.isoweekday())


def _offset(value: Any) -> timedelta | None:
    """The distance of a time's zone from UTC, null for a local time."""
    offset: timedelta | None = value.utcoffset()
    return offset


def _zone(value: Any) -> str | None:
    """The name of a time's zone, null where it has none."""
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _parts(value: timedelta) -> tuple[int, int, int, int]:
    """Days, hours, minutes and whole seconds, all negative when the duration is."""
    seconds = abs(value) // timedelta(seconds=1)
    sign = -1 if value < timedelta() else 1
    return (
        sign * (seconds // 86_400),
        sign * (seconds // 3_600 % 24),
        sign * (seconds // 60 % 60),
        sign * (seconds % 60),
    )


def _months(value: YearsMonthsDuration) -> tuple[int, int]:
    years, months = divmod(abs(value.months), 12)
    return (-years, -months) if value.months < 0 else (years, months)


_Properties = dict[str, Callable[[Any], Any]]
"""The properties of one type of value: how each is read, by its name."""

_DATE_PROPERTIES: _Properties = {
    "year": lambda value: number(value.year),
    "month": lambda value: number(value.month),
    "day": lambda value: number(value.day),
    "weekday": _weekday,
}
"""What a date has: numbers, the weekday from 1 for Monday."""
_TIME_PROPERTIES: _Properties = {
    "hour": lambda value: number(value.hour),
    "minute": lambda value: number(value.minute),
    "second": lambda value: number(value.second),
    "time offset": _offset,
    "timezone": _zone,
}
"""What a time has: numbers, the offset as a duration, the zone's name."""
_DAYS_TIME_PROPERTIES: _Properties = {
    "days": lambda value: number(_parts(value)[0]),
    "hours": lambda value: number(_parts(value)[1]),
    "minutes": lambda value: number(_parts(value)[2]),
    "seconds": lambda value: number(_parts(value)[3]),
}
"""What a days and time duration has: whole numbers, all negative when the duration is."""
_YEARS_MONTHS_PROPERTIES: _Properties = {
    "years": lambda value: number(_months(value)[0]),
    "months": lambda value: number(_months(value)[1]),
}
"""What a years and months duration has: whole numbers, negative when the duration is."""
_RANGE_PROPERTIES: _Properties = {
    "start": lambda value: value.start,
    "end": lambda value: value.end,
    "start included": lambda value: value.start_included,
    "end included": lambda value: value.end_included,
}
"""What a range has: its end points, null where it has no limit, and whether they belong to it."""
_PROPERTIES_BY_CLASS: tuple[tuple[type, _Properties], ...] = (
    (datetime, _DATE_PROPERTIES | _TIME_PROPERTIES),
    (ExtendedDateTime, _DATE_PROPERTIES | _TIME_PROPERTIES),
    (date, _DATE_PROPERTIES),
    (ExtendedDate, _DATE_PROPERTIES),
    (time, _TIME_PROPERTIES),
    (timedelta, _DAYS_TIME_PROPERTIES),
    (YearsMonthsDuration, _YEARS_MONTHS_PROPERTIES),
    (FeelRange, _RANGE_PROPERTIES),
)
"""The properties by Python's class. A date and time is also a date to Python, so it comes first."""


def member(value: Any, name: str, run: Run) -> Any:
    """``value.name``: of a context, of each element of a list, or a property; null if none."""
    if type(value) is dict:
        return value.get(name)
    if type(value) is list:
        run.charge(len(value))
        return [member(element, name, run) for element in value]
    for cls, properties in _PROPERTIES_BY_CLASS:
        if isinstance(value, cls):
            read = properties.get(name)
            return None if read is None else read(value)
    return None


def element(values: list[Any], index: Decimal) -> Any:
    """The element at an index from 1, or from -1 backwards; null when there is none."""
    at = whole(index)
    if at is None or at == 0 or abs(at) > len(values):
        return None
    return values[at - 1] if at > 0 else values[at]
