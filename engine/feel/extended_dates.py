"""What FEEL's dates and times can be and Python's cannot: years beyond 1 to 9999, nanoseconds.

Ordinary values stay Python's own ``date``, ``time`` and ``datetime``. A day in another year (up to
nine digits, 10.3.2.3.4) is an ``ExtendedDate``, a moment on it an ``ExtendedDateTime``; a time with
more than six decimals is a ``NanosecondTime`` or ``NanosecondDateTime``, which are a ``time`` and a
``datetime`` to those who do not ask for their ``nanos``. The calendar repeats every 400 years, so
an extended day is calculated by its twin, the like day in the years 2000 to 2399.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

FARTHEST_YEAR = 999_999_999
"""The last year that FEEL has, and with a minus sign the first (10.3.2.3.4: nine digits)."""
MONTHS_IN_YEAR = 12
"""Months in a year, by which years and months are counted in one number."""
CYCLE_YEARS = 400
"""Years after which the Gregorian calendar repeats, the weekdays too."""
CYCLE = timedelta(days=146_097)
"""The days of the years after which the calendar repeats."""
_SECONDS_IN_DAY = 86_400
"""Seconds in a day; FEEL knows no leap seconds."""


@dataclass(frozen=True, slots=True, order=True)
class ExtendedDate:
    """A date before year 1 or after year 9999, in the proleptic Gregorian calendar."""

    year: int
    month: int
    day: int

    def isoweekday(self) -> int:
        """The weekday, 1 for Monday."""
        return _twin(self)[0].isoweekday()


@dataclass(frozen=True, slots=True)
class ExtendedDateTime:
    """A moment on an extended date; reads like a ``datetime``."""

    date: ExtendedDate
    clock: time

    @property
    def year(self) -> int:
        """The date's year."""
        return self.date.year

    @property
    def month(self) -> int:
        """The date's month, from 1."""
        return self.date.month

    @property
    def day(self) -> int:
        """The date's day in its month, from 1."""
        return self.date.day

    @property
    def hour(self) -> int:
        """The time's hour, 0 to 23."""
        return self.clock.hour

    @property
    def minute(self) -> int:
        """The time's minute, 0 to 59."""
        return self.clock.minute

    @property
    def second(self) -> int:
        """The time's whole second, 0 to 59."""
        return self.clock.second

    @property
    def tzinfo(self) -> tzinfo | None:
        """The time's zone, None for a local one."""
        return self.clock.tzinfo

    def isoweekday(self) -> int:
        """The weekday, 1 for Monday."""
        return self.date.isoweekday()

    def utcoffset(self) -> timedelta | None:
        """The offset that the zone has by the rules of the like year in 2000 to 2399."""
        return datetime.combine(_twin(self.date)[0], self.clock).utcoffset()


class NanosecondTime(time):
    """A time of day with nanoseconds: ``nanos``, 0 to 999, behind its microseconds."""

    nanos: int = 0


class NanosecondDateTime(datetime):
    """A moment with nanoseconds: ``nanos``, 0 to 999, behind its microseconds."""

    nanos: int = 0


AnyDate = date | ExtendedDate
"""A date, whatever its year."""
AnyDateTime = datetime | ExtendedDateTime
"""A date and time, whatever its year."""


def make_day(year: int, month: int, day: int) -> AnyDate | None:
    """The date with this year, month and day; None when there is no such day."""
    if abs(year) > FARTHEST_YEAR or not 1 <= month <= MONTHS_IN_YEAR or day < 1:
        return None
    if day > monthrange(_twin_year(year), month)[1]:
        return None
    return date(year, month, day) if 1 <= year <= 9999 else ExtendedDate(year, month, day)


def make_time(clock: time, nanos: int) -> time:
    """The time of day with nanoseconds behind its microseconds, if there are any."""
    if not nanos:
        return clock
    fine = NanosecondTime(clock.hour, clock.minute, clock.second, clock.microsecond, clock.tzinfo)
    fine.nanos = nanos
    return fine


def nanos_of(value: time | AnyDateTime) -> int:
    """The nanoseconds behind a time's microseconds, 0 to 999."""
    if isinstance(value, ExtendedDateTime):
        value = value.clock
    return value.nanos if isinstance(value, NanosecondTime | NanosecondDateTime) else 0


def combine(day: AnyDate, clock: time) -> AnyDateTime:
    """The moment at a time of a day, in the time's zone."""
    if isinstance(day, ExtendedDate):
        return ExtendedDateTime(day, clock)
    moment = datetime.combine(day, clock)
    nanos = nanos_of(clock)
    if not nanos:
        return moment
    fine = NanosecondDateTime.combine(day, clock)
    fine.nanos = nanos
    return fine


def day_of(moment: AnyDateTime) -> AnyDate:
    """The date of a moment, in the moment's zone."""
    return moment.date if isinstance(moment, ExtendedDateTime) else moment.date()


def clock_of(moment: AnyDateTime) -> time:
    """The time of day of a moment, with the moment's zone."""
    if isinstance(moment, ExtendedDateTime):
        return moment.clock
    return make_time(moment.timetz(), nanos_of(moment))


def ordinal(day: AnyDate | AnyDateTime) -> int:
    """A day's number, 1 being the first of January in year 1."""
    if isinstance(day, date):
        return day.toordinal()
    twin, cycles = _twin(day.date if isinstance(day, ExtendedDateTime) else day)
    return twin.toordinal() + cycles * CYCLE.days


def instant(value: time | AnyDateTime) -> tuple[int, int]:
    """Seconds and nanoseconds by which moments (or times of day) are ordered: in UTC if the
    value has a zone, else local. A time of day in a named zone has the offset that the zone had
    on the first day of 1970."""
    zone = value.tzinfo
    offset: timedelta | None = None
    if zone is not None:
        if isinstance(value, time):
            offset = zone.utcoffset(datetime(1970, 1, 1, tzinfo=UTC))
        else:
            offset = value.utcoffset()
    clock = value if isinstance(value, time | datetime) else value.clock
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    if not isinstance(value, time):
        seconds += ordinal(value) * _SECONDS_IN_DAY
    if offset is not None:
        seconds -= round(offset.total_seconds())
    return seconds, clock.microsecond * 1000 + nanos_of(value)


def shift_days(day: AnyDate, days: int) -> AnyDate | None:
    """The date so many days after a day; None beyond FEEL's years."""
    twin, cycles = _twin(day)
    turns, rest = divmod(days, CYCLE.days)
    return _original(twin + timedelta(days=rest), cycles + turns)


def shift_months(value: AnyDate | AnyDateTime, months: int) -> AnyDate | AnyDateTime | None:
    """The same day so many months later, or that month's last day when it has no such day."""
    years, month = divmod(value.year * MONTHS_IN_YEAR + value.month - 1 + months, MONTHS_IN_YEAR)
    if abs(years) > FARTHEST_YEAR:
        return None
    last = monthrange(_twin_year(years), month + 1)[1]
    day = make_day(years, month + 1, min(value.day, last))
    if (
        day is None
        or isinstance(value, ExtendedDate)
        or not isinstance(value, datetime | ExtendedDateTime)
    ):
        return day
    return combine(day, clock_of(value))


def shift(moment: AnyDateTime, length: timedelta) -> AnyDateTime | None:
    """The moment so much later on the time line: over a change of summer time, a day is 24
    hours."""
    twin, cycles = _twin(day_of(moment))
    turns, rest = divmod(length, CYCLE)
    clock = clock_of(moment)
    near = datetime.combine(twin, clock)
    if clock.tzinfo is None:
        near += rest
    else:
        near = (near.astimezone(UTC) + rest).astimezone(clock.tzinfo)
    day = _original(near.date(), cycles + turns)
    return None if day is None else combine(day, make_time(near.timetz(), nanos_of(moment)))


def _twin_year(year: int) -> int:
    """The like year in 2000 to 2399."""
    return 2000 + year % CYCLE_YEARS


def _twin(day: AnyDate) -> tuple[date, int]:
    """The like day in the years 2000 to 2399, and how many cycles lie between."""
    twin = date(_twin_year(day.year), day.month, day.day)
    return twin, (day.year - twin.year) // CYCLE_YEARS


def _original(twin: date, cycles: int) -> AnyDate | None:
    """The day whose like in 2000 to 2399, and whose distance in cycles, are given."""
    return make_day(twin.year + cycles * CYCLE_YEARS, twin.month, twin.day)
