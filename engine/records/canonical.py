"""The canonical form of a value as bytes, so that equal values have equal hashes: RFC 8785
(JCS)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import rfc8785

from engine.iso8601 import Duration

LARGEST_INTEGER: Final = 2**53 - 1
"""The largest integer that JSON carries exactly (RFC 8785, I-JSON); larger ones become text."""
_quick: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
).encode
"""Writes the same bytes as RFC 8785 for the results of ``_json`` (which have no floats), if all
characters are below the surrogates: both then escape and sort alike. The standard library's encoder
is written in C, and much faster."""


def canonical(value: Any) -> bytes:
    """``value`` as canonical JSON (RFC 8785), UTF-8.

    Values that JSON lacks become text: decimals and floats without an exponent, dates, times and
    durations in ISO 8601 (aware times in UTC, ending in Z). Raises TypeError for anything else, and
    UnicodeEncodeError for text with a lone surrogate.
    """
    plain = _json(value)
    text: str = _quick(plain)
    if text.isascii() or max(text) < "\ud800":
        return text.encode()
    # RFC 8785 sorts keys with such characters by UTF-16 units, the quick encoder by code points.
    try:
        return rfc8785.dumps(plain)
    except rfc8785.CanonicalizationError as error:
        if isinstance(error.__cause__, UnicodeEncodeError):
            raise error.__cause__ from error
        raise


def sha256(data: bytes) -> str:
    """The SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def utc_text(moment: datetime) -> str:
    """A moment as ``2026-03-02T08:00:00.000000Z``: always in UTC, always with microseconds."""
    # Not strftime, which writes the year 33 with two digits.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _json(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, Mapping):
        return {_key(key): _json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_json(item) for item in value)
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_INTEGER else str(value)
    return _text(value)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key must be text, not {key!r}")
    return key


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, datetime) and value.tzinfo is not None:
        return utc_text(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        size = abs(value)
        text = str(Duration(days=size.days, time=size - timedelta(days=size.days)))
        return f"-{text}" if value < timedelta() else text
    if isinstance(months := getattr(value, "months", None), int):
        return str(Duration(months=months))
    raise TypeError(f"{type(value).__name__} has no canonical form")
