"""Durations, dates and repeating intervals: what is read, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.iso8601 import (
    Duration,
    RepeatingInterval,
    TimeMalformed,
    parse_date,
    parse_duration,
    parse_moment,
    parse_repeat,
    shift_months,
    to_duration,
)


@dataclass(frozen=True)
class YearsMonths:
    """Stands for FEEL's own years and months duration."""

    months: int


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P1Y2M", Duration(months=14)),
        ("P2W", Duration(weeks=2)),
        ("P3DT4H30M", Duration(days=3, time=timedelta(hours=4, minutes=30))),
        ("PT0.5S", Duration(time=timedelta(microseconds=500_000))),
        ("PT1.5H", Duration(time=timedelta(minutes=90))),
        ("PT2,25M", Duration(time=timedelta(seconds=135))),
        ("P1DT0.5H", Duration(days=1, time=timedelta(minutes=30))),
        ("-P1D", Duration(days=-1)),
        ("P0D", Duration()),
        ("P10Y", Duration(months=120)),
        ("P3653D", Duration(days=3653)),
    ],
)
def test_a_duration_is_read(text: str, expected: Duration) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1",
        "1D",
        "P1DT",
        "P1.5M",
        "P0.5D",
        "PT1.5H3M",
        "P1M1Y",
        "p1d",
        "P-1D",
        "+P1D",
        "P1D " * 99,
        "P१D",
        "PT1H1H",
        "P1S",
        "R/P1D",
        "2027-03-28",
        "PT1,S",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(TimeMalformed) as caught:
        parse_duration(text)
    assert caught.value.error_code == "time_malformed"


@pytest.mark.parametrize(
    "value",
    [
        "P99999999999Y",
        "P11Y",
        "P10Y1D",
        "P3654D",
        "-P11Y",
        "PT9999999999999999S",
        timedelta(days=4000),
        YearsMonths(121),
        YearsMonths(10**9),
    ],
)
def test_more_than_ten_years_is_refused(value: object) -> None:
    with pytest.raises(TimeMalformed) as caught:
        to_duration(value)
    assert caught.value.error_code == "duration_too_long"


@pytest.mark.parametrize("text", ["P0D", "PT0S", "-P1D"])
def test_a_positive_duration_is_longer_than_nothing(text: str) -> None:
    with pytest.raises(TimeMalformed):
        parse_duration(text, positive=True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (timedelta(days=1, hours=2), "P1DT2H"),
        (timedelta(days=-1, hours=-2), "-P1DT2H"),
        (YearsMonths(15), "P1Y3M"),
        (Duration(weeks=2), "P2W"),
        ("PT36H", "PT36H"),
        (timedelta(0), "P0D"),
        (timedelta(seconds=61, microseconds=50), "PT1M1.00005S"),
    ],
)
def test_feel_values_are_durations_too(value: object, expected: str) -> None:
    assert str(to_duration(value)) == expected


@pytest.mark.parametrize("value", [None, 3, True, date(2027, 1, 1), [], YearsMonths("3")])  # type: ignore[arg-type]
def test_other_values_are_no_durations(value: object) -> None:
    with pytest.raises(TimeMalformed):
        to_duration(value)


parts = st.builds(
    Duration,
    months=st.integers(0, 36),
    weeks=st.integers(0, 50),
    days=st.integers(0, 400),
    time=st.timedeltas(timedelta(), timedelta(days=20)),
)


@given(parts, st.sampled_from([1, -1]))
def test_a_duration_written_is_read_back(duration: Duration, sign: int) -> None:
    assert parse_duration(str(duration * sign)) == duration * sign


@given(st.text(alphabet="P1234T567890YMWDHS-.R/", max_size=20))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    with suppress(TimeMalformed):
        assert parse_duration(str(parse_duration(text))) == parse_duration(text)


def test_dates_are_written_in_one_way_only() -> None:
    assert parse_date("2028-02-29") == date(2028, 2, 29)
    for text in ("2027-02-29", "20270228", "2027-2-3", "2027-02-28 ", "0000-01-01", "２027-02-28"):
        with pytest.raises(TimeMalformed):
            parse_date(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-03-28", date(2027, 3, 28)),
        ("2027-03-28T17:00", datetime(2027, 3, 28, 17)),
        ("2027-03-28T17:00:30.25Z", datetime(2027, 3, 28, 17, 0, 30, 250_000, UTC)),
        ("20270328", date(2027, 3, 28)),
        ("20270328T1700", datetime(2027, 3, 28, 17)),
        ("20270328T170030.5Z", datetime(2027, 3, 28, 17, 0, 30, 500_000, UTC)),
        ("20270328T170000-0230", datetime(2027, 3, 28, 19, 30, tzinfo=UTC)),
        ("2027-03-28T17:00-02:30", datetime(2027, 3, 28, 19, 30, tzinfo=UTC)),
        ("2027-07-01T17:00@Europe/Stockholm", datetime(2027, 7, 1, 15, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read(text: str, expected: date) -> None:
    assert parse_moment(text) == expected


def test_an_offset_is_kept() -> None:
    moment = parse_moment("2027-03-28T17:00+02:00")
    assert isinstance(moment, datetime)
    assert moment.tzinfo == timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-28T24:00",
        "2027-03-28T17",
        "2027-03-28 17:00",
        "2027-13-01T10:00",
        "10:00",
        "2027-03-28T17:00+99:00",
        "2027-03-28T17:00@Europe/Nowhere",
        "2027-03-28T17:00@../etc",
        "2027-03-28T17:00@/etc/passwd",
        "2027-03-28T17:00@Europe",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(TimeMalformed):
        parse_moment(text)


def test_repeating_intervals_are_read() -> None:
    assert parse_repeat("R/P1M") == RepeatingInterval(None, None, Duration(months=1))
    assert parse_repeat("R3/2027-01-01/P1D") == RepeatingInterval(
        3, date(2027, 1, 1), Duration(days=1)
    )


@pytest.mark.parametrize(
    "text",
    [
        "R0/P1D",
        "R/PT0S",
        "R/-P1D",
        "R/PT0.5S",
        "P1D",
        "R-1/P1D",
        "R/P1D/2027-01-01/P1D",
        "R5000/PT0.5S",
        "R3/PT0S",
        "R3/2027-01-08/2027-01-01",
        "R3/2027-01-01/2027-01-01T10:00",
        "R//P1D",
        "0 0 9 * * ?",
        "R/x/P1D",
        "R1234567890/P1D",
        "R/P99999999999Y",
    ],
)
def test_what_never_or_too_often_happens_is_refused(text: str) -> None:
    with pytest.raises(TimeMalformed):
        parse_repeat(text)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2027, 1, 15), -1, date(2026, 12, 15)),
    ],
)
def test_months_stop_at_the_months_end(day: date, months: int, expected: date) -> None:
    assert shift_months(day, months) == expected


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-240, 240))
def test_a_month_later_is_in_the_month_after(day: date, months: int) -> None:
    later = shift_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


def test_an_interval_repeats_up_to_an_end_or_as_long_as_its_first_round() -> None:
    assert parse_repeat("R3/PT1H/20270101T000000Z") == RepeatingInterval(
        3, None, Duration(time=timedelta(hours=1)), datetime(2027, 1, 1, tzinfo=UTC)
    )
    assert parse_repeat("R4/2027-01-01/2027-01-08") == RepeatingInterval(
        4, date(2027, 1, 1), Duration(days=7)
    )
    assert parse_repeat("R2/PT0.5S").interval.time == timedelta(milliseconds=500)
