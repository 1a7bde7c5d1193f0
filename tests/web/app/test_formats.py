"""Dates, times and numbers as Swedes write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask

from engine import FakeClock, Person
from web import formats

SUNDAY = date(2026, 11, 22)


@pytest.fixture
def swedish(app: Flask, clock: FakeClock) -> Iterator[None]:
    clock.set(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    with app.test_request_context("/"):
        yield


@pytest.fixture
def english(app: Flask, clock: FakeClock) -> Iterator[None]:
    clock.set(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    with app.test_request_context("/?lang=en"):
        yield


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.usefixtures("swedish")
def test_dates_in_tables_and_in_prose() -> None:
    assert formats.day(SUNDAY) == "2026-11-22"
    assert plain(formats.day_long(SUNDAY)) == "sön 22 nov., v. 47"
    assert formats.day_full(SUNDAY) == "söndag 22 november 2026"


@pytest.mark.usefixtures("swedish")
def test_another_year_is_told_and_week_53_is_right() -> None:
    assert plain(formats.day_long(date(2027, 1, 1))) == "fre 1 jan. 2027, v. 53"


@pytest.mark.usefixtures("swedish")
def test_times_are_in_the_companys_zone_over_both_changes_of_the_clock() -> None:
    assert formats.moment(datetime(2026, 11, 22, 13, 1, tzinfo=UTC)) == "2026-11-22 14:01"
    assert formats.moment(datetime(2027, 3, 28, 1, 30, tzinfo=UTC)) == "2027-03-28 03:30"
    assert formats.moment(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "2027-01-01 00:30"
    assert formats.clock(datetime(2026, 7, 1, 6, 5, tzinfo=UTC)) == "08:05"


@pytest.mark.usefixtures("swedish")
def test_numbers_have_commas_and_spaces_that_do_not_break() -> None:
    assert formats.number(Decimal("345000.5")) == "345\u00a0000,5"
    assert formats.money("99.5") == "99,50\u00a0kr"
    assert formats.money(345000) == "345\u00a0000\u00a0kr"
    for value in (0, 7, 999, 1000, 12345, 1234567, -1000):
        assert formats.number(value) == formats.number(Decimal(value)), value
    assert formats.number("oläsligt") == "oläsligt"
    assert formats.number(None) == ""


@pytest.mark.usefixtures("swedish")
def test_sizes_and_intervals_in_words() -> None:
    assert plain(formats.size(900)) == "900 B"
    assert plain(formats.size(12_300)) == "12 kB"
    assert plain(formats.size(3_400_000)) == "3,4 MB"
    assert formats.interval("P3M") == "3 månader"
    assert formats.interval("P1Y2W") == "1 år, 2 veckor"
    assert formats.interval("ofta") == "ofta"


@pytest.mark.usefixtures("swedish")
@pytest.mark.parametrize(
    ("due", "text"),
    [
        (date(2026, 11, 16), "6 dagar försenad"),
        (date(2026, 11, 21), "1 dag försenad"),
        (SUNDAY, "Klart i dag"),
        (date(2026, 11, 23), "Klart i morgon"),
        (date(2026, 12, 1), "Klart tis 1 dec., v. 49"),
        (None, "Inget datum"),
    ],
)
def test_what_a_card_says_of_its_date(due: date | None, text: str) -> None:
    assert plain(formats.due_text(due)) == text


@pytest.mark.usefixtures("english")
def test_the_same_in_english() -> None:
    assert plain(formats.day_long(SUNDAY)) == "Sun 22 Nov, week 47"
    assert formats.number("345000.5") == "345,000.5"
    assert formats.number(1234567) == formats.number(Decimal(1234567))
    assert plain(formats.money(345000)) == "SEK 345,000"
    assert formats.late_text(date(2026, 11, 16)) == "6\u00a0days\u00a0late"


def test_people_stand_in_swedish_order() -> None:
    names = ["Öberg", "Ärlig", "Zorn", "Åberg", "ek", "Wåhlin"]
    people = [Person(name, name, name, frozenset(), frozenset()) for name in names]
    ordered = [person.name for person in formats.by_name(people)]
    assert ordered == ["ek", "Wåhlin", "Zorn", "Åberg", "Ärlig", "Öberg"]


@pytest.mark.usefixtures("swedish")
@pytest.mark.parametrize("digits", [25, 26, 28, 34, 60])
def test_long_numbers_are_written_with_all_their_digits(digits: int) -> None:
    written = formats.number("9" * digits)
    assert plain(written).replace(" ", "") == "9" * digits
    assert plain(formats.money(Decimal("9" * digits))).replace(" ", "") == "9" * digits + "kr"


@pytest.mark.usefixtures("swedish")
@pytest.mark.parametrize("value", ["9" * 61, "9" * 5_000, "1e9999", "-1e-9999", "1e400"])
def test_what_is_too_long_for_groups_is_shown_as_it_is(value: str) -> None:
    assert formats.number(value) == formats.number({"@number": value}) == value
    assert formats.money(value) == value
