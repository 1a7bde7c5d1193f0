"""Pages of a list by keyset: a cursor names the last row of a page, not a number of rows to skip.

So every page costs the same, and rows that are added or removed in between neither repeat nor hide
others. A cursor is opaque, but no secret: its parts are only used as bound parameters.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from engine.errors import Invalid, Problem
from engine.views import Page

T = TypeVar("T")
R = TypeVar("R")

MAX_PAGE = 200
"""The most rows of a page."""
_MAX_CURSOR = 400
"""Characters of the longest cursor that is read; those that the engine writes are much shorter."""


def check_limit(limit: object, *, name: str = "limit", most: int = MAX_PAGE) -> None:
    """Raise ``Invalid`` (``limit_out_of_range``) unless ``limit`` is a whole number, 1 … ``most``.

    :param name: the parameter that it was given as
    """
    if type(limit) is not int or not 1 <= limit <= most:
        text = f"{name} is a whole number from 1 to {most}"
        raise Invalid([Problem("limit_out_of_range", text, name, {"maximum": most})])


def encode(kind: str, *parts: Any) -> str:
    """The cursor of the place after the row whose sort values are ``parts``. ``kind`` names the
    list, so that no list reads another one's cursor."""
    values = [p.isoformat() if isinstance(p, date | datetime) else p for p in parts]
    text = json.dumps([kind, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(kind: str, cursor: str | None, *readers: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The parts of a cursor, each converted by its reader; None without a cursor.

    Raises ``Invalid`` (``cursor_malformed``) for a cursor of another list and for any other text.
    """
    if not cursor:
        return None
    try:
        if len(cursor) > _MAX_CURSOR:
            raise ValueError("too long")
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(parts, list) or parts[:1] != [kind] or len(parts) != len(readers) + 1:
            raise ValueError("of another list")
        return tuple(reader(part) for reader, part in zip(readers, parts[1:], strict=True))
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as error:
        problem = Problem("cursor_malformed", "This is not a place in this list.", "cursor")
        raise Invalid([problem]) from error


def text_part(value: Any) -> str:
    """Read a string of a cursor that a database can hold. Raises ``TypeError`` or ``ValueError``
    for anything else."""
    if not isinstance(value, str):
        raise TypeError("a string was expected")
    if "\0" in value:
        raise ValueError("no row has a text with NUL")
    value.encode()
    return value


def date_part(value: Any) -> date | None:
    """Read a date of a cursor; None stands for rows without a date. Raises ``ValueError``."""
    return None if value is None else date.fromisoformat(value)


def time_part(value: Any) -> datetime:
    """Read an aware time of a cursor, as UTC. Raises ``ValueError`` for a time without a zone, and
    ``OverflowError`` for one that leaves the calendar in UTC."""
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("the time has no zone")
    return time.astimezone(UTC)


def number_part(value: Any) -> int:
    """Read a row's number of a cursor: a whole number below 2**62, which fits every database's
    integers. Raises ``TypeError`` for anything else."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 1 << 62:
        raise TypeError("a whole number was expected")
    return value


def page(
    rows: Sequence[R], limit: int, view: Callable[[R], T], cursor: Callable[[R], str]
) -> Page[T]:
    """A page of the first ``limit`` of ``rows``. The caller has selected one row more than that,
    which shows whether there is a next page."""
    shown = rows[:limit]
    following = cursor(shown[-1]) if len(rows) > limit else None
    return Page(tuple(view(row) for row in shown), following)


def choice(name: str, value: Any, allowed: Sequence[Any]) -> None:
    """Raise ``Invalid`` (``not_an_option``) unless ``value`` is one of ``allowed``."""
    if value not in allowed:
        words = ", ".join(str(a) for a in allowed)
        problem = Problem("not_an_option", f"{name} is one of {words}.", name, {"value": value})
        raise Invalid([problem])
