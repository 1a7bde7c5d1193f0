"""What people type is read in all its usual spellings, and left alone when it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from web import formats
from web.context import today
from web.parsing import date_text, interval_text, number_text

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-22", "20261122", "261122", "26-11-22", "2026/11/22", "2026.11.22", "2026 11 22",
        "22/11 2026", "22/11/2026", "22/11-26", "22.11.2026", "22/11", "22 11 2026",
        "22 november 2026", "22 nov. 2026", "22 nov", "den 22 november", "22:e november 2026",
        "22 November 2026", "22nd november 2026", " 2026-11-22 ", "i dag", "Idag", "today",
    ],
)  # fmt: skip
def test_a_date_is_read_however_it_is_written(typed: str) -> None:
    assert date_text(typed, TODAY) == "2026-11-22"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("3/1", "2027-01-03"),
        ("15 augusti", "2026-08-15"),
        ("1/6", "2026-06-01"),
        ("i morgon", "2026-11-23"),
        ("29/2", "2028-02-29"),
    ],
)
def test_a_day_without_a_year_is_the_nearest_one(typed: str, meant: str) -> None:
    assert date_text(typed, TODAY) == meant


@pytest.mark.parametrize(
    ("typed", "today", "meant"),
    [
        ("27/12", date(2027, 1, 5), "2026-12-27"),
        ("31 dec", date(2027, 6, 1), "2026-12-31"),
        ("2/1", date(2026, 12, 30), "2027-01-02"),
        ("29/2", date(2028, 3, 3), "2028-02-29"),
        ("29 feb", date(2097, 1, 1), "2104-02-29"),
        ("mån 5 jan., v. 2", date(2026, 11, 22), "2026-01-05"),
        ("tor 31 dec.", date(2026, 2, 1), "2026-12-31"),
    ],
)
def test_the_year_is_what_people_mean(typed: str, today: date, meant: str) -> None:
    assert date_text(typed, today) == meant


@pytest.mark.parametrize(
    "typed",
    ["2026-113", "2026 113", "202611-3", "26-1122", "22 marknad", "22 j", "mån 22 nov. 2026",
     "sön 22 nov. 2026, v. 48", "٢٢/11", "22/11/2", "grå 22 nov", "v. 47", "22..11", "\u200b"],
)  # fmt: skip
def test_what_only_looks_like_a_date_stays_as_it_was_typed(typed: str) -> None:
    assert date_text(typed, TODAY) == typed


@pytest.mark.parametrize("typed", ["2026-02-30", "31/11 2026", "nästa vecka", "13", "1/13", "x"])
def test_a_date_that_cannot_be_read_stays_as_it_was_typed(typed: str) -> None:
    assert date_text(typed, TODAY) == typed


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("345 000,5", "345000.5"), ("345\u00a0000,50", "345000.50"), ("345\u202f000", "345000"),
        ("345.000,50", "345000.50"), ("345,000.50", "345000.50"), ("345 000 kr", "345000"),
        ("1 200:-", "1200"), ("kr 200", "200"), ("−5", "-5"), ("0,5", "0.5"), ("1.5", "1.5"),
        ("1.200.000", "1200000"), ("345,000", "345.000"), ("7", "7"), ("12 %", "12"),
    ],
)  # fmt: skip
def test_a_number_is_read_with_swedish_commas_and_spaces(typed: str, number: str) -> None:
    assert number_text(typed) == number


def test_in_english_a_comma_before_three_digits_parts_thousands() -> None:
    assert number_text("345,000", "en") == "345000"
    assert number_text("1,234,567", "en") == "1234567"
    assert number_text("3,5", "en") == "3.5"


@pytest.mark.parametrize(
    ("typed", "swedish", "english"),
    [
        ("275.000", "275000", "275.000"), ("0.125", "0.125", "0.125"), ("2.50", "2.50", "2.50"),
        ("4.321.000,75", "4321000.75", "4321000.75"), ("4,321.75", "4321.75", "4321.75"),
        ("+5", "5", "5"), ("900,-", "900", "900"), ("3'000", "3000", "3000"),
    ],
)  # fmt: skip
def test_the_mark_of_thousands_depends_on_the_language(
    typed: str, swedish: str, english: str
) -> None:
    assert (number_text(typed), number_text(typed, "en")) == (swedish, english)


@pytest.mark.parametrize(
    "typed",
    ["10 12", "20 0000", "1234 567", "2.34.5", "1..2", "7,8.9", "1,", ",5", "2026.11.30", "22/11",
     "12:30", "0701234567", "070-123 45 67", "٣", "１２", "½", "\u200b", "556036-0793", "1 000,",
     "1.000 000", "0 500"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["sv", "en"])
def test_digits_of_another_kind_are_no_number(typed: str, language: str) -> None:
    assert number_text(typed, language) == typed.strip()


@pytest.mark.parametrize("typed", ["mycket", "1,2,3", "12 st", "--5", "1e5"])
def test_a_number_that_cannot_be_read_stays_as_it_was_typed(typed: str) -> None:
    assert number_text(typed) == typed


@pytest.mark.parametrize(
    ("typed", "interval"),
    [
        ("P3M", "P3M"), ("p2w", "P2W"), ("3 månader", "P3M"), ("3 mån", "P3M"), ("2 veckor", "P2W"),
        ("14 dagar", "P14D"), ("ett år", "P1Y"), ("1 år", "P1Y"), ("varje vecka", "P1W"),
        ("var tredje månad", "P3M"), ("var 3:e månad", "P3M"), ("varannan vecka", "P2W"),
        ("kvartal", "P3M"), ("kvartalsvis", "P3M"), ("två kvartal", "P6M"), ("halvår", "P6M"),
        ("three half years", "P18M"), ("vart fjärde halvår", "P24M"), ("ett halvt år", "P6M"),
        ("ett och ett halvt år", "P18M"), ("two and a half years", "P30M"), ("1,5 år", "P18M"),
        ("half a year", "P6M"), ("1 år, 2 veckor", "P1Y2W"), ("2 years and 3 days", "P2Y3D"),
        ("every other week", "P2W"), ("vartannat år", "P2Y"), ("en gång i kvartalet", "P3M"),
        ("en gång per år", "P1Y"), ("månadsvis", "P1M"), ("3 months", "P3M"), ("every week", "P1W"),
    ],
)  # fmt: skip
def test_an_interval_is_read_in_words(typed: str, interval: str) -> None:
    assert interval_text(typed) == interval


@pytest.mark.parametrize(
    "typed",
    [
        "ofta",
        "3",
        "många månader",
        "3 mil",
        "3 myror",
        "3 dagisbarn",
        "1 årtionde",
        "tredje månad",
        "3:e månad",
        "en halv månad",
        "1,5 månader",
        "0 år",
        "många halvår",
        "half",
        "1 år, ibland",
        "\u200b",
    ],
)
def test_an_interval_that_cannot_be_read_stays_as_it_was_typed(typed: str) -> None:
    assert interval_text(typed) == typed


# ---------------------------------------------------------------- there and back

LANGUAGES = ("sv", "en")
plenty = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=LANGUAGES)
def language(app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    with app.test_request_context(f"/?lang={request.param}"):
        yield request.param


@given(day=st.dates(date(1900, 1, 1), date(2199, 12, 31)), near=st.integers(-180, 180))
@plenty
def test_every_date_that_is_shown_is_read_back(language: str, day: date, near: int) -> None:
    for shown in (day, today() + timedelta(days=near)):
        for text in (formats.day(shown), formats.day_long(shown), formats.day_full(shown)):
            assert date_text(text, today()) == shown.isoformat(), text


@given(number=st.decimals(-(10**15), 10**15, places=3), places=st.integers(0, 3))
@plenty
def test_every_number_that_is_shown_is_read_back(
    language: str, number: Decimal, places: int
) -> None:
    exact = number.quantize(Decimal(1).scaleb(-places))
    assert Decimal(number_text(formats.number(exact), language)) == exact
    amount = number.quantize(Decimal("0.01"))
    assert Decimal(number_text(formats.money(amount), language)) == amount


@given(parts=st.tuples(*[st.integers(0, 999)] * 4).filter(any))
@plenty
def test_every_interval_that_is_shown_is_read_back(
    language: str, parts: tuple[int, int, int, int]
) -> None:
    written = zip(parts, "YMWD", strict=True)
    interval = "P" + "".join(f"{n}{unit}" for n, unit in written if n)
    assert interval_text(formats.interval(interval)) == interval


@given(text=st.text(max_size=12))
@settings(max_examples=500)
def test_what_is_read_is_canonical_and_what_is_not_stays(text: str) -> None:
    for read in (number_text(text), date_text(text, TODAY), interval_text(text)):
        assert read == text.strip() or read.isascii()


@given(digits=st.lists(st.sampled_from(["1", "12", "345", "6789"]), min_size=2, max_size=4))
def test_groups_that_are_not_of_three_digits_are_no_number(digits: list[str]) -> None:
    text = " ".join(digits)
    right = len(digits[0]) <= 3 and all(len(group) == 3 for group in digits[1:])
    assert (number_text(text) == text.replace(" ", "")) is right
