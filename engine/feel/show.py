"""Values → text: what ``string()`` gives (10.3.4.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.budget import Run
from engine.feel.extended_dates import ExtendedDate, ExtendedDateTime
from engine.feel.temporal import (
    show_date,
    show_date_time,
    show_days_time,
    show_time,
    show_years_months,
)
from engine.feel.values import FeelRange, Function, YearsMonthsDuration


def show_number(value: Decimal) -> str:
    """A number's text, without an exponent and without superfluous zeros."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def show(value: Any, run: Run) -> str | None:
    """A value's text, as ``string()`` gives it; null stays null, a text is given as it is."""
    if value is None or isinstance(value, str):
        return value
    text = _plainly(value, run)
    run.check_text(len(text))
    return text


def _plainly(value: Any, run: Run) -> str:
    for cls, written in _WRITERS:
        if isinstance(value, cls):
            return written(value, run)
    return "null"


def _written(value: Any, run: Run) -> str:
    """The value as it is written in FEEL, texts in quotation marks."""
    run.charge(1)
    if value is None:
        return "null"
    if isinstance(value, str):
        return _quoted(value)
    text = _plainly(value, run)
    return f'@"{text}"' if isinstance(value, _QUOTED) else text


def _enclosed(value: Any, run: Run) -> str:
    """As ``_written``; a test such as ``< 3`` in brackets, where only lists take it bare."""
    text = _written(value, run)
    return f"({text})" if text[0] in "<>!" else text


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _range(value: FeelRange, run: Run) -> str:
    start = "" if value.start is None else _enclosed(value.start, run)
    end = "" if value.end is None else _enclosed(value.end, run)
    if value.negated:
        return f"!={start}"
    if value.unknown:
        start, end = start or "null", end or "null"
    elif value.start is None:
        return f"{'<=' if value.end_included else '<'}{end}"
    elif value.end is None:
        return f"{'>=' if value.start_included else '>'}{start}"
    opening = "[" if value.start_included else "("
    return f"{opening}{start}..{end}{']' if value.end_included else ')'}"


def _list(value: list[Any], run: Run) -> str:
    return f"[{_joined([_written(element, run) for element in value], run)}]"


def _context(value: dict[str, Any], run: Run) -> str:
    entries = [f"{_key(key)}: {_enclosed(entry, run)}" for key, entry in value.items()]
    return f"{{{_joined(entries, run)}}}"


def _key(key: str) -> str:
    plain = key.replace(" ", "").replace("_", "")
    return key if plain.isalnum() and not plain[0].isdigit() else _quoted(key)


def _joined(parts: list[str], run: Run) -> str:
    run.check_text(sum(len(part) + 2 for part in parts))
    return ", ".join(parts)


_QUOTED = (date, ExtendedDate, ExtendedDateTime, time, timedelta, YearsMonthsDuration)
"""Classes whose values are written as ``@"…"`` within lists and contexts, where they could be taken
for something else."""
_WRITERS: tuple[tuple[type, Callable[[Any, Run], str]], ...] = (
    (bool, lambda value, run: "true" if value else "false"),
    (Decimal, lambda value, run: show_number(value)),
    (datetime, lambda value, run: show_date_time(value)),
    (ExtendedDateTime, lambda value, run: show_date_time(value)),
    (date, lambda value, run: show_date(value)),
    (ExtendedDate, lambda value, run: show_date(value)),
    (time, lambda value, run: show_time(value)),
    (timedelta, lambda value, run: show_days_time(value)),
    (YearsMonthsDuration, lambda value, run: show_years_months(value)),
    (list, _list),
    (dict, _context),
    (FeelRange, _range),
    (Function, lambda value, run: f"function({', '.join(value.parameters)})"),
)
"""How a value is written, by its class. A date and time is also a date to Python, so it comes
first."""
