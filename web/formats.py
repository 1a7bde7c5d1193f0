"""Formatting of values for reading: dates, times, numbers, money, sizes, in Swedish or English.

Tables show dates as ``2026-11-22``, prose as "sön 22 nov., v. 47" (ISO week); times have 24 hours
in the company's zone; numbers are ``345 000,5`` with spaces at which no line breaks.
web/parsing.py is the way back: it reads what people type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask

from engine import Count, Person
from web.context import config, today
from web.i18n import LOCALES, language, locale, ngettext
from web.i18n import gettext as _

NBSP: Final = "\u00a0"
"""A space at which no line breaks (U+00A0)."""


def zone() -> ZoneInfo:
    """The company's time zone."""
    return ZoneInfo(config().calendar.zone)


def as_date(value: Any) -> date | None:
    """The date of a ``date``, a ``datetime`` (in the company's zone) or an ISO text; else None."""
    if isinstance(value, datetime):
        return local(value).date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def local(value: datetime, of: ZoneInfo | None = None) -> datetime:
    """A ``datetime`` in the company's zone (``of``, where it is known); one without a zone is taken
    as UTC. The last hours of the calendar, which the zone has no date for, stay in UTC."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return aware.astimezone(of or zone())
    except OverflowError:
        return aware


def near_day() -> date:
    """An example of a date that people may want to type: two weeks from today."""
    return today() + timedelta(days=14)


def day(value: Any) -> str:
    """A date for tables: 2026-11-22; what is no date comes back as text."""
    date = as_date(value)
    return date.isoformat() if date else str(value or "")


def day_long(value: Any) -> str:
    """A date for prose: sön 22 nov., v. 47; with its year unless that is this year."""
    date = as_date(value)
    if not date:
        return str(value or "")
    return _day_long(date, date.year == today().year, language())


@lru_cache(maxsize=2_000)
def _day_long(date: date, this_year: bool, language: str) -> str:
    pattern = "EEE d MMM" if this_year else "EEE d MMM y"
    text = format_date(date, pattern, locale=LOCALES[language])
    return f"{text}, {_week(date, language)}".replace(" ", NBSP).replace(f",{NBSP}", ", ")


def day_full(value: Any) -> str:
    """A date in full: söndag 22 november 2026; "" when it is no date."""
    date = as_date(value)
    return _day_full(date, language()) if date else ""


@lru_cache(maxsize=200)
def _day_full(date: date, language: str) -> str:
    return format_date(date, "EEEE d MMMM y", locale=LOCALES[language])


def week(value: date) -> str:
    """The ISO week of a date: v. 47 (week 47)."""
    return _week(value, language())


def _week(value: date, language: str) -> str:
    number = value.isocalendar().week
    return f"week{NBSP}{number}" if language == "en" else f"v.{NBSP}{number}"


def moment(value: datetime | None, of: ZoneInfo | None = None) -> str:
    """A moment in the company's zone (``of``, where it is known): 2026-11-22 14:01; "" for None."""
    return local(value, of).strftime("%Y-%m-%d %H:%M") if value else ""


def clock(value: datetime | None) -> str:
    """The time of day in the company's zone: 14:01; "" for None."""
    return local(value).strftime("%H:%M") if value else ""


MOST_DIGITS: Final = 60
"""Digits of the longest number that is written with groups; a longer one is shown as it is."""


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, dict):
        value = value.get("@number")
    try:
        decimal = None if value is None or isinstance(value, bool) else Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    if decimal is None or not decimal.is_finite():
        return decimal
    long = len(decimal.as_tuple().digits) > MOST_DIGITS or abs(decimal.adjusted()) > MOST_DIGITS
    return None if long else decimal


def number(value: Any) -> str:
    """A number with all its decimals: 345 000,5; what is no number comes back as text."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        # As format_decimal below writes it, at a hundredth of the price: pages have many counts.
        return f"{value:,}" if language() == "en" else f"{value:,}".replace(",", NBSP)
    decimal = _decimal(value)
    if decimal is None or not decimal.is_finite():
        plain = value.get("@number") if isinstance(value, dict) else value
        return "" if plain is None else str(plain)
    return _number(str(decimal), language())


@lru_cache(maxsize=2_000)
def _number(decimal: str, language: str) -> str:
    # Babel rounds in the thread's context, in which numbers of 26 digits already are too long.
    with localcontext(prec=4 * MOST_DIGITS):
        text = format_decimal(
            Decimal(decimal), locale=LOCALES[language], decimal_quantization=False
        )
    return text.replace("\u202f", NBSP)


def counted(value: Count) -> str:
    """A bounded count: 37; 37+ for at least 37; – when counting stopped before the first."""
    if not value.more:
        return number(value)
    return f"{number(value)}+" if value else "–"


def money(value: Any) -> str:
    """An amount in kronor, with öre only where there are some: 345 000 kr; 99,50 kr."""
    decimal = _decimal(value)
    if decimal is None or not decimal.is_finite():
        return number(value)
    pattern = "#,##0" if decimal == decimal.to_integral_value() else "#,##0.00"
    with localcontext(prec=4 * MOST_DIGITS):
        text = format_decimal(decimal, pattern, locale=locale()).replace("\u202f", NBSP)
    return f"SEK{NBSP}{text}" if language() == "en" else f"{text}{NBSP}kr"


def value(json: Any) -> str:
    """Any JSON value on one line: Ja; 345 000,5; 3 månader; a list as "a, b"; an object as "namn:
    värde; …"; null and what is empty as a dash. Dates, times and numbers may be marked as the
    engine stores them (``{"@date": "2026-11-22"}``)."""
    if json is None:
        return "–"
    if isinstance(json, bool):
        return _("Ja") if json else _("Nej")
    if isinstance(json, int | float):
        return number(json)
    if isinstance(json, Mapping) and len(json) == 1 and next(iter(json)).startswith("@"):
        [content] = json.values()
        return number(content) if "@number" in json else value(content)
    if isinstance(json, Mapping):
        return "; ".join(f"{name}: {value(each)}" for name, each in json.items()) or "–"
    if isinstance(json, list | tuple):
        return ", ".join(map(value, json)) or "–"
    return _instant(str(json)) or duration(json)


def _instant(text: str) -> str:
    """A moment or a time of day as ISO 8601 writes it, for reading; "" for other texts."""
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::00)?", text):
        return " ".join(match.groups())
    if match := re.fullmatch(r"(\d\d:\d\d):00", text):
        return match[1]
    return ""


def days_late(due: date) -> int:
    """Days that have passed since the due date: 0 on that day, negative before it."""
    return (today() - due).days


def late_text(due: date) -> str:
    """How late something is, on one line wherever it stands: 6 dagar försenad."""
    said = ngettext("%(num)s dag försenad", "%(num)s dagar försenad", days_late(due))
    return said.replace(" ", NBSP)


def due_text(due: date | None) -> str:
    """A due date on a card: how late it is, today, tomorrow, or the day itself."""
    if due is None:
        return _("Inget datum")
    days = days_late(due)
    if days > 0:
        return late_text(due)
    if days == 0:
        return _("Klart i dag")
    return _("Klart i morgon") if days == -1 else _("Klart %(day)s", day=day_long(due))


def size(octets: int) -> str:
    """A number of bytes in decimal units: 12 kB; 3,4 MB."""
    if octets < 1000:
        return f"{octets}{NBSP}B"
    if octets < 1_000_000:
        return f"{number(round(octets / 1000))}{NBSP}kB"
    return f"{number(Decimal(octets / 1_000_000).quantize(Decimal('0.1')))}{NBSP}MB"


def interval(value: Any) -> str:
    """An ISO 8601 duration of years to days: "3 månader" of P3M, "1 år, 2 veckor" of P1Y2W; other
    texts come back as they are."""
    match = re.fullmatch(
        r"P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?", str(value or "")
    )
    if not match or not any(match.groups()):
        return str(value or "")
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    parts = (
        years and ngettext("%(num)s år", "%(num)s år", years),
        months and ngettext("%(num)s månad", "%(num)s månader", months),
        weeks and ngettext("%(num)s vecka", "%(num)s veckor", weeks),
        days and ngettext("%(num)s dag", "%(num)s dagar", days),
    )
    return ", ".join(str(part) for part in parts if part)


def duration(value: Any) -> str:
    """An ISO 8601 duration down to seconds: "1 dag, 2 timmar" of P1DT2H; other texts come back as
    they are."""
    text = str(value or "")
    match = re.fullmatch(
        r"(-?)(P[^T]*)(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?", text
    )
    if not match or text in ("P", "-P"):
        return text
    sign, days, *time = match.groups()
    hours, minutes, seconds = (int(part or 0) for part in time)
    parts = (
        interval(days) if days != "P" else "",
        hours and ngettext("%(num)s timme", "%(num)s timmar", hours),
        minutes and ngettext("%(num)s minut", "%(num)s minuter", minutes),
        seconds and ngettext("%(num)s sekund", "%(num)s sekunder", seconds),
    )
    return ("−" if sign else "") + ", ".join(str(part) for part in parts if part)


def by_name(people: Iterable[Person]) -> list[Person]:
    """People by name in Swedish order: å, ä and ö last, after z."""
    # "{" is the character after z in Unicode.
    letters = str.maketrans({"å": "{1", "ä": "{2", "æ": "{2", "ö": "{3", "ø": "{3"})
    return sorted(people, key=lambda person: person.name.casefold().translate(letters))


FILTERS: Final = (
    day, day_long, day_full, moment, clock, number, counted, money, size, interval, due_text,
    value,
)  # fmt: skip
"""The formats that are template filters, under their own names."""


def init(app: Flask) -> None:
    """Give the templates the ``FILTERS``, and four functions about due dates and weeks."""
    app.jinja_env.filters.update({f.__name__: f for f in FILTERS})
    app.jinja_env.globals.update(
        days_late=days_late, late_text=late_text, near_day=near_day, week=week
    )
