"""Lenient reading of what people type: dates, numbers and intervals in the usual spellings.

They are Swedish and English, and those of web/formats.py are among them.

Every function gives the canonical text (ISO date, number with a point, ISO 8601 duration), or the
text as it came when it cannot be read: the engine then says what is wrong with it, and the page
shows it again unchanged. Nothing is guessed: a text of another kind (a date where a number is
meant, a word that only begins like a unit) is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009]+")
"""White space, the spaces between the groups of a number among it."""


def whole_number(text: str) -> int | None:
    """The number that a page has written into its form, 0 or more; None for any other text, and for
    more digits than a database's integers have."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


# ---------------------------------------------------------------- dates

MONTHS: Final = (
    "januari january", "februari february", "mars march", "april", "maj may", "juni june",
    "juli july", "augusti august", "september", "oktober october", "november", "december",
)  # fmt: skip
"""The names of the months, in Swedish and English; three letters are enough."""
WEEKDAYS: Final = (
    "måndag monday", "tisdag tuesday", "onsdag wednesday", "torsdag thursday", "fredag friday",
    "lördag saturday", "söndag sunday",
)  # fmt: skip
"""The names of the days, Monday first; three letters are enough."""
DAYS: Final = {
    "i dag": 0, "idag": 0, "today": 0,
    "i morgon": 1, "imorgon": 1, "tomorrow": 1,
    "i går": -1, "igår": -1, "yesterday": -1,
}  # fmt: skip
"""Words for a day, as days from today."""
HALF_A_YEAR: Final = timedelta(days=183)
"""How far back a day without a year can be."""
LEAP: Final = 8
"""Years within which every day of a calendar comes again, 29 February around 2100 too."""

_WEEKDAY: Final = re.compile(r"(?!den |the )([a-zåäö]{3,})\.?,? (?=\d|den |the )")
_WEEK: Final = re.compile(r",? (?:v|vecka|week)\.? ?(\d{1,2})$", re.ASCII)
_YMD: Final = (
    re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII),
    re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})", re.ASCII),
    re.compile(r"(\d\d)(-?)(\d\d)\2(\d\d)", re.ASCII),
)
_DMY: Final = re.compile(r"(\d{1,2})[/. ](\d{1,2})(?: ?[-/., ] ?(\d{4}|\d\d))?", re.ASCII)
_NAMED: Final = re.compile(
    r"(?:den |the )?(\d{1,2})(?::e|:a|st|nd|rd|th)?\.? ([a-zåäö]+)\.?,?(?: (\d{4}))?", re.ASCII
)


def date_text(text: str, today: date) -> str:
    """``2026-11-22`` of 20261122, 261122, 22/11 2026, 22.11.2026, 22/11, sön 22 nov. 2026, i dag …

    A day without a year is the nearest one, at most half a year back; one that not every year has
    (29 February) is the next there is. A weekday and a week must be those of the day.
    """
    raw = SPACES.sub(" ", text).strip().lower()
    if raw in DAYS:
        return (today + timedelta(days=DAYS[raw])).isoformat()
    weekday = week = None
    if match := _WEEK.search(raw):
        week, raw = int(match[1]), raw[: match.start()]
    if match := _WEEKDAY.match(raw):
        weekday, raw = _place(match[1], WEEKDAYS), raw[match.end() :]
        if weekday is None:
            return text.strip()
    parts = _parts(raw.rstrip(".,"))
    told = weekday is not None or week is not None
    for day in _candidates(*parts, today, told=told) if parts else ():
        if weekday in (None, day.weekday()) and week in (None, day.isocalendar().week):
            return day.isoformat()
    return text.strip()


def _parts(raw: str) -> tuple[int | None, int, int] | None:
    """The year (None when it is not there), the month and the day of a text without a weekday."""
    for form in _YMD:
        if match := form.fullmatch(raw):
            year, *rest = (int(part) for part in match.groups() if part.isdigit())
            return year, rest[0], rest[1]
    if match := _DMY.fullmatch(raw):
        return int(match[3]) if match[3] else None, int(match[2]), int(match[1])
    if match := _NAMED.fullmatch(raw):
        month = _place(match[2], MONTHS)
        if month is not None:
            return int(match[3]) if match[3] else None, month + 1, int(match[1])
    return None


def _place(word: str, names: tuple[str, ...]) -> int | None:
    """Where the name that a word is, or abbreviates, stands in a list; None for another word."""
    for place, spellings in enumerate(names):
        if any(len(word) >= 3 and name.startswith(word) for name in spellings.split()):
            return place
    return None


def _candidates(year: int | None, month: int, day: int, today: date, *, told: bool) -> list[date]:
    """The days that can be meant, the nearest first. Without a year they are at most half a year
    back, unless a weekday or a week has been ``told``, which says the year."""
    if year is not None:
        years = [year + 2000 if year < 100 else year]
    else:
        years = list(range(today.year - 1, today.year + LEAP + 1))
    days = []
    for each in years:
        try:
            days.append(date(each, month, day))
        except ValueError:
            continue
    near = [d for d in days if year is not None or told or today - d <= HALF_A_YEAR]
    return sorted(near, key=lambda d: abs(d - today))


# ---------------------------------------------------------------- numbers

_MONEY: Final = re.compile(r"^(?:sek|kr) ?|(?: ?(?:kr\.?|kronor|sek)| ?[:,]-| ?%)$", re.IGNORECASE)
_SIGN: Final = re.compile(r"^([-+\u2212]?) ?(.*)$", re.DOTALL)
_PLAIN: Final = re.compile(r"(0|[1-9]\d*)(?:[.,](\d+))?", re.ASCII)
_GROUPED: Final = re.compile(
    r"([1-9]\d{0,2}(?:([ .,'])\d{3})(?:\2\d{3})*)(?:([.,])(\d+))?", re.ASCII
)


def number_text(text: str, language: str = "sv") -> str:
    """``345000.5`` of 345 000,5, 345.000,50, 345 000 kr, −5 …

    Thousands are parted in groups of three, all by the same sign. A lone comma is the decimal one
    in Swedish and a lone point the one of thousands where three digits follow; in English it is the
    other way round.
    """
    raw = _MONEY.sub("", SPACES.sub(" ", text).strip(), count=2).replace("\u2019", "'")
    signed = _SIGN.match(raw)
    assert signed is not None, "it matches every text"
    sign, digits = "-" if signed[1] in ("-", "\u2212") else "", signed[2]
    grouped = _GROUPED.fullmatch(digits)
    if grouped and grouped[2] != grouped[3] and _parts_thousands(grouped, language):
        whole = re.sub(r"\D", "", grouped[1])
        return f"{sign}{whole}.{grouped[4]}" if grouped[4] else f"{sign}{whole}"
    plain = _PLAIN.fullmatch(digits)
    if plain is None:
        return text.strip()
    return f"{sign}{plain[1]}.{plain[2]}" if plain[2] else f"{sign}{plain[1]}"


def _parts_thousands(grouped: re.Match[str], language: str) -> bool:
    """Whether the mark between the groups parts thousands; it may be the decimal mark."""
    mark, alone = grouped[2], len(grouped[1]) <= 7 and grouped[4] is None
    decimal_mark = "." if language == "en" else ","
    return not (alone and mark == decimal_mark and grouped[1].count(mark) == 1)


# ---------------------------------------------------------------- intervals

UNITS: Final[Mapping[str, tuple[int, str]]] = {
    word: meaning
    for words, meaning in (
        ("år året åren årsvis årligen year years yearly annually", (1, "Y")),
        ("halvår halvåret halvårsvis halvårligen half-year half-years half-yearly", (6, "M")),
        ("kvartal kvartalet kvartalen kvartalsvis quarter quarters quarterly", (3, "M")),
        ("mån månad månaden månader månadsvis month months monthly", (1, "M")),
        ("v vecka veckan veckor veckovis week weeks weekly", (1, "W")),
        ("d dag dagen dagar dagligen dygn day days daily", (1, "D")),
    )
    for word in words.split()
}
"""What a word for a unit of time is in ISO 8601: how many, and of which letter."""
CARDINALS: Final[Mapping[str, int]] = {
    word: number
    for number, words in enumerate(
        ("en ett one a an", "två two", "tre three", "fyra four", "fem five", "sex six", "sju seven",
         "åtta eight", "nio nine", "tio ten", "elva eleven", "tolv twelve"),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
"""Numbers of units in words."""
ORDINALS: Final[Mapping[str, int]] = {
    word: number
    for number, words in enumerate(
        ("andra second other", "tredje third", "fjärde fourth", "femte fifth", "sjätte sixth",
         "sjunde seventh", "åttonde eighth", "nionde ninth", "tionde tenth", "elfte eleventh",
         "tolfte twelfth"),
        start=2,
    )
    for word in words.split()
}  # fmt: skip
"""Which of the units it is, after "var" or "every"."""

_EVERY: Final = re.compile(
    r"(varje|vart?|every|each|per|om|(?:en gång|once) (?:i|per|om|an?|every)) "
)
_COUNTED: Final = re.compile(
    r"(?:([a-zåäö]+|\d{1,4}(?:[.,]5)?)(:e|:a|st|nd|rd|th)? )?([a-zåäö-]+)", re.ASCII
)
_AND_A_HALF: Final = re.compile(r"^(\S+) (?:och (?:en|ett)|and a) (?:halvt?|half) (år|years?)$")


def interval_text(text: str) -> str:
    """``P3M`` of 3 månader, var tredje månad, kvartalsvis, ett halvår, 1 år och 2 veckor …"""
    raw = SPACES.sub(" ", text).strip().lower()
    if re.fullmatch(r"p[0-9ymwdth.]+", raw):
        return raw.upper()
    raw = re.sub(r"(?<!and a )\bhalf[- ]year", "half-year", raw)
    raw = re.sub(r"^(?:ett halvt år|half a year)$", "ett halvår", raw)
    every = _EVERY.match(raw)
    raw = raw[every.end() :] if every else raw
    if match := re.fullmatch(r"(?:varannan|vartannat) (.*)", raw):
        raw = f"2 {match[1]}"
    amounts: dict[str, int] = {}
    for part in re.split(r", | och (?!en? halv|ett halv)| and (?!a half)", raw):
        one = _amount(part, every=every is not None)
        if one is None:
            return text.strip()
        amounts[one[1]] = amounts.get(one[1], 0) + one[0]
    return "P" + "".join(f"{amounts[u]}{u}" for u in "YMWD" if u in amounts)


def _amount(part: str, *, every: bool) -> tuple[int, str] | None:
    """How much one part of an interval is, and of which unit of ISO 8601; None for other texts."""
    if match := _AND_A_HALF.match(part):
        years = _number(match[1], every=False)
        return (12 * years + 6, "M") if years else None
    counted = _COUNTED.fullmatch(part)
    unit = UNITS.get(counted[3]) if counted else None
    if counted is None or unit is None or (counted[2] and not every):
        return None
    if counted[1] and counted[1][-2:] in (",5", ".5"):
        return (12 * int(counted[1][:-2]) + 6, "M") if unit == (1, "Y") else None
    number = _number(counted[1], every=every)
    return (number * unit[0], unit[1]) if number else None


def _number(word: str | None, *, every: bool) -> int:
    """A number of units in digits or words; 0 for other words. Only "var tredje" counts."""
    if word is None:
        return 1
    if word.isdigit():
        return int(word)
    return CARDINALS.get(word, 0) or (ORDINALS.get(word, 0) if every else 0)
