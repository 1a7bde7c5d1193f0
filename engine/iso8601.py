"""Durations, dates and repeating intervals as ISO 8601 writes them.

A strict reader of our own: libraries make one value of ``P1D`` and ``PT24H``, and of ``P1W`` and
``P7D``, but a calendar day is not always 24 hours and a week is not seven *working* days. Half a
month or half a day (``P1.5M``, ``P0.5D``) has no length of its own on a calendar and is refused, as
are week dates.

Every function raises TimeMalformed; its message can be shown to the author of the text.
"""

from __future__ import annotations

import calendar
import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar, Final

from engine.errors import ServiceplanError

LONGEST: Final = timedelta(days=3653)
"""The longest duration: ten years with three leap days. No plan looks further ahead, and longer
durations would only be a way to overload the engine."""

SHORTEST_CYCLE: Final = timedelta(seconds=1)
"""The shortest interval of a cycle: a shorter one would keep the engine busy with one timer."""
MOST_SHORT_ROUNDS: Final = 1000
"""Rounds of a cycle with a shorter interval: so many, and no more, are over in a while."""
_MONTH: Final = timedelta(days=365.2425 / 12)

_DURATION = re.compile(
    r"(?P<sign>-)?P(?=\d|T\d)"
    r"(?:(?P<years>\d{1,18})Y)?(?:(?P<months>\d{1,18})M)?"
    r"(?:(?P<weeks>\d{1,18})W)?(?:(?P<days>\d{1,18})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,18})H)?(?:(?P<minutes>\d{1,18})M)?"
    r"(?:(?P<seconds>\d{1,18})S)?)?",
    re.ASCII,
)
_FRACTION = re.compile(r"(?<=\d)[.,](?P<digits>\d{1,6})(?P<unit>[HMS])$", re.ASCII)
"""The fraction of the smallest unit, which must be one of time (``PT1.5H``)."""
_UNITS: Final = {"H": timedelta(hours=1), "M": timedelta(minutes=1), "S": timedelta(seconds=1)}
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)T(?P<hour>\d\d):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,6}))?)?"
    r"(?:(?P<utc>Z)|(?P<sign>[+-])(?P<off_hour>\d\d):(?P<off_minute>\d\d)|@(?P<zone>[\w/+-]{1,64}))?",
    re.ASCII,
)
_BASIC = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:(\d\d)(\.\d{1,6})?)?(?:(Z)|([+-]\d\d)(\d\d)?)?)?",
    re.ASCII,
)
"""ISO 8601's basic format, without the signs between the parts: ``20270328T170000Z``."""
_REPEAT = re.compile(
    r"R(?P<count>\d{0,9})/(?:"
    r"(?:(?P<start>[^P/]+)/)?(?P<interval>P[^/]+)|(?P<length>P[^/]+)/(?P<end>[^P/]+)"
    r"|(?P<from>[^P/]+)/(?P<to>[^P/]+))",
    re.ASCII,
)


class TimeMalformed(ServiceplanError):
    """The text is no date, duration or repeating interval."""

    code: ClassVar[str] = "time_malformed"


@dataclass(frozen=True, slots=True)
class Duration:
    """Months, weeks and days are steps on the calendar, ``time`` is exact elapsed time.

    All parts have the same sign; years are twelve months.
    """

    months: int = 0
    weeks: int = 0
    days: int = 0
    time: timedelta = timedelta()

    def __mul__(self, times: int) -> Duration:
        return Duration(
            self.months * times, self.weeks * times, self.days * times, self.time * times
        )

    def __neg__(self) -> Duration:
        return self * -1

    def __bool__(self) -> bool:
        return bool(self.months or self.weeks or self.days or self.time)

    @property
    def average(self) -> timedelta:
        """The length with months of average length (365.2425 / 12 days)."""
        return self.months * _MONTH + timedelta(days=7 * self.weeks + self.days) + self.time

    @property
    def on_the_calendar(self) -> bool:
        """Whether it has months, weeks or days, which depend on the calendar."""
        return bool(self.months or self.weeks or self.days)

    def __str__(self) -> str:
        if self.average < timedelta():
            return f"-{-self}"
        years, months = divmod(self.months, 12)
        parts = [f"{n}{unit}" for n, unit in ((years, "Y"), (months, "M")) if n]
        parts += [f"{n}{unit}" for n, unit in ((self.weeks, "W"), (self.days, "D")) if n]
        return "P" + "".join(parts) + _time_text(self.time) if self else "P0D"


def _time_text(time: timedelta) -> str:
    minutes, seconds = divmod(time.days * 86400 + time.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n]
    if seconds or time.microseconds:
        fraction = f".{time.microseconds:06d}".rstrip("0") if time.microseconds else ""
        parts.append(f"{seconds}{fraction}S")
    return "T" + "".join(parts) if parts else ""


@dataclass(frozen=True, slots=True)
class RepeatingInterval:
    """A repeating interval, such as ``R3/2027-01-01T08:00/P1D``. ``count`` None repeats endlessly,
    ``start`` None begins when the timer begins to wait; with an ``end`` its last round is then, and
    the others are counted backwards from there.

    A ``start`` or ``end`` without an offset is a time on the wall clock of the configured zone.
    """

    count: int | None
    start: date | datetime | None
    interval: Duration
    end: date | datetime | None = None


def parse_duration(text: str, *, positive: bool = False) -> Duration:
    """The duration of a text such as ``P1Y2M``, ``P2W``, ``P3DT4H30M``, ``PT0.5S`` or ``-P1D``, at
    most ten years long.

    :param positive: refuse zero and negative durations
    """
    whole = text.strip()
    fraction = _FRACTION.search(whole) if "T" in whole else None
    whole = whole if fraction is None else whole[: fraction.start()] + fraction["unit"]
    match = _DURATION.fullmatch(whole) if len(text) <= 100 else None
    if match is None:
        raise TimeMalformed(f"{_quoted(text)} is not an ISO 8601 duration, such as P3M or PT2H")
    number = {
        unit: int(digits or 0)
        for unit, digits in match.groupdict(default="0").items()
        if unit != "sign"
    }
    # Bounded before timedelta sees them, which refuses large numbers with an OverflowError.
    if max(number.values()) > LONGEST.total_seconds():
        raise _too_long(text)
    duration = Duration(
        months=12 * number["years"] + number["months"],
        weeks=number["weeks"],
        days=number["days"],
        time=timedelta(
            hours=number["hours"],
            minutes=number["minutes"],
            seconds=number["seconds"],
        )
        + _part(fraction),
    )
    return _checked(-duration if match["sign"] else duration, text, positive)


def _part(fraction: re.Match[str] | None) -> timedelta:
    """The time that the fraction of a unit is."""
    if fraction is None:
        return timedelta()
    digits: str = fraction["digits"]
    return _UNITS[fraction["unit"]] * int(digits) / int("1" + "0" * len(digits))


def to_duration(value: Any, *, positive: bool = False) -> Duration:
    """The duration of a text or of a FEEL value: a ``timedelta`` (its whole days are calendar days,
    as in the text that FEEL writes for it) or an object with ``months``.

    :param positive: refuse zero and negative durations
    """
    if isinstance(value, str):
        return parse_duration(value, positive=positive)
    if isinstance(value, timedelta):
        size = abs(value)
        absolute = Duration(days=size.days, time=size - timedelta(days=size.days))
        return _checked(-absolute if value < timedelta() else absolute, value, positive)
    if isinstance(value, Duration):
        return _checked(value, value, positive)
    months = getattr(value, "months", None)
    if isinstance(months, int):
        if abs(months) > 12_000:
            raise _too_long(value)
        return _checked(Duration(months=months), value, positive)
    raise TimeMalformed(f"{_quoted(value)} is not a duration")


def _checked(duration: Duration, origin: object, positive: bool) -> Duration:
    try:
        too_long = abs(duration.average) > LONGEST
    except OverflowError:
        too_long = True
    if too_long:
        raise _too_long(origin)
    if positive and duration.average <= timedelta():
        raise TimeMalformed(f"the duration {_quoted(origin)} must be longer than nothing")
    return duration


def _too_long(origin: object) -> TimeMalformed:
    return TimeMalformed(
        f"the duration {_quoted(origin)} is longer than ten years", code="duration_too_long"
    )


def parse_date(text: str) -> date:
    """The date of a text in the form ``2027-03-28``."""
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise TimeMalformed(f"{_quoted(text)} is not a date written YYYY-MM-DD") from None


def parse_moment(text: str) -> date | datetime:
    """The date, or date and time, of a text: ``2027-03-28``, ``2027-03-28T17:00`` (naive), also
    with seconds; with ``Z``, an offset ``+02:00`` or a zone ``@Europe/Stockholm`` it is aware. The
    basic format (``20270328T170000Z``) means the same."""
    text = _extended(text.strip())
    if _DATE.fullmatch(text):
        return parse_date(text)
    match = _MOMENT.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        moment = datetime.combine(parse_date(match["day"]), datetime.min.time()).replace(
            hour=int(match["hour"]),
            minute=int(match["minute"]),
            second=int(match["second"] or 0),
            microsecond=int((match["fraction"] or "0").ljust(6, "0")),
        )
        return moment.replace(tzinfo=_zone(match))
    except (ValueError, OSError, TimeMalformed, zoneinfo.ZoneInfoNotFoundError):
        raise TimeMalformed(
            f"{_quoted(text)} is not a date and time, such as 2027-03-28T17:00 or with +02:00"
        ) from None


def _extended(text: str) -> str:
    """A text in the basic format rewritten to the extended one; any other as it is."""
    match = _BASIC.fullmatch(text)
    if match is None:
        return text
    year, month, day, hour, minute, second, fraction, utc, hours, minutes = match.groups()
    written = f"{year}-{month}-{day}"
    if hour is None:
        return written
    offset = utc or (f"{hours}:{minutes or '00'}" if hours else "")
    return f"{written}T{hour}:{minute}:{second or '00'}{fraction or ''}{offset}"


def _zone(match: re.Match[str]) -> timezone | zoneinfo.ZoneInfo | None:
    if match["utc"]:
        return UTC
    if match["zone"]:
        return zoneinfo.ZoneInfo(match["zone"])
    if not match["sign"]:
        return None
    if int(match["off_hour"]) > 18 or int(match["off_minute"]) > 59:
        raise ValueError
    offset = timedelta(hours=int(match["off_hour"]), minutes=int(match["off_minute"]))
    return timezone(-offset if match["sign"] == "-" else offset)


def parse_repeat(text: str) -> RepeatingInterval:
    """The repeating interval of a text: ``R/PT1H`` (endless), ``R3/PT1H`` (three times),
    ``R/2027-01-01T08:00/P1M`` (from a start), ``R3/PT1H/2027-01-01T08:00`` (up to an end) or
    ``R3/2027-01-01/2027-01-08`` (its length is that of the first round). The interval is at least a
    second, or any with few rounds."""
    match = _REPEAT.fullmatch(text.strip()) if len(text) <= 200 else None
    if match is None:
        raise TimeMalformed(
            f"{_quoted(text)} is not a repeating interval, such as R/P1M or R3/2027-01-01T08:00/P1D"
        )
    count = int(match["count"]) if match["count"] else None
    if count == 0:
        raise TimeMalformed(f"{_quoted(text)} never happens: R0 repeats nothing")
    first = match["start"] or match["from"]
    start = parse_moment(first) if first else None
    end = parse_moment(match["end"]) if match["end"] else None
    length = match["interval"] or match["length"]
    interval = parse_duration(length) if length else _between(start, parse_moment(match["to"]))
    return RepeatingInterval(count, start, checked_interval(interval, count), end)


def _between(start: date | datetime | None, end: date | datetime) -> Duration:
    try:
        length = end - start  # type: ignore[operator]
    except TypeError:
        raise TimeMalformed(
            "one end of the interval has an offset or a time, one has not"
        ) from None
    return to_duration(length)


def checked_interval(interval: Duration, count: int | None = None) -> Duration:
    """The interval itself, after checking that it is at least a second, or that its rounds
    (``count``; None: endless) are few."""
    few = count is not None and count <= MOST_SHORT_ROUNDS and interval.average > timedelta()
    if interval.average < SHORTEST_CYCLE and not few:
        raise TimeMalformed(f"{interval} between two rounds is shorter than a second")
    return interval


def shift_months(day: date, months: int) -> date:
    """``day`` plus a number of months (which may be negative), at most the month's end: 31 January
    plus 1 is the last of February. Raises OverflowError outside the years 1 to 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"year {year}")
    return day.replace(
        year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1])
    )


def _quoted(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else text[:60] + "…")
