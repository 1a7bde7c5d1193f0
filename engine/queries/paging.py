"""Pages of a list: a cursor names the last row that was seen, never a number of rows to skip.

So a page costs the same wherever it is, and rows that come or go in between neither repeat nor
hide others. A cursor is opaque, but no secret: its parts only ever become bound parameters.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from engine.errors import Invalid, Problem
from engine.views import Page

T = TypeVar("T")
R = TypeVar("R")

MAX_PAGE = 200
_LONGEST_CURSOR = 400


def bounded(limit: int) -> int:
    """``limit`` brought into 1 … ``MAX_PAGE``."""
    return max(1, min(limit, MAX_PAGE))


def encode(kind: str, *parts: Any) -> str:
    """The cursor of a list of ``kind`` after the row whose sort values are ``parts``."""
    values = [p.isoformat() if isinstance(p, date | datetime) else p for p in parts]
    text = json.dumps([kind, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(kind: str, cursor: str | None, *readers: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The parts of a cursor, each read by its reader; None when there is no cursor.

    Raises ``Invalid`` (``cursor_malformed``) for a cursor of another list, or no cursor at all.
    """
    if not cursor:
        return None
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError("too long")
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(found, list) or found[:1] != [kind] or len(found) != len(readers) + 1:
            raise ValueError("of another list")
        return tuple(reader(part) for reader, part in zip(readers, found[1:], strict=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        problem = Problem("cursor_malformed", "This is not a place in this list.", "cursor")
        raise Invalid([problem]) from error


def text_part(value: Any) -> str:
    """A string of a cursor. Raises ``TypeError`` for anything else."""
    if not isinstance(value, str):
        raise TypeError("a string was expected")
    return value


def date_part(value: Any) -> date | None:
    """A date of a cursor, None where the list has rows without one."""
    return None if value is None else date.fromisoformat(value)


def time_part(value: Any) -> datetime:
    """An aware time of a cursor."""
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("the time has no zone")
    return found


def number_part(value: Any) -> int:
    """A row's number."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 1 << 62:
        raise TypeError("a whole number was expected")
    return value


def page(
    rows: Sequence[R], limit: int, view: Callable[[R], T], cursor: Callable[[R], str]
) -> Page[T]:
    """A page of at most ``limit`` of ``rows``, of which one more than that was asked for."""
    shown = rows[:limit]
    following = cursor(shown[-1]) if len(rows) > limit else None
    return Page(tuple(view(row) for row in shown), following)


def choice(name: str, value: Any, allowed: Sequence[Any]) -> None:
    """Raise ``Invalid`` (``not_an_option``) unless ``value`` is one of ``allowed``."""
    if value not in allowed:
        words = ", ".join(str(a) for a in allowed)
        problem = Problem("not_an_option", f"{name} is one of {words}.", name, {"value": value})
        raise Invalid([problem])
