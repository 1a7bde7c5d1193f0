"""The hash chain of the history: the calculation that an auditor has to repeat.

    body       = canonical JSON (RFC 8785) of the object with the keys of ``ChainEntry.body``
    hash       = SHA-256(body)                  prev = hash of the entry before, 64 zeros for none
    commitment = SHA-256(salt || SHA-256(actor's name) || detail)
    noted      = SHA-256(salt || rows)          null when no rows were written with the fact

Hashes are written in hex; in the commitment the salt and the inner hash are raw bytes and the
texts UTF-8. Personal data (the actor's name and the readable detail) is not part of the chain,
which contains only a commitment to it. The commitment has 128 random bits of salt, so that nobody
can guess the data from it: detail and salt can be erased one day, and the chain still verifies. The
same holds for the rows that were written with the fact (``engine.records.noted_rows``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import rfc8785

from engine.iso8601 import Duration

FIRST: Final = "0" * 64
"""The ``prev`` of the first entry of a chain."""
FORMAT: Final = 2
"""The number of the body's format; another number when its keys change. Format 1, of versions
before 0021, has no ``noted``."""


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One entry of a chain, without the person's name and the detail.

    ``evidence`` is the SHA-256 of a document that the fact is about (the content of a signature),
    so that the chain covers the document too."""

    chain: str
    seq: int
    prev: str
    at: datetime
    type: str
    actor_id: str
    commitment: str
    case_id: str | None
    instance_id: str | None
    definition_id: str | None
    element_id: str | None
    element_name: str | None
    evidence: str | None
    noted: str | None = None

    def body(self) -> Mapping[str, Any]:
        """The keys and values that are hashed. All keys are always there, with null for no
        value."""
        return {
            "actor": self.actor_id,
            "at": utc_text(self.at),
            "case": self.case_id,
            "chain": self.chain,
            "commitment": self.commitment,
            "definition": self.definition_id,
            "element": self.element_id,
            "element_name": self.element_name,
            "evidence": self.evidence,
            "format": FORMAT,
            "instance": self.instance_id,
            "noted": self.noted,
            "prev": self.prev,
            "seq": self.seq,
            "type": self.type,
        }

    def sealed(self) -> tuple[bytes, str]:
        """The body's bytes and their hash."""
        data = canonical(self.body())
        return data, sha256(data)


def commitment(salt: str, actor_name: str, detail: str) -> str:
    """The commitment to the name and the detail, in hex; ``salt`` is 32 hexadecimal digits."""
    inner = hashlib.sha256(actor_name.encode()).digest()
    return sha256(bytes.fromhex(salt) + inner + detail.encode())


def rows_commitment(salt: str, rows: str) -> str | None:
    """The commitment to the rows that were written with a fact, in hex; None for none."""
    return sha256(bytes.fromhex(salt) + rows.encode()) if rows else None


# ---------------------------------------------------------------- the canonical form

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
