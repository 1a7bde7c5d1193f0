"""Working days, due dates and timers in Sweden."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendar import WorkCalendar
from engine.config.settings import CalendarSettings
from engine.iso8601 import TimeMalformed, parse_duration
from engine.timer_values import Firing, TimePassed

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SWEDEN = WorkCalendar()
days = st.dates(date(2024, 1, 1), date(2034, 12, 31))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=STOCKHOLM)  # type: ignore[misc, arg-type]


# ---------------------------------------------------------------- days


def test_today_is_the_wall_calendars_date() -> None:
    assert SWEDEN.today(utc(2027, 6, 30, 21, 59)) == date(2027, 6, 30)
    assert SWEDEN.today(utc(2027, 6, 30, 22, 0)) == date(2027, 7, 1)


def test_a_day_begins_at_the_zones_midnight() -> None:
    assert SWEDEN.start_of(date(2027, 1, 1)) == utc(2026, 12, 31, 23)
    assert SWEDEN.start_of(date(2027, 7, 1)) == utc(2027, 6, 30, 22)


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2027, 6, 25), "holiday", "Midsommarafton"),
        (date(2027, 12, 24), "holiday", "Julafton"),
        (date(2026, 12, 31), "holiday", "Nyårsafton"),
        (date(2027, 5, 6), "holiday", "Kristi himmelsfärdsdag"),
        (date(2027, 3, 26), "holiday", "Långfredagen"),
        (date(2027, 6, 5), "weekend", "lördag"),
        (date(2027, 6, 13), "weekend", "söndag"),
    ],
)
def test_days_off_in_sweden_are_known_by_name(day: date, kind: str, name: str) -> None:
    off = SWEDEN.day_off(day)
    assert off is not None
    assert (off.kind, off.sv) == (kind, name)
    assert off.en != off.sv


def test_ordinary_days_are_worked() -> None:
    assert SWEDEN.is_working_day(date(2027, 5, 7))
    assert SWEDEN.is_working_day(date(2027, 6, 24))


def test_the_companys_days_are_off_too() -> None:
    calendar = WorkCalendar.of(CalendarSettings(company_days=(date(2027, 5, 7),)))
    off = calendar.day_off(date(2027, 5, 7))
    assert off is not None
    assert off.kind == "company"


def test_other_countries_have_other_days() -> None:
    norway = WorkCalendar(country="NO", zone="Europe/Oslo")
    assert not norway.is_working_day(date(2027, 5, 17))
    assert norway.is_working_day(date(2027, 6, 25))


def working_days(day: date, n: int) -> date:
    """The n-th working day after a day, or before it when n is negative, as a due rule counts."""
    if n < 0:
        return SWEDEN.due_date(day, before=f"P{-n}D", of="day", reference=day, calendar="working")
    return SWEDEN.due_date(day, after=f"P{n}D", calendar="working")


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2027, 6, 23), 1, date(2027, 6, 24)),
        (date(2027, 6, 24), 1, date(2027, 6, 28)),
        (date(2027, 6, 28), -1, date(2027, 6, 24)),
        (date(2027, 6, 26), 0, date(2027, 6, 28)),
        (date(2027, 6, 24), 0, date(2027, 6, 24)),
        (date(2026, 12, 22), 5, date(2027, 1, 4)),
    ],
)
def test_working_days_pass_over_days_off(day: date, n: int, expected: date) -> None:
    assert working_days(day, n) == expected


@given(days, st.integers(-60, 60))
def test_a_working_day_later_is_a_working_day(day: date, n: int) -> None:
    there = working_days(day, n)
    assert SWEDEN.is_working_day(there)
    between = (min(day, there) + timedelta(i) for i in range(1, abs((there - day).days)))
    if n:
        assert sum(map(SWEDEN.is_working_day, between)) == abs(n) - 1


@given(days, st.integers(1, 40), st.integers(1, 40))
def test_working_days_add_up(day: date, n: int, m: int) -> None:
    there = working_days(day, n)
    assert working_days(there, m) == working_days(day, n + m)
    assert working_days(working_days(there, m), -m) == there


# ---------------------------------------------------------------- due dates

OPENED = date(2027, 6, 23)


@pytest.mark.parametrize(
    ("rule", "reference", "expected"),
    [
        ({"after": "P5D", "calendar": "calendar"}, None, date(2027, 6, 28)),
        ({"after": "P5D", "calendar": "working"}, None, date(2027, 7, 1)),
        ({"after": "P2W", "calendar": "working"}, None, date(2027, 7, 7)),
        ({"after": "P3D", "calendar": "calendar"}, None, date(2027, 6, 26)),
        ({"after": "P0D", "calendar": "working"}, None, date(2027, 6, 23)),
        ({"before": "P10D", "of": "start", "calendar": "working"}, "2027-09-01", date(2027, 8, 18)),
        ({"before": "P1M", "of": "start"}, date(2027, 3, 31), date(2027, 2, 28)),
        ({"before": "P1W", "of": "start", "calendar": "working"}, "2027-07-02", date(2027, 6, 24)),
        ({"after": "P1M", "of": "start"}, utc(2027, 8, 31, 22), date(2027, 10, 1)),
        ({"after": "P5D", "of": "start"}, None, date(2027, 6, 28)),
        ({"before": "P10D", "of": "start", "calendar": "working"}, None, date(2027, 6, 23)),
        ({"before": "P10D", "of": "start"}, "", date(2027, 6, 23)),
    ],
)
def test_a_due_rule_gives_a_date(rule: dict[str, str], reference: object, expected: date) -> None:
    assert SWEDEN.due_date(OPENED, reference=reference, **rule) == expected


def test_every_due_date_can_be_explained() -> None:
    why = SWEDEN.explain_due(date(2027, 6, 24), after="P2D", calendar="working")
    assert why.due == date(2027, 6, 29)
    assert (why.reference, why.relative_to, why.direction) == (why.opened, "opened", "after")
    assert (why.duration, why.counting) == ("P2D", "working")
    assert [off.sv for off in why.skipped] == ["Midsommarafton", "Midsommardagen", "söndag"]


def test_the_explanation_says_when_the_reference_is_not_known() -> None:
    assert SWEDEN.explain_due(OPENED, before="P1D", of="avtalsstart").relative_to == "missing"
    assert SWEDEN.explain_due(OPENED, after="P1D", of="avtalsstart").relative_to == "missing"
    known = SWEDEN.explain_due(OPENED, after="P1D", of="avtalsstart", reference="2027-09-01")
    assert (known.relative_to, known.reference) == ("reference", date(2027, 9, 1))


@pytest.mark.parametrize("text", ["PT5H", "-P1D", "five", "P11Y", "P1DT1H"])
def test_a_due_rule_is_made_of_whole_days_ahead(text: str) -> None:
    with pytest.raises(TimeMalformed):
        SWEDEN.due_date(OPENED, after=text)


def test_a_due_rule_has_one_direction() -> None:
    with pytest.raises(ValueError, match="one of"):
        SWEDEN.due_date(OPENED, after="P1D", before="P1D")


@pytest.mark.parametrize("reference", ["soon", 7, True, "2027-02-30"])
def test_a_reference_that_is_no_date_is_refused(reference: object) -> None:
    with pytest.raises(TimeMalformed):
        SWEDEN.due_date(OPENED, before="P1D", of="start", reference=reference)


@given(days, st.integers(0, 60), st.sampled_from(["working", "calendar"]))
def test_more_days_are_never_an_earlier_date(day: date, n: int, counting: str) -> None:
    sooner = SWEDEN.due_date(day, after=f"P{n}D", calendar=counting)
    later = SWEDEN.due_date(day, after=f"P{n + 1}D", calendar=counting)
    assert day <= sooner <= later
    assert counting == "working" or sooner < later


# ---------------------------------------------------------------- across the change of clocks


@pytest.mark.parametrize(
    ("before", "duration", "after"),
    [
        (local(2027, 3, 27, 17), "P1D", local(2027, 3, 28, 17)),
        (local(2027, 3, 27, 17), "PT24H", local(2027, 3, 28, 18)),
        (local(2027, 10, 30, 17), "P1D", local(2027, 10, 31, 17)),
        (local(2027, 10, 30, 17), "PT24H", local(2027, 10, 31, 16)),
        (local(2027, 3, 27, 17), "P1DT1H", local(2027, 3, 28, 18)),
        (local(2027, 1, 31, 9), "P1M", local(2027, 2, 28, 9)),
        (local(2027, 3, 27, 2, 30), "P1D", local(2027, 3, 28, 3, 30)),
        (local(2027, 10, 30, 2, 30), "P1D", utc(2027, 10, 31, 0, 30)),
        (local(2027, 3, 29, 17), "-P1D", local(2027, 3, 28, 17)),
    ],
)
def test_five_oclock_stays_five_oclock(before: datetime, duration: str, after: datetime) -> None:
    due = SWEDEN.add(before, parse_duration(duration))
    assert due == after
    assert due.tzinfo is UTC


@given(moments, st.integers(1, 800))
def test_the_wall_clock_is_kept_by_whole_days(moment: datetime, n: int) -> None:
    before = moment.astimezone(STOCKHOLM)
    after = SWEDEN.add(moment, parse_duration(f"P{n}D")).astimezone(STOCKHOLM)
    assert after.date() == before.date() + timedelta(days=n)
    in_the_gap = after.hour == 3 and before.hour == 2
    assert in_the_gap or after.time() == before.time()


@given(moments, st.timedeltas(timedelta(), timedelta(days=400)))
def test_hours_are_elapsed_time(moment: datetime, span: timedelta) -> None:
    seconds = int(span.total_seconds())
    assert SWEDEN.add(moment, parse_duration(f"PT{seconds}S")) == moment + timedelta(
        seconds=seconds
    )


# ---------------------------------------------------------------- timers

NOW = utc(2027, 3, 27, 16)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("duration", "P1D", utc(2027, 3, 28, 15)),
        ("duration", timedelta(days=1), utc(2027, 3, 28, 15)),
        ("duration", timedelta(days=-1), utc(2027, 3, 26, 16)),
        ("date", "2027-04-01T09:00", utc(2027, 4, 1, 7)),
        ("date", "2027-04-01T09:00Z", utc(2027, 4, 1, 9)),
        ("date", "2027-03-28T02:30", utc(2027, 3, 28, 1, 30)),
        ("date", "2027-10-31T02:30", utc(2027, 10, 31, 0, 30)),
        ("date", date(2027, 4, 1), utc(2027, 3, 31, 22)),
        ("date", datetime(2027, 4, 1, 9), utc(2027, 4, 1, 7)),
        ("date", "2020-01-01", utc(2019, 12, 31, 23)),
        ("cycle", "R/P1D", utc(2027, 3, 28, 15)),
        ("cycle", timedelta(hours=1), utc(2027, 3, 27, 17)),
        ("cycle", "R/2027-01-31T17:00/P1M", utc(2027, 3, 31, 15)),
        ("cycle", "R/2027-03-27T16:00Z/P1D", NOW),
        ("cycle", "R2/2028-01-01/P1D", utc(2027, 12, 31, 23)),
    ],
)
def test_a_timer_knows_when_it_fires(kind: str, value: object, expected: datetime) -> None:
    assert SWEDEN.arm(kind, value, NOW).due == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("duration", None),
        ("duration", "P11Y"),
        ("duration", 5),
        ("date", "tomorrow"),
        ("date", 5),
        ("date", None),
        ("cycle", "PT1H"),
        ("cycle", timedelta(0)),
        ("cycle", None),
        ("date", "0001-01-01"),
    ],
)
def test_a_value_that_is_no_time_is_refused(kind: str, value: object) -> None:
    with pytest.raises(TimeMalformed):
        SWEDEN.after_firing(SWEDEN.arm(kind, value, NOW).rule, NOW, utc(9999, 12, 31))  # type: ignore[arg-type]


def test_the_end_of_the_calendar_is_an_answer() -> None:
    with pytest.raises(TimeMalformed):
        SWEDEN.add(utc(9999, 12, 31), parse_duration("P10Y"))
    with pytest.raises(TimeMalformed):
        working_days(date(9999, 12, 30), 9)
    with pytest.raises(TimeMalformed):
        SWEDEN.due_date(date(9999, 12, 30), after="P9D")


def lived_through(first: Firing, late_by: timedelta = timedelta()) -> list[datetime]:
    """The due times of a cycle, each fired ``late_by`` after it was due."""
    fired: list[datetime] = []
    firing: Firing | None = first
    while firing is not None and len(fired) < 40:
        fired.append(firing.due)
        firing = SWEDEN.after_firing(firing.rule, firing.due, firing.due + late_by)
    return fired


def test_a_bounded_cycle_ends() -> None:
    assert lived_through(SWEDEN.arm("cycle", "R3/PT1H", NOW)) == [
        NOW + timedelta(hours=n) for n in (1, 2, 3)
    ]
    assert len(lived_through(SWEDEN.arm("cycle", "R1/2027-04-01/P1D", NOW))) == 1
    assert lived_through(SWEDEN.arm("duration", "P1D", NOW)) == [utc(2027, 3, 28, 15)]


@pytest.mark.parametrize(
    ("begins", "fires"),
    [
        (local(2027, 1, 1), [1, 4, 7, 10]),
        (local(2027, 1, 15, 8), [1, 4, 7, 10]),
        (local(2027, 5, 3), [7, 10]),
        (local(2027, 10, 15, 8), [10]),
    ],
)
def test_a_bounded_cycle_counts_from_its_start(begins: datetime, fires: list[int]) -> None:
    """ISO 8601: what lies before the wait has been, and is not made up for."""
    first = SWEDEN.arm("cycle", "R4/2027-01-15T08:00:00/P3M", begins)
    assert [due.astimezone(SWEDEN.zone).month for due in lived_through(first)] == fires


def test_a_bounded_cycle_whose_times_are_over_says_so() -> None:
    with pytest.raises(TimePassed, match="all 4 times"):
        SWEDEN.arm("cycle", "R4/2027-01-15T08:00:00/P3M", local(2027, 10, 15, 8, 1))
    with pytest.raises(TimePassed, match="all 4 times"):
        SWEDEN.arm("cycle", "R4/2027-01-15T08:00/2027-04-15T08:00", local(2028, 10, 15))
    for count in ("R4", "R"):
        with pytest.raises(TimePassed, match="all times up to"):
            SWEDEN.arm("cycle", f"{count}/P3M/2027-10-15T08:00:00", local(2027, 10, 15, 8, 1))


def test_a_cycle_ends_with_the_calendar() -> None:
    first = SWEDEN.arm("cycle", "R3/9999-12-31T20:00:00Z/P1D", NOW)
    assert SWEDEN.after_firing(first.rule, first.due, first.due) is None


def test_a_monthly_cycle_from_the_31st_comes_back_to_the_31st() -> None:
    first = SWEDEN.arm("cycle", "R/P1M", local(2027, 1, 31, 17))
    dates = [due.astimezone(STOCKHOLM) for due in lived_through(first)[:4]]
    assert [(d.month, d.day, d.hour) for d in dates] == [
        (2, 28, 17), (3, 31, 17), (4, 30, 17), (5, 31, 17),
    ]  # fmt: skip


def test_a_daily_cycle_in_the_gap_comes_back_to_its_hour() -> None:
    first = SWEDEN.arm("cycle", "R/2027-03-28T02:30/P1D", NOW)
    hours = [due.astimezone(STOCKHOLM).strftime("%H:%M") for due in lived_through(first)[:3]]
    assert hours == ["03:30", "02:30", "02:30"]


def test_a_day_down_gives_one_catch_up() -> None:
    first = SWEDEN.arm("cycle", "R/PT1M", NOW)
    late = NOW + timedelta(days=1, seconds=30)
    after = SWEDEN.after_firing(first.rule, first.due, late)
    assert after is not None
    assert after.due == NOW + timedelta(days=1, minutes=1)


def test_missed_rounds_count() -> None:
    first = SWEDEN.arm("cycle", "R5/PT1H", NOW)
    after = SWEDEN.after_firing(first.rule, first.due, NOW + timedelta(hours=3, minutes=5))
    assert after is not None
    assert (after.due, after.rule["left"]) == (NOW + timedelta(hours=4), 2)
    assert SWEDEN.after_firing(first.rule, first.due, NOW + timedelta(days=9)) is None


intervals = st.sampled_from(["PT1S", "PT7M", "PT36H", "P1D", "P1W", "P1M", "P1DT1H", "P5M3D"])


@settings(deadline=None)
@given(moments, intervals, st.timedeltas(timedelta(), timedelta(days=900)))
def test_the_next_round_is_the_first_one_ahead(
    armed: datetime, interval: str, late: timedelta
) -> None:
    first = SWEDEN.arm("cycle", f"R/{interval}", armed)
    after = SWEDEN.after_firing(first.rule, first.due, first.due + late)
    assert after is not None
    assert first.due + late < after.due
    again = SWEDEN.after_firing(first.rule, first.due, after.due - timedelta(microseconds=1))
    assert again == after


@settings(deadline=None)
@given(moments, intervals, st.timedeltas(timedelta(), timedelta(hours=50)))
def test_a_cycle_only_goes_forward(armed: datetime, interval: str, late: timedelta) -> None:
    fired = lived_through(SWEDEN.arm("cycle", f"R20/{interval}", armed), late)
    assert len(fired) <= 20
    assert all(a < b for a, b in pairwise(fired))


@pytest.mark.parametrize(
    ("begins", "hours"), [("2026-12-01T10:00", [22, 23, 0]), ("2026-12-31T22:30", [23, 0])]
)
def test_a_cycle_with_an_end_fires_then_for_the_last_time(begins: str, hours: list[int]) -> None:
    calendar = WorkCalendar()
    now = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    firing = calendar.arm("cycle", "R3/PT1H/2027-01-01T00:00:00Z", now)
    fired = []
    while firing is not None:
        fired.append(firing.due)
        firing = calendar.after_firing(firing.rule, firing.due, firing.due)
    assert [moment.hour for moment in fired] == hours
    assert fired[-1] == datetime(2027, 1, 1, tzinfo=UTC)


def test_no_time_at_all_is_now_and_half_an_hour_is_half_an_hour() -> None:
    calendar, now = WorkCalendar(), datetime(2027, 5, 1, 12, tzinfo=UTC)
    assert calendar.arm("duration", "PT0S", now).due == now
    assert calendar.arm("duration", "PT0.5H", now).due == now + timedelta(minutes=30)
    assert calendar.arm("date", "20270502T100000Z", now).due == datetime(2027, 5, 2, 10, tzinfo=UTC)
