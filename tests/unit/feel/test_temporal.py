"""Dates, times and durations: from text, from numbers, to text, their parts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from engine import feel
from engine.feel import YearsMonthsDuration
from tests.support.feel import STOCKHOLM, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('date("2026-02-28")', date(2026, 2, 28)),
        ('date(@"2026-02-28T10:00:00")', date(2026, 2, 28)),
        ("date(2026, 2, 28)", date(2026, 2, 28)),
        ("date(year: 2026, month: 2, day: 28)", date(2026, 2, 28)),
        ('time("09:30:00")', time(9, 30)),
        ('time("23:59:00z")', time(23, 59, tzinfo=UTC)),
        ('@"2026-02-28T10:00:00z"', datetime(2026, 2, 28, 10, tzinfo=UTC)),
        ('time("09:30:00.25Z")', time(9, 30, 0, 250000, tzinfo=UTC)),
        ("time(9, 30, 15.5)", time(9, 30, 15, 500000)),
        ('time(9, 30, 0, @"PT2H")', time(9, 30, tzinfo=timezone(timedelta(hours=2)))),
        ('time(@"2026-02-28T10:00:00")', time(10)),
        ('date and time("2026-02-28T10:00:00")', datetime(2026, 2, 28, 10)),
        ('date and time("2026-02-28")', datetime(2026, 2, 28)),
        ('date and time(@"2026-02-28", @"10:00:00")', datetime(2026, 2, 28, 10)),
        (
            'date and time("2026-02-28T10:00:00@Europe/Stockholm")',
            datetime(2026, 2, 28, 10, tzinfo=STOCKHOLM),
        ),
        ('duration("P1DT2H3M4.5S")', timedelta(1, 4.5, minutes=3, hours=2)),
        ('duration("-P1Y2M")', YearsMonthsDuration(-14)),
        ('years and months duration(@"2024-01-31", @"2026-03-30")', YearsMonthsDuration(25)),
        ('years and months duration(@"2026-03-30", @"2024-01-31")', YearsMonthsDuration(-25)),
    ],
)
def test_functions_make_dates_times_and_durations(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'date("2026-02-30")',
        'date("26-02-28")',
        'date("02026-02-28")',
        "date(2026, 13, 1)",
        "date(2026.5, 1, 1)",
        'time("25:00:00")',
        'time("9:30:00")',
        'time("09:30:00+19:00")',
        'time("09:30:00+01:00@Europe/Paris")',
        'time("09:30:00@Nowhere/At_all")',
        'time("09:30:00@../../etc/passwd")',
        'date and time("2026-02-28 10:00:00")',
        'date and time("2026-02-28T10:00")',
        'duration("P1Y2D")',
        'duration("P")',
        'duration("PT")',
        'duration("1D")',
        'duration("P99999999999999999D")',
        "date(null)",
        'date("2026-01-01", "x")',
    ],
)
def test_what_is_no_date_time_or_duration_is_null(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-28",
        "-0044-03-15",
        "99999-12-31",
        "09:30:00",
        "09:30:00.123456789",
        "09:30:00Z",
        "09:30:00+05:30",
        "09:30:00-02:45:55",
        "09:30:00@Europe/Stockholm",
        "2026-02-28T09:30:00.5@Asia/Dhaka",
        "999999999-12-31T23:59:59.999999999@Europe/Paris",
        "-999999999-12-31T23:59:59.999999999+02:00",
        "P1DT2H3M4.5S",
        "-P1D",
        "PT0S",
        "PT36.000001S",
        "P1Y2M",
        "-P3M",
        "P0M",
    ],
)
def test_a_value_is_shown_as_it_is_written(text: str) -> None:
    assert value(f'string(@"{text}")') == text


def test_durations_are_shown_in_their_shortest_form() -> None:
    assert value('string(@"PT48H")') == "P2D"
    assert value('string(@"P15M")') == "P1Y3M"


def test_midnight_may_be_written_as_the_end_of_a_day() -> None:
    assert value('@"2026-12-31T24:00:00"') == datetime(2027, 1, 1)
    assert value('@"24:00:01"') is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2026-02-28".year', 2026),
        ('@"2026-02-28".month', 2),
        ('@"2026-02-28".day', 28),
        ('@"2026-02-28".weekday', 6),
        ('@"2026-02-28".hour', None),
        ('@"2026-02-28T10:30:15".minute', 30),
        ('@"10:30:15.9".second', 15),
        ('@"10:30:15+02:00".time offset', timedelta(hours=2)),
        ('@"10:30:15@Europe/Paris".timezone', "Europe/Paris"),
        ('@"10:30:15".timezone', None),
        ('@"P1DT26H".days', 2),
        ('@"P1DT26H".hours', 2),
        ('-@"PT90M".minutes', -30),
        ('(-@"P14M").years', -1),
        ('@"P14M".months', 2),
        ('@"P14M".days', None),
        ('@"-0001-01-01".year', -1),
        ('@"20000-01-01T10:00:00".hour', 10),
    ],
)
def test_parts_of_dates_times_and_durations(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('day of year(@"2026-12-31")', 365),
        ('day of week(@"2026-02-28")', "Saturday"),
        ('month of year(@"2026-02-28")', "February"),
        ('week of year(@"2005-01-01")', 53),
        ('week of year(@"2005-01-03")', 1),
        ('week of year(@"2026-12-31")', 53),
        ('is(@"10:00:00Z", @"10:00:00+00:00")', True),
        ('is(@"10:00:00Z", @"10:00:00")', False),
        ('is(@"2026-01-01", @"10:00:00")', False),
        ('is(@"2026-07-01T12:00:00@Europe/Stockholm", @"2026-07-01T12:00:00+02:00")', False),
        ('is(@"2026-07-01T12:00:00@Europe/Stockholm", @"2026-07-01T12:00:00@Europe/Oslo")', False),
        (
            'is(@"2026-07-01T12:00:00@Europe/Stockholm",'
            ' date and time("2026-07-01T12:00:00@Europe/Stockholm"))',
            True,
        ),
        ('is(@"2026-07-01T12:00:00+02:00", @"2026-07-01T11:00:00+01:00")', False),
        ('is(@"12:00:00@Europe/Stockholm", @"12:00:00+01:00")', False),
        ('is(@"12:00:00@Europe/Stockholm", @"12:00:00@Europe/Stockholm")', True),
        ('is(@"12:00:00.000000001", @"12:00:00")', False),
        ('is([@"12:00:00+02:00"], [@"11:00:00+01:00"])', False),
        ('[@"12:00:00+02:00"] = [@"11:00:00+01:00"]', True),
        ('is({t: @"12:00:00Z"}, {t: @"12:00:00z"})', True),
        ('is({t: @"12:00:00+02:00"}, {t: @"11:00:00+01:00"})', False),
        ('is([@"12:00:00+02:00"..null], [@"11:00:00+01:00"..null])', False),
        ("is([1..2], [1..2])", True),
        ("is([1..2], [1..2))", False),
        ("is(null, null)", True),
        ("is(1, 1.0)", True),
        ('is(1, "1")', False),
        ("is(abs, abs)", True),
        ("is(value1: 1)", False),
    ],
)
def test_functions_of_the_calendar(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_now_and_today_are_what_the_caller_says() -> None:
    assert value("today()") == date(2026, 2, 27)
    assert value("now().hour") == 14
    assert value('today() + @"P1M"') == date(2026, 3, 27)


def test_an_expression_that_asks_for_the_time_must_be_given_it() -> None:
    with pytest.raises(feel.FeelError, match="asks for the time"):
        feel.compile("today()").evaluate({})


def test_a_list_of_one_date_is_taken_for_the_date() -> None:
    assert value('day of year([@"2026-01-02"])') == 2
