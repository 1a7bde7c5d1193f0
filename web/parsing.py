"""Lenient reading of what people type: dates, numbers and intervals in the usual Swedish spellings.

Every function gives the canonical text (ISO date, number with a point, ISO 8601 duration), or the
text as it came when it cannot be read: the engine then says what is wrong with it, and the page
shows it again unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "jan",
            "feb",
            "mar",
            "apr",
            "maj may",
            "jun",
            "jul",
            "aug",
            "sep",
            "okt oct",
            "nov",
            "dec",
        ),
        start=1,
    )
    for name in names.split()
}
"""The number of a month by its first three letters, in Swedish and English."""
DAYS: Final = {
    "i dag": 0, "idag": 0, "today": 0,
    "i morgon": 1, "imorgon": 1, "tomorrow": 1,
    "i går": -1, "igår": -1, "yesterday": -1,
}  # fmt: skip
"""Words for a day, as days from today."""
UNITS: Final = {
    "å": "Y", "y": "Y", "m": "M", "k": "Q", "q": "Q", "v": "W", "w": "W", "d": "D",
}  # fmt: skip
"""The ISO 8601 letter of a unit of time by its first letter; Q is a quarter, three months."""
ORDINALS: Final = {
    "varannan": 2, "vartannat": 2, "tredje": 3, "fjärde": 4, "femte": 5, "sjätte": 6,
    "en": 1, "ett": 1, "två": 2, "tre": 3, "fyra": 4, "fem": 5, "sex": 6, "tolv": 12,
    "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12, "half": 0,
}  # fmt: skip
"""Words for a number of units. 0 is no number: half a unit cannot be written as whole ones."""
SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009]+")
"""White space, the spaces between the groups of a number among it."""


def date_text(text: str, today: date) -> str:
    """``2026-11-22`` of 20261122, 261122, 22/11 2026, 22.11.2026, 22/11, 22 nov 2026, i dag …

    A day without a year is the nearest one, at most half a year back.
    """
    raw = SPACES.sub(" ", text).strip().lower().rstrip(".")
    if raw in DAYS:
        return (today + timedelta(days=DAYS[raw])).isoformat()
    year, month, day = _ymd(raw) or _dmy(raw) or _named(raw) or (None, 0, 0)
    if not month:
        return text.strip()
    try:
        if year is not None:
            return date(year + 2000 if year < 100 else year, month, day).isoformat()
        return _nearest(month, day, today).isoformat()
    except ValueError:
        return text.strip()


def _ymd(raw: str) -> tuple[int | None, int, int] | None:
    match = re.fullmatch(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})", raw)
    if match and (len(raw) == 8 or re.search(r"[-/. ]", raw)):
        return int(match[1]), int(match[2]), int(match[3])
    match = re.fullmatch(r"(\d\d)-?(\d\d)-?(\d\d)", raw)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _dmy(raw: str) -> tuple[int | None, int, int] | None:
    match = re.fullmatch(r"(\d{1,2})[/. ](\d{1,2})(?:[-/. ,]+(\d{4}|\d\d))?", raw)
    return (int(match[3]) if match[3] else None, int(match[2]), int(match[1])) if match else None


def _named(raw: str) -> tuple[int | None, int, int] | None:
    match = re.fullmatch(
        r"(?:den |the )?(\d{1,2})(?::e|st|nd|rd|th)?\.? ([a-zåäö]+)\.?,?(?: (\d{4}))?", raw
    )
    month = MONTHS.get(match[2][:3]) if match else None
    if not match or not month:
        return None
    return (int(match[3]) if match[3] else None, month, int(match[1]))


def _nearest(month: int, day: int, today: date) -> date:
    this_year = date(today.year, month, day)
    return (
        this_year if this_year >= today - timedelta(days=183) else date(today.year + 1, month, day)
    )


def number_text(text: str, language: str = "sv") -> str:
    """``345000.5`` of 345 000,5, 345.000,50, 345 000 kr, −5 …

    A lone comma is the decimal one in Swedish; in English it parts thousands when three digits
    follow it.
    """
    raw = SPACES.sub("", text).replace("\u2212", "-").replace("'", "")
    raw = re.sub(r"(?i)^(sek|kr)|(kr\.?|sek|:-|%)$", "", raw)
    if "," in raw and "." in raw:
        thousands = "," if raw.rfind(",") < raw.rfind(".") else "."
        raw = raw.replace(thousands, "").replace(",", ".")
    elif language == "en" and re.fullmatch(r"-?\d{1,3}(,\d{3})+", raw):
        raw = raw.replace(",", "")
    elif raw.count(".") > 1:
        raw = raw.replace(".", "")
    else:
        raw = raw.replace(",", ".")
    return raw if re.fullmatch(r"-?\d+(\.\d+)?", raw) else text.strip()


def interval_text(text: str) -> str:
    """``P3M`` of 3 månader, var tredje månad, kvartalsvis, ett halvår, 2 weeks …"""
    raw = SPACES.sub(" ", text).strip().lower()
    if re.fullmatch(r"p[0-9ymwdth.]+", raw):
        return raw.upper()
    if "halvår" in raw or "half" in raw:
        return "P6M"
    raw = re.sub(r"^(varje|var|every|per|en gång (i|per)|om)\s+", "", raw)
    match = re.fullmatch(r"(?:(\d+|[a-zåäö]+)(?::e|:a)? )?([a-zåäö]+)", raw)
    if not match:
        return text.strip()
    unit = UNITS.get(match[2][0]) if _is_unit(match[2]) else None
    amount = _amount(match[1])
    if unit is None or not amount:
        return text.strip()
    return f"P{amount * 3}M" if unit == "Q" else f"P{amount}{unit}"


def _is_unit(word: str) -> bool:
    stems = ("år", "mån", "veck", "dag", "kvartal", "year", "month", "week", "day", "quarter")
    return word.startswith(stems) or word in ("mån", "v", "d")


def _amount(word: str | None) -> int:
    if word is None:
        return 1
    return int(word) if word.isdigit() else ORDINALS.get(word, 0)
