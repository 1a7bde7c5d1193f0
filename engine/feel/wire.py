"""Values ↔ JSON, for storing variables; and values as people and other programs read them.

JSON has no dates, durations or decimals. ``to_json`` marks them by an object with one key that
begins with ``@``; ``from_json`` reads what ``to_json`` wrote, and nothing is lost between.

    3            ↔ 3                     (a whole number that a double holds exactly)
    1.50         ↔ {"@number": "1.50"}
    2026-01-31   ↔ {"@date": "2026-01-31"}
    09:30:00     ↔ {"@time": "09:30:00"}
    a moment     ↔ {"@date and time": "2026-01-31T09:30:00@Europe/Stockholm"}
    P1DT2H       ↔ {"@duration": "P1DT2H"}           P1Y2M ↔ {"@duration": "P1Y2M"}
    [1..10)      ↔ {"@range": [1, 10, true, false]}
    [1..null]    ↔ {"@range": [1, null, true, true, true]}  (an end that is unknown, not open)
    {"@x": 1}    ↔ {"@context": {"@x": 1}}           (a context that looks like a mark)

``plain`` writes dates, times and durations as ISO text and numbers as numbers (those that no
double reaches as text).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.budget import Run
from engine.feel.convert import NATIVE, convert
from engine.feel.errors import FeelError
from engine.feel.extended_dates import ExtendedDate, ExtendedDateTime
from engine.feel.temporal import (
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
    show_date,
    show_date_time,
    show_days_time,
    show_time,
    show_years_months,
)
from engine.feel.values import FeelRange, YearsMonthsDuration, numeral

_EXACT = 2**53
"""The whole number up to which every JSON reader keeps all digits."""
_LARGEST_FLOAT = 307
"""The power of ten from which a number is written as text; a double ends at 1.8e308."""

_TEMPORAL: tuple[tuple[type, str, Callable[[Any], str]], ...] = (
    (datetime, "@date and time", show_date_time),
    (ExtendedDateTime, "@date and time", show_date_time),
    (date, "@date", show_date),
    (ExtendedDate, "@date", show_date),
    (time, "@time", show_time),
    (timedelta, "@duration", show_days_time),
    (YearsMonthsDuration, "@duration", show_years_months),
)
"""How dates, times and durations are marked and written, by class. A date and time is also a date
to Python, so it comes first."""
_READERS: dict[str, Callable[[str], Any]] = {
    "@number": numeral,
    "@date": parse_date,
    "@time": parse_time,
    "@date and time": parse_date_time,
    "@duration": parse_duration,
}
"""How the text behind a mark is read."""
_MARKS = frozenset(_READERS) | {"@range", "@context"}
"""The keys that mark a value which JSON does not have."""


def to_json(value: Any) -> Any:
    """The value as JSON, marked where JSON has no such type; FeelError for a function."""
    value = _prepared(value)
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        if abs(value) < _EXACT and value == value.to_integral_value():
            # 1.00 is the same number as 1.
            return int(value)
        return {"@number": str(value)}
    if isinstance(value, list):
        return [to_json(element) for element in value]
    if isinstance(value, dict):
        marked = {key: to_json(entry) for key, entry in value.items()}
        return {"@context": marked} if _is_mark(marked) else marked
    if isinstance(value, FeelRange) and not value.negated:
        ends = [to_json(value.start), to_json(value.end)]
        unknown = [True] if value.unknown else []
        return {"@range": [*ends, value.start_included, value.end_included, *unknown]}
    for cls, mark, show in _TEMPORAL:
        if isinstance(value, cls):
            return {mark: show(value)}
    raise FeelError(f"a value of {type(value).__name__} cannot be stored")


def _is_mark(value: dict[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)) in _MARKS


def from_json(value: Any) -> Any:
    """The value that ``to_json`` wrote; unmarked JSON from elsewhere is read too."""
    if isinstance(value, list):
        return [from_json(element) for element in value]
    if not isinstance(value, dict):
        return _prepared(value)
    if not _is_mark(value):
        return {key: from_json(entry) for key, entry in value.items()}
    (mark, content), *_ = value.items()
    if mark == "@context" and isinstance(content, dict):
        return {key: from_json(entry) for key, entry in content.items()}
    if mark == "@range" and isinstance(content, list) and len(content) in (4, 5):
        start, end, start_included, end_included, *unknown = content
        return FeelRange(
            from_json(start),
            from_json(end),
            start_included,
            end_included,
            unknown=unknown == [True],
        )
    read = _READERS[mark](content) if mark in _READERS and isinstance(content, str) else None
    if read is None:
        raise FeelError(f"{value!r} is no stored value")
    return read


class StoredValues(Mapping[str, Any]):
    """Values by name that ``to_json`` wrote, each read when it is asked for: whoever needs one of
    many variables reads that one."""

    __slots__ = ("_stored",)

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self._stored = stored

    def __getitem__(self, name: str) -> Any:
        return from_json(self._stored[name])

    def __contains__(self, name: object) -> bool:
        return name in self._stored

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def without_nulls(self) -> StoredValues:
        """Those that are not null."""
        return StoredValues({k: v for k, v in self._stored.items() if v is not None})


def plain(value: Any) -> Any:
    """The value for people and other programs: ISO text, whole numbers as int, others float."""
    value = _prepared(value)
    if isinstance(value, Decimal):
        return _plain_number(value)
    if isinstance(value, list):
        return [plain(element) for element in value]
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, FeelRange):
        return {
            "start": plain(value.start),
            "end": plain(value.end),
            "start included": value.start_included,
            "end included": value.end_included,
        }
    for cls, _, show in _TEMPORAL:
        if isinstance(value, cls):
            return show(value)
    return value if value is None or isinstance(value, bool | str) else str(value)


def _plain_number(value: Decimal) -> int | float | str:
    """Whole numbers exactly, others as near as a float comes; beyond all floats, as text."""
    if value.adjusted() > _LARGEST_FLOAT:
        return str(value)
    return int(value) if value == value.to_integral_value() else float(value)


def _prepared(value: Any) -> Any:
    """One level of Python's own types as FEEL's; what is inside is looked at in its turn."""
    if type(value) in NATIVE or isinstance(value, list | dict):
        return value
    return convert(value, Run())
