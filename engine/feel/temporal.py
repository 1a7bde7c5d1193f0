"""Dates, times and durations: from text, to text, and what a calendar does with them.

Source: DMN 1.4, 10.3.2.3.4–10.3.2.3.8 and the lexical forms of XML Schema's types, with an
optional ``@Zone/Name`` in the place of an offset.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.feel.extended_dates import (
    MONTHS_IN_YEAR,
    AnyDate,
    AnyDateTime,
    clock_of,
    combine,
    day_of,
    make_day,
    make_time,
    nanos_of,
    shift_days,
)
from engine.feel.values import YearsMonthsDuration

_LONGEST_OFFSET = timedelta(hours=18)
"""The greatest distance of a zone from UTC; no place on earth is beyond 14 hours, and other engines
stop here."""

_DATE_TEXT = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})")
"""A date's text: a year of four to nine digits, month and day."""
_TIME_TEXT = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,18}))?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z][A-Za-z0-9_+/-]{0,63})?"
)
"""A time's text: hours, minutes, seconds with decimals, and an offset or a zone's name."""
_DAYS_TIME_TEXT = re.compile(
    r"(-)?P(?=[0-9T])(?:([0-9]{1,18})D)?"
    r"(?:T(?=[0-9.])(?:([0-9]{1,18})H)?(?:([0-9]{1,18})M)?"
    r"(?:([0-9]{1,18})(?:\.([0-9]{1,18}))?S)?)?"
)
"""A days and time duration's text; at least one part, and one behind the T."""
_YEARS_MONTHS_TEXT = re.compile(r"(-)?P(?=[0-9])(?:([0-9]{1,12})Y)?(?:([0-9]{1,12})M)?")
"""A years and months duration's text; at least one part."""

Duration = timedelta | YearsMonthsDuration
"""A duration of either kind."""
Temporal = AnyDate | AnyDateTime | time | Duration
"""Any date, time or duration."""


def parse_date(text: str) -> AnyDate | None:
    """The date that a text such as ``2026-01-31`` writes; None when it writes none."""
    match = _DATE_TEXT.fullmatch(text)
    return make_day(int(match[1]), int(match[2]), int(match[3])) if match else None


def parse_time(text: str) -> time | None:
    """The time that a text such as ``09:30:00`` writes, with decimals, ``Z``, ``+02:00`` or
    ``@Europe/Stockholm`` behind it; else None."""
    parsed = _parse_clock(text)
    return parsed[0] if parsed else None


def _parse_clock(text: str) -> tuple[time, int] | None:
    """A time and the days that it runs over: 24:00:00 is the next day's 00:00:00."""
    match = _TIME_TEXT.fullmatch(text)
    if match is None:
        return None
    zone = parse_zone(match[5]) if match[5] else None
    if match[5] and zone is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    fraction = int((match[4] or "0").ljust(9, "0")[:9])
    midnight = (hour, minute, second, fraction) == (24, 0, 0, 0)
    try:
        clock = time(0 if midnight else hour, minute, second, fraction // 1000, tzinfo=zone)
    except ValueError:
        return None
    return make_time(clock, fraction % 1000), int(midnight)


def parse_zone(text: str) -> tzinfo | None:
    """The zone that ``Z`` or ``z``, ``+02:00``, ``-05:30:15`` or ``@Europe/Stockholm`` writes; else
    None."""
    if text in ("Z", "z"):
        return UTC
    if text.startswith("@"):
        return named_zone(text[1:])
    hours, minutes, *rest = (int(part) for part in text[1:].split(":"))
    if minutes > 59 or (rest and rest[0] > 59):
        return None
    offset = timedelta(hours=hours, minutes=minutes, seconds=rest[0] if rest else 0)
    return fixed_zone(-offset if text[0] == "-" else offset)


def fixed_zone(offset: timedelta) -> tzinfo | None:
    """The zone at an offset from UTC, of at most 18 hours."""
    if abs(offset) > _LONGEST_OFFSET:
        return None
    return timezone(offset) if offset else UTC


@lru_cache(maxsize=512)
def named_zone(name: str) -> tzinfo | None:
    """The zone of a name in the tz database, or None."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def parse_date_time(text: str) -> AnyDateTime | None:
    """The date and time that a text such as ``2026-01-31T09:30:00`` writes, with what a time may
    have behind it; else None."""
    day_text, _, clock_text = text.partition("T")
    day, clock = parse_date(day_text), _parse_clock(clock_text)
    if day is not None and clock is not None:
        day = shift_days(day, clock[1])
    return None if day is None or clock is None else combine(day, clock[0])


def parse_duration(text: str) -> Duration | None:
    """The duration that ``P1DT2H`` or ``P1Y2M`` writes; None for anything else, also for a mixture
    of the two."""
    match = _YEARS_MONTHS_TEXT.fullmatch(text)
    if match is not None:
        months = int(match[2] or 0) * MONTHS_IN_YEAR + int(match[3] or 0)
        return YearsMonthsDuration(-months if match[1] else months)
    match = _DAYS_TIME_TEXT.fullmatch(text)
    if match is None:
        return None
    sign, days, hours, minutes, seconds, fraction = match.groups()
    try:
        length = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=int((fraction or "0").ljust(6, "0")[:6]),
        )
    except OverflowError:
        return None
    return -length if sign else length


def parse_literal(text: str) -> Temporal | None:
    """What ``@"…"`` holds: a date, a time, a date and time or a duration; None for none."""
    for parse in (parse_date, parse_date_time, parse_time, parse_duration):
        value: Temporal | None = parse(text)
        if value is not None:
            return value
    return None


def show_date(value: AnyDate) -> str:
    """A date's text: ``2026-01-31``."""
    sign = "-" if value.year < 0 else ""
    return f"{sign}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"


def show_time(value: time) -> str:
    """A time's text: ``09:30:00.5`` and its zone."""
    shown = f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}"
    fraction = value.microsecond * 1000 + nanos_of(value)
    if fraction:
        shown += f".{fraction:09d}".rstrip("0")
    return shown + show_zone(value.tzinfo)


def show_zone(zone: tzinfo | None) -> str:
    """A zone as it is written behind a time: nothing, ``Z``, ``+02:00`` or ``@Name``."""
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    seconds = round((zone.utcoffset(None) or timedelta()).total_seconds())
    if seconds == 0:
        return "Z"
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    shown = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{shown}:{seconds % 60:02d}" if seconds % 60 else shown


def show_date_time(value: AnyDateTime) -> str:
    """A date and time's text: ``2026-01-31T09:30:00`` and its zone."""
    return f"{show_date(day_of(value))}T{show_time(clock_of(value))}"


def show_days_time(value: timedelta) -> str:
    """A days and time duration in its canonical form: ``P1DT2H3M4.5S``, ``PT0S``, ``-P1D``."""
    sign = "-" if value < timedelta() else ""
    value = abs(value)
    seconds, clock = value.seconds, ""
    for length, unit in ((3600, "H"), (60, "M")):
        count, seconds = divmod(seconds, length)
        clock += f"{count}{unit}" if count else ""
    if seconds or value.microseconds:
        fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
        clock += f"{seconds}{fraction}S"
    if not value.days and not clock:
        return "PT0S"
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}{'T' + clock if clock else ''}"


def show_years_months(value: YearsMonthsDuration) -> str:
    """A years and months duration in its canonical form: ``P1Y2M``, ``P0M``, ``-P3M``."""
    years, months = divmod(abs(value.months), MONTHS_IN_YEAR)
    if not years and not months:
        return "P0M"
    sign = "-" if value.months < 0 else ""
    return f"{sign}P{f'{years}Y' if years else ''}{f'{months}M' if months else ''}"


def midnight(value: AnyDate) -> AnyDateTime:
    """The date as the date and time at which it begins in UTC (10.3.2.9.4)."""
    return combine(value, time(tzinfo=UTC))


def months_between(start: AnyDate, end: AnyDate) -> YearsMonthsDuration:
    """The whole months from ``start`` to ``end``, negative when ``end`` comes first."""
    months = (end.year - start.year) * MONTHS_IN_YEAR + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonthsDuration(months)


def is_date(value: object) -> bool:
    """Whether the value is a date; a date and time is one to Python, not to FEEL."""
    return isinstance(value, AnyDate) and not isinstance(value, datetime)
