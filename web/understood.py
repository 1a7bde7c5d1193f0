"""What a typed date, number, amount or interval was understood as, in words, beside its input.

The pages say it of what they show; the browser asks for it as soon as something was typed. Both
read by web/parsing.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from babel.dates import format_date
from flask import Blueprint, request

from engine import Problem, is_unseen
from web import formats, forms
from web.i18n import N_, locale
from web.i18n import gettext as _
from web.texts.errors import problem_text

blueprint = Blueprint("understood", __name__)
KINDS: Final = frozenset({"date", "integer", "decimal", "money", "interval"})
"""The types of fields whose texts are read leniently."""
MOST: Final = 200
"""Characters of the longest text that is read."""

_NUMBER: Final = re.compile(r"-?\d+(?:\.(\d+))?", re.ASCII)
_INTERVAL: Final = re.compile(
    r"P(?=\d|T\d)(?:\d{1,9}Y)?(?:\d{1,9}M)?(?:\d{1,9}W)?(?:\d{1,9}D)?(?:T[\dHMS.]+)?"
)
_RHYTHM: Final = re.compile(r"P(\d{1,9})([YMWD])")
RHYTHMS: Final = {
    "Y": (N_("varje år"), N_("vartannat år"), N_("vart %(ordinal)s år")),
    "M": (N_("varje månad"), N_("varannan månad"), N_("var %(ordinal)s månad")),
    "W": (N_("varje vecka"), N_("varannan vecka"), N_("var %(ordinal)s vecka")),
    "D": (N_("varje dag"), N_("varannan dag"), N_("var %(ordinal)s dag")),
}
"""An interval as a rhythm, by its ISO 8601 unit: of one, of two, of more."""
ORDINALS: Final = (
    N_("tredje"), N_("fjärde"), N_("femte"), N_("sjätte"), N_("sjunde"), N_("åttonde"),
    N_("nionde"), N_("tionde"), N_("elfte"), N_("tolfte"),
)  # fmt: skip
"""The words of a rhythm of three to twelve units."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text was understood as, or, unless ``ok``, what is wrong with it."""

    text: str
    ok: bool = True


def understand(kind: str, text: str) -> Understood | None:
    """What the text of a field of type ``kind`` is understood as; None when there is nothing to
    say."""
    if kind not in KINDS or is_unseen(text) or len(text) > MOST:
        return None
    value = str(forms.canonical(kind, text))
    if kind == "date":
        return _date(value)
    if kind == "interval":
        return _interval(value)
    return _number(kind, value)


def _date(value: str) -> Understood:
    day = formats.as_date(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) else None
    return Understood(_day(day)) if day else _wrong("date_malformed")


def _day(day: date) -> str:
    """A day with its year, also this year's: sön 22 nov. 2026, v. 47."""
    return f"{format_date(day, 'EEE d MMM y', locale=locale())}, {formats.week(day)}"


def _number(kind: str, value: str) -> Understood:
    match = _NUMBER.fullmatch(value)
    decimals = (match[1] or "").rstrip("0") if match else ""
    if match is None or (kind == "money" and len(match[1] or "") > 2):
        return _wrong("number_malformed")
    if kind == "integer" and decimals:
        return _wrong("integer_expected")
    return Understood(formats.money(value) if kind == "money" else formats.number(Decimal(value)))


def _interval(value: str) -> Understood:
    if not _INTERVAL.fullmatch(value) or not re.search("[1-9]", value):
        return _wrong("interval_malformed")
    text, rhythm = formats.interval(value), _RHYTHM.fullmatch(value)
    number = int(rhythm[1]) if rhythm else 0
    if rhythm is None or number > len(ORDINALS) + 2:
        return Understood(text)
    one, two, more = RHYTHMS[rhythm[2]]
    words = {1: _(one), 2: _(two)}.get(number) or _(more, ordinal=_(ORDINALS[number - 3]))
    return Understood(f"{text} ({words})")


def _wrong(code: str) -> Understood:
    return Understood(problem_text(Problem(code, "", None)), ok=False)


@blueprint.get("/understood")
def read() -> dict[str, Any]:
    """What the text of the address (``text``, of a field of type ``kind``) is understood as."""
    found = understand(request.args.get("kind", ""), request.args.get("text", ""))
    return {"text": found.text, "ok": found.ok} if found else {"text": "", "ok": True}
