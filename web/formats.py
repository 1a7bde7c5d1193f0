"""Dates, times and numbers as people here write them.

Tables show ``2026-11-22``, prose "sön 22 nov., v. 47" (ISO week), clocks have 24 hours in the
company's zone, numbers are ``345 000,5`` with spaces that do not break.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask

from engine import Count, Person
from web.context import config, today
from web.i18n import gettext as _
from web.i18n import language, locale, ngettext

NBSP: Final = "\u00a0"


def zone() -> ZoneInfo:
    return ZoneInfo(config().calendar.zone)


def as_date(value: Any) -> date | None:
    """A date of a date, an instant or an ISO text; None when it is none of these."""
    if isinstance(value, datetime):
        return local(value).date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def local(value: datetime) -> datetime:
    """An instant in the company's zone. A naive one is taken as UTC."""
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone())


def day(value: Any) -> str:
    """2026-11-22"""
    found = as_date(value)
    return found.isoformat() if found else str(value or "")


def day_long(value: Any) -> str:
    """sön 22 nov., v. 47; with the year when it is another one than this."""
    found = as_date(value)
    if not found:
        return str(value or "")
    pattern = "EEE d MMM" if found.year == today().year else "EEE d MMM y"
    text = format_date(found, pattern, locale=locale())
    return f"{text}, {week(found)}".replace(" ", NBSP).replace(f",{NBSP}", ", ")


def day_full(value: Any) -> str:
    """söndag 22 november 2026"""
    found = as_date(value)
    return format_date(found, "EEEE d MMMM y", locale=locale()) if found else ""


def week(value: date) -> str:
    """The ISO week: v. 47"""
    number = value.isocalendar().week
    return f"week{NBSP}{number}" if language() == "en" else f"v.{NBSP}{number}"


def moment(value: datetime | None) -> str:
    """2026-11-22 14:01"""
    return local(value).strftime("%Y-%m-%d %H:%M") if value else ""


def clock(value: datetime | None) -> str:
    """14:01"""
    return local(value).strftime("%H:%M") if value else ""


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, dict):
        value = value.get("@number")
    try:
        return None if value is None or isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None


def number(value: Any) -> str:
    """345 000,5; what is no number comes back as it is."""
    found = _decimal(value)
    if found is None or not found.is_finite():
        return "" if value is None else str(value)
    text = format_decimal(found, locale=locale(), decimal_quantization=False)
    return text.replace("\u202f", NBSP)


def counted(value: Count) -> str:
    """How many there are in a list: ``37``, ``37+`` for at least so many, ``–`` if nobody knows."""
    if not value.more:
        return number(value)
    return f"{number(value)}+" if value else "–"


def money(value: Any) -> str:
    """345 000 kr; 99,50 kr"""
    found = _decimal(value)
    if found is None or not found.is_finite():
        return number(value)
    pattern = "#,##0" if found == found.to_integral_value() else "#,##0.00"
    text = format_decimal(found, pattern, locale=locale()).replace("\u202f", NBSP)
    return f"SEK{NBSP}{text}" if language() == "en" else f"{text}{NBSP}kr"


def value(found: Any) -> str:
    """Any JSON value for a reader: ja, 345 000,5, a; b, namn: värde; nothing is a dash."""
    if found is None:
        return "–"
    if isinstance(found, bool):
        return _("Ja") if found else _("Nej")
    if isinstance(found, int | float):
        return number(found)
    if isinstance(found, Mapping):
        return "; ".join(f"{name}: {value(each)}" for name, each in found.items()) or "–"
    if isinstance(found, list | tuple):
        return ", ".join(map(value, found)) or "–"
    return str(found)


def days_late(due: date) -> int:
    """How many days ago it should have been done; 0 today, negative ahead."""
    return (today() - due).days


def late_text(due: date) -> str:
    """6 dagar försenad"""
    return ngettext("%(num)s dag försenad", "%(num)s dagar försenad", days_late(due))


def due_text(due: date | None) -> str:
    """What a card says of its due date: late, today, tomorrow, or the day itself."""
    if due is None:
        return _("Inget datum")
    days = days_late(due)
    if days > 0:
        return late_text(due)
    return {0: _("Klart i dag"), -1: _("Klart i morgon")}.get(days) or _(
        "Klart %(day)s", day=day_long(due)
    )


def size(octets: int) -> str:
    """12 kB; 3,4 MB"""
    if octets < 1000:
        return f"{octets}{NBSP}B"
    if octets < 1_000_000:
        return f"{number(round(octets / 1000))}{NBSP}kB"
    return f"{number(Decimal(octets / 1_000_000).quantize(Decimal('0.1')))}{NBSP}MB"


def interval(value: Any) -> str:
    """3 månader, of ``P3M``; a duration of several parts is listed with commas."""
    match = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", str(value or ""))
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


def by_name(people: Iterable[Person]) -> list[Person]:
    """People in Swedish order: å, ä and ö last, after z."""
    # "{" is the sign after z.
    letters = str.maketrans({"å": "{1", "ä": "{2", "æ": "{2", "ö": "{3", "ø": "{3"})
    return sorted(people, key=lambda person: person.name.casefold().translate(letters))


FILTERS: Final = (
    day, day_long, day_full, moment, clock, number, counted, money, size, interval, due_text,
    value,
)  # fmt: skip


def init(app: Flask) -> None:
    """Give the templates the formats as filters, and what a due date means as functions."""
    app.jinja_env.filters.update({f.__name__: f for f in FILTERS})
    app.jinja_env.globals.update(days_late=days_late, late_text=late_text, week=week)
