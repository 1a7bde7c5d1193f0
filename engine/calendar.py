"""Working days, due dates and timers, calculated in one time zone.

Definitions:

- A *day* of a duration is a step on the calendar, an *hour* is elapsed time: 17:00 + P1D is 17:00
  on the next day also when the clocks change in between, 17:00 + PT24H is then 16:00 or 18:00.
- Months are added first, up to the month's end (31 January + P1M is the last of February), then
  weeks and days, then hours, minutes and seconds.
- A wall clock time that does not exist (spring) is read with the offset before the change, so that
  02:30 becomes 03:30; a time that exists twice (autumn) is the first of the two.
- A *working day* is neither weekend nor public holiday nor a de facto day off (midsommarafton)
  nor a day off of the company. A due rule in working days counts only its days in working days:
  P2W is 14 calendar days. A result that is no working day is shifted away from the reference.

Nothing here reads a clock: ``now`` is always an argument. TimeMalformed is raised for anything that
is no date, duration or cycle, and for durations over ten years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import holidays

from engine.config.settings import CalendarSettings
from engine.iso8601 import (
    Duration,
    RepeatingInterval,
    TimeMalformed,
    shift_months,
    to_duration,
)
from engine.timer_values import Firing, TimePassed, TimerKind, rule_of, to_moment, to_repeat
from engine.views import DayOff

Counting = Literal["working", "calendar"]
"""What the days of a due rule are: working days, or all days of the calendar."""
_ONE_DAY: Final = timedelta(days=1)
WEEKDAYS: Final = (
    ("måndag", "Monday"),
    ("tisdag", "Tuesday"),
    ("onsdag", "Wednesday"),
    ("torsdag", "Thursday"),
    ("fredag", "Friday"),
    ("lördag", "Saturday"),
    ("söndag", "Sunday"),
)
"""The Swedish and English names of the weekdays, Monday first as in ``date.weekday()``."""


@dataclass(frozen=True, slots=True)
class DueExplanation:
    """A due date and how it was calculated.

    ``relative_to`` is ``opened`` (the rule counts from the task's opening), ``reference`` (from a
    date of the case) or ``missing`` (that date is not known, so the opening is used instead).
    ``skipped`` are the days off that were not counted, in the order of counting.
    """

    due: date
    opened: date
    reference: date
    relative_to: Literal["opened", "reference", "missing"]
    direction: Literal["after", "before"]
    duration: str
    counting: Counting
    skipped: tuple[DayOff, ...]


class WorkCalendar:
    """The calendar of one company: its zone, its country's holidays and its own days off."""

    def __init__(
        self,
        zone: str = "Europe/Stockholm",
        country: str = "SE",
        company_days: Iterable[date] = (),
    ):
        self.zone = ZoneInfo(zone)
        self._country = country
        self._company_days = frozenset(company_days)
        known = holidays.country_holidays(country)
        self._categories = tuple(
            sorted(set(known.supported_categories) & {"public", "de_facto"}) or ["public"]
        )
        self._languages = frozenset(known.supported_languages)
        self._weekend = frozenset(known.weekend)
        self._years: dict[int, Mapping[date, tuple[str, str]]] = {}

    @classmethod
    def of(cls, settings: CalendarSettings) -> WorkCalendar:
        """The calendar that the configuration describes."""
        return cls(settings.zone, settings.country, settings.company_days)

    # ------------------------------------------------------------ moments and days

    def today(self, now: datetime) -> date:
        """The date that the wall calendar shows at ``now`` (aware)."""
        try:
            return now.astimezone(self.zone).date()
        except OverflowError as error:
            raise TimeMalformed(f"{now} leaves the calendar") from error

    def to_utc(self, local: datetime) -> datetime:
        """A moment in UTC; a naive one is the zone's wall clock."""
        if local.tzinfo is None:
            local = local.replace(tzinfo=self.zone, fold=0)
        try:
            return local.astimezone(UTC)
        except OverflowError as error:
            raise TimeMalformed(f"{local} leaves the calendar") from error

    def start_of(self, day: date) -> datetime:
        """The time (UTC) at which ``day`` begins in the zone."""
        return self.to_utc(datetime.combine(day, time.min))

    def add(self, moment: datetime, duration: Duration) -> datetime:
        """``moment`` plus ``duration``, in UTC; a naive moment is the zone's wall clock."""
        try:
            if duration.on_the_calendar:
                wall = moment.astimezone(self.zone) if moment.tzinfo else moment
                day = shift_months(wall.date(), duration.months)
                day += (7 * duration.weeks + duration.days) * _ONE_DAY
                moment = self.to_utc(datetime.combine(day, wall.time()))
            return self.to_utc(moment) + duration.time
        except OverflowError as error:
            raise TimeMalformed(f"{duration} from {moment} leaves the calendar") from error

    # ------------------------------------------------------------ working days

    def day_off(self, day: date) -> DayOff | None:
        """Why ``day`` is no working day; None for a working day."""
        if day in self._company_days:
            return DayOff(day, "company", "företagets lediga dag", "company day off")
        if names := self._holidays(day.year).get(day):
            return DayOff(day, "holiday", *names)
        if day.weekday() in self._weekend:
            return DayOff(day, "weekend", *WEEKDAYS[day.weekday()])
        return None

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        return self.day_off(day) is None

    def _walk(self, day: date, n: int, step: int, skipped: list[DayOff]) -> date:
        """The ``n``-th working day beyond ``day`` in the direction of ``step``; for 0 the first
        one from ``day`` on. Days off on the way are added to ``skipped``."""
        try:
            if n:
                day += step * _ONE_DAY
            left = max(n, 1)
            while True:
                off = self.day_off(day)
                if off is not None:
                    skipped.append(off)
                elif left == 1:
                    return day
                else:
                    left -= 1
                day += step * _ONE_DAY
        except OverflowError as error:
            raise TimeMalformed(f"{n} working days from {day} leave the calendar") from error

    def _holidays(self, year: int) -> Mapping[date, tuple[str, str]]:
        """The year's holidays with their Swedish (or the country's own) and English names."""
        if year not in self._years:
            local, english = (self._named(year, language) for language in ("sv", "en_US"))
            self._years[year] = {day: (name, english.get(day, name)) for day, name in local.items()}
        return self._years[year]

    def _named(self, year: int, language: str) -> Mapping[date, str]:
        return dict(
            holidays.country_holidays(
                self._country,
                years=year,
                categories=self._categories,
                language=language if language in self._languages else None,
            )
        )

    # ------------------------------------------------------------ due dates

    def due_date(
        self,
        opened: date,
        *,
        after: str | None = None,
        before: str | None = None,
        of: str | None = None,
        reference: object = None,
        calendar: str = "calendar",
    ) -> date:
        """The due date of a rule; the arguments are those of ``explain_due``."""
        return self.explain_due(
            opened, after=after, before=before, of=of, reference=reference, calendar=calendar
        ).due

    def explain_due(
        self,
        opened: date,
        *,
        after: str | None = None,
        before: str | None = None,
        of: str | None = None,
        reference: object = None,
        calendar: str = "calendar",
    ) -> DueExplanation:
        """A due date and how it was calculated; the keywords are the attributes of ``sp:due``.

        One of ``after`` and ``before`` is a duration of whole days, without a sign. ``reference``
        is the value of the variable ``of``: a date, a date and time, their text, or None for
        unknown. Without a reference ``after`` counts from the opening, and ``before`` gives the
        opening date itself, so that no task is late when it opens."""
        if (after is None) == (before is None):
            raise ValueError("a due rule has one of after and before")
        duration = to_duration(before or after)
        if duration.time or duration.average < timedelta():
            raise TimeMalformed(f"the due rule {duration} is not made of whole days ahead")
        known = self._local_date(reference)
        steps = Duration() if before is not None and known is None else duration
        counting: Counting = "working" if calendar == "working" else "calendar"
        skipped: list[DayOff] = []
        forward = before is None or known is None
        return DueExplanation(
            due=self._counted(known or opened, steps, forward, counting, skipped),
            opened=opened,
            reference=known or opened,
            relative_to="reference" if known else "missing" if of or before else "opened",
            direction="after" if before is None else "before",
            duration=str(duration),
            counting=counting,
            skipped=tuple(skipped),
        )

    def _counted(
        self, start: date, steps: Duration, forward: bool, counting: Counting, skipped: list[DayOff]
    ) -> date:
        sign = 1 if forward else -1
        try:
            day = shift_months(start, sign * steps.months) + sign * steps.weeks * 7 * _ONE_DAY
            if counting == "calendar":
                return day + sign * steps.days * _ONE_DAY
        except OverflowError as error:
            raise TimeMalformed(f"{steps} from {start} leaves the calendar") from error
        return self._walk(day, steps.days, sign, skipped)

    def _local_date(self, value: object) -> date | None:
        if value is None or value == "":
            return None
        moment = to_moment(value)
        if moment is None:
            raise TimeMalformed(f"{value!r} is not a date that a due date can be counted from")
        return self.today(moment) if moment.tzinfo else moment.date()

    # ------------------------------------------------------------ timers

    def arm(self, kind: TimerKind, value: object, now: datetime) -> Firing:
        """The first firing of a timer that begins to wait at ``now`` (aware).

        ``value`` is the text of the diagram or a FEEL value: a duration (a negative one is due in
        the past), a date or a date and time (a past one fires at once; a bare date is its start),
        or a cycle (its text, or a duration, which repeats endlessly). A cycle with a start fires at
        multiples of the interval from there on, first at ``now`` or later; one with an end fires
        then for the last time, and before it as often as it says; a cycle without either fires
        first after one interval. ``Rn`` is n firings, counted from the start: those that lie before
        ``now`` have been.

        :raises TimePassed: when all of them have
        """
        now = now.astimezone(UTC)
        if kind == "cycle":
            return self._first_round(to_repeat(value), now)
        if kind == "duration":
            duration = to_duration(value)
            return Firing(self.add(now, duration), rule_of(kind, str(duration), now, 1))
        moment = to_moment(value)
        if moment is None:
            raise TimeMalformed(f"{value!r} is not a date that a timer can wait for")
        return Firing(self.to_utc(moment), rule_of(kind, moment.isoformat(), now, 1))

    def arm_instead(
        self, kind: TimerKind, value: object, old: Mapping[str, Any], due: datetime, now: datetime
    ) -> Firing:
        """The first firing of a timer that replaces a waiting one (with the rule ``old`` and the
        time ``due``). It counts from the time at which the old one began to wait, so the firing may
        lie in the past. A cycle began to wait at its last firing; a new cycle with a start of its
        own does not make up for firings before ``now``."""
        began = datetime.fromisoformat(old["anchor"])
        if old["kind"] == "cycle":
            interval = to_duration(old["value"])
            round_before = max(0, self._round(began, interval, due) - 1)
            began = self.add(began, interval * round_before)
        if kind == "cycle" and (to_repeat(value).start or to_repeat(value).end):
            began = now
        return self.arm(kind, value, min(self.to_utc(began), now))

    def _first_round(self, repeat: RepeatingInterval, now: datetime) -> Firing:
        end = to_moment(repeat.end)
        if end is not None:
            return self._last_rounds(repeat, end, now)
        anchor = to_moment(repeat.start) or now
        number = self._round(anchor, repeat.interval, now) if repeat.start else 1
        been = number if repeat.start else 0
        left = None if repeat.count is None else repeat.count - been
        if left is not None and left <= 0:
            raise TimePassed(f"all {repeat.count} times from {repeat.start} on have passed")
        due = self.add(anchor, repeat.interval * number)
        return Firing(due, rule_of("cycle", str(repeat.interval), anchor, left))

    def _last_rounds(self, repeat: RepeatingInterval, end: datetime, now: datetime) -> Firing:
        """The first of the rounds up to ``end`` that is not past."""
        interval = repeat.interval
        if self.to_utc(end) < now:
            raise TimePassed(f"all times up to {repeat.end} have passed")
        left = 1 + (self.to_utc(end) - now) // interval.average
        while left > 1 and self.add(end, interval * (1 - left)) < now:
            left -= 1
        left = left if repeat.count is None else min(left, repeat.count)
        anchor = self.add(end, interval * (1 - left))
        return Firing(anchor, rule_of("cycle", str(interval), anchor, left))

    def after_firing(self, rule: Mapping[str, Any], due: datetime, now: datetime) -> Firing | None:
        """The firing after the one that was due at ``due`` and happened at ``now``; None when that
        was the last, of the rule or of the calendar.

        Rounds between these two times were missed: the firing that just happened stands for all of
        them, and each counts as one of ``Rn``. The times of later rounds do not shift.
        """
        if rule["kind"] != "cycle":
            return None
        anchor = datetime.fromisoformat(rule["anchor"])
        interval = to_duration(rule["value"])
        fired = self._round(anchor, interval, due)
        upcoming = self._round(anchor, interval, max(now, due) + timedelta(microseconds=1))
        left = None if rule["left"] is None else rule["left"] - (upcoming - fired)
        if left is not None and left <= 0:
            return None
        try:
            return Firing(self.add(anchor, interval * upcoming), {**rule, "left": left})
        except TimeMalformed:
            return None

    def _round(self, anchor: datetime, interval: Duration, moment: datetime) -> int:
        """The number (from 0) of the first round at ``moment`` or later. The first estimate, by the
        average length of an interval, is wrong by two rounds at most."""
        number = max(0, (moment - self.to_utc(anchor)) // interval.average)
        while number > 0 and self.add(anchor, interval * (number - 1)) >= moment:
            number -= 1
        while self._before(anchor, interval * number, moment):
            number += 1
        return number

    def _before(self, anchor: datetime, duration: Duration, moment: datetime) -> bool:
        """Whether ``anchor`` plus ``duration`` lies before ``moment``: what leaves the calendar
        does not."""
        try:
            return self.add(anchor, duration) < moment
        except TimeMalformed:
            return False
