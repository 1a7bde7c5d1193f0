"""Functions of dates, times and durations (10.3.4.1, 10.3.4.7, 10.3.4.8)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel.budget import Run
from engine.feel.builtins.registry import BuiltinLibrary
from engine.feel.compare import equal, kind
from engine.feel.errors import FeelError
from engine.feel.extended_dates import (
    AnyDate,
    AnyDateTime,
    clock_of,
    combine,
    day_of,
    instant,
    make_day,
    make_time,
    ordinal,
    shift_days,
)
from engine.feel.temporal import (
    Duration,
    fixed_zone,
    months_between,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)
from engine.feel.values import FeelRange, YearsMonthsDuration, number, whole

LIBRARY = BuiltinLibrary()
"""The built-in functions of dates, times and durations, as they are declared below."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""The days' names as ``day of week`` gives them, from Monday on."""
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""The months' names as ``month of year`` gives them, from January on."""


@LIBRARY.declare("date", "from: string")
def date_from_text(run: Run, text: str) -> AnyDate | None:
    """A text such as ``2026-01-31`` as a date."""
    return parse_date(text)


@LIBRARY.declare("date", "from: date and time")
def date_from_moment(run: Run, moment: AnyDateTime) -> AnyDate:
    """The date of a date and time; a date as it is."""
    return day_of(moment)


@LIBRARY.declare("date", "year: number, month: number, day: number")
def date_from_numbers(run: Run, year: Decimal, month: Decimal, day: Decimal) -> AnyDate | None:
    """The date with this year, month and day; null when there is no such day."""
    numbers = [whole(year), whole(month), whole(day)]
    if None in numbers:
        return None
    return make_day(*(int(part or 0) for part in numbers))


@LIBRARY.declare("time", "from: string")
def time_from_text(run: Run, text: str) -> time | None:
    """A text such as ``09:30:00`` as a time, with an offset or a zone if it has one."""
    return parse_time(text)


@LIBRARY.declare("time", "from: time")
def time_as_is(run: Run, value: time) -> time:
    """A time that is asked for as a time: itself."""
    return value


@LIBRARY.declare("time", "from: date and time")
def time_from_moment(run: Run, moment: AnyDateTime) -> time:
    """The time of a date and time, in its zone; midnight UTC of a date."""
    return clock_of(moment)


@LIBRARY.declare("time", "hour: number, minute: number, second: number, offset: days?|null")
def time_from_numbers(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None
) -> time | None:
    """The time with this hour, minute and second (which may have decimals), at an offset if one is
    given."""
    zone = None
    if offset is not None:
        zone = fixed_zone(offset)
        if zone is None:
            return None
    hours, minutes = whole(hour), whole(minute)
    if hours is None or minutes is None or not 0 <= second < 60:
        return None
    seconds = int(second)
    fraction = int((second - seconds) * 1_000_000_000)
    try:
        clock = time(hours, minutes, seconds, fraction // 1000, tzinfo=zone)
        return make_time(clock, fraction % 1000)
    except (ValueError, OverflowError):
        return None


@LIBRARY.declare("date and time", "from: string")
def moment_from_text(run: Run, text: str) -> AnyDateTime | None:
    """A text such as ``2026-01-31T09:30:00`` as a date and time; a date alone is its midnight."""
    day = parse_date(text)
    return parse_date_time(text) if day is None else combine(day, time())


@LIBRARY.declare("date and time", "date: date and time, time: time")
def moment_from_parts(run: Run, day: AnyDateTime, clock: time) -> AnyDateTime:
    """The date of the one value with the time, and the zone, of the other."""
    return combine(day_of(day), clock)


@LIBRARY.declare("date and time", "from: date and time")
def moment_as_is(run: Run, value: AnyDateTime) -> AnyDateTime:
    """A date and time that is asked for as one: itself."""
    return value


@LIBRARY.declare("duration", "from: string")
def duration_from_text(run: Run, text: str) -> Duration | None:
    """A text such as ``P1DT2H`` or ``P1Y2M`` as a duration."""
    return parse_duration(text)


@LIBRARY.declare("duration", "from: duration")
def duration_as_is(run: Run, value: Duration) -> Duration:
    """A duration that is asked for as one: itself."""
    return value


@LIBRARY.declare("years and months duration", "from: date and time, to: date and time")
def years_and_months(run: Run, start: AnyDateTime, end: AnyDateTime) -> YearsMonthsDuration:
    """The whole months from one date to another, as a duration."""
    return months_between(day_of(start), day_of(end))


@LIBRARY.declare("now", "")
def now(run: Run) -> datetime:
    """The date and time at which the evaluation takes place."""
    if run.now is None:
        raise FeelError("the expression asks for the time, but was given none")
    return run.now


@LIBRARY.declare("today", "")
def today(run: Run) -> date:
    """The date on which the evaluation takes place."""
    return now(run).date()


@LIBRARY.declare("day of year", "date: date and time")
def day_of_year(run: Run, moment: AnyDateTime) -> Decimal:
    """The day's number in its year, 1 for 1 January."""
    return number(ordinal(moment) - ordinal(_first_of_january(moment.year)) + 1)


@LIBRARY.declare("day of week", "date: date and time")
def day_of_week(run: Run, moment: AnyDateTime) -> str:
    """The English name of the date's weekday."""
    return _WEEKDAYS[moment.isoweekday() - 1]


@LIBRARY.declare("month of year", "date: date and time")
def month_of_year(run: Run, moment: AnyDateTime) -> str:
    """The English name of the date's month."""
    return _MONTHS[moment.month - 1]


@LIBRARY.declare("week of year", "date: date and time")
def week_of_year(run: Run, moment: AnyDateTime) -> Decimal:
    """The number of the date's week by ISO 8601: a week belongs to the year that its Thursday is
    in."""
    thursday = shift_days(day_of(moment), 4 - moment.isoweekday())
    if thursday is None:
        return number(1)
    return number((ordinal(thursday) - ordinal(_first_of_january(thursday.year))) // 7 + 1)


def _first_of_january(year: int) -> AnyDate:
    day = make_day(year, 1, 1)
    assert day is not None
    return day


@LIBRARY.declare("is", "value1: any|null, value2: any|null")
def is_same(run: Run, left: Any, right: Any) -> bool:
    """Whether the two are one element of FEEL's domain: of one type, equal, and where they have
    a zone, in the same one, named or by its offset. What is in lists, contexts and ranges too."""
    if kind(left) != kind(right):
        return False
    if isinstance(left, AnyDateTime | time):
        return instant(left) == instant(right) and _zone(left) == _zone(right)
    if isinstance(left, list):
        run.charge(len(left))
        return len(left) == len(right) and all(
            is_same(run, one, other) for one, other in zip(left, right, strict=True)
        )
    if isinstance(left, dict):
        run.charge(len(left))
        return left.keys() == right.keys() and all(
            is_same(run, value, right[key]) for key, value in left.items()
        )
    if isinstance(left, FeelRange):
        ends = is_same(run, left.start, right.start) and is_same(run, left.end, right.end)
        return ends and equal(left, right, run) is True
    return equal(left, right, run) is True


def _zone(value: AnyDateTime | time) -> str | timedelta | None:
    """What tells a zone from others: its name, else its offset; None of a local time."""
    zone = value.tzinfo
    if isinstance(zone, ZoneInfo):
        return zone.key
    return None if zone is None else zone.utcoffset(None)
