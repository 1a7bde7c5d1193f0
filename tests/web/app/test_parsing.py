"""What people type is read in all its usual spellings, and left alone when it cannot be read."""

from __future__ import annotations

from datetime import date

import pytest

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
        ("29/2", "29/2"),
    ],
)
def test_a_day_without_a_year_is_the_nearest_one(typed: str, meant: str) -> None:
    assert date_text(typed, TODAY) == meant


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
        ("en gång per år", "P1Y"), ("månadsvis", "P1M"), ("3 months", "P3M"), ("every week", "P1W"),
    ],
)  # fmt: skip
def test_an_interval_is_read_in_words(typed: str, interval: str) -> None:
    assert interval_text(typed) == interval


@pytest.mark.parametrize("typed", ["ofta", "3", "många månader", "3 mil", "3 myror"])
def test_an_interval_that_cannot_be_read_stays_as_it_was_typed(typed: str) -> None:
    assert interval_text(typed) == typed
