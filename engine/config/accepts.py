"""The values that settings accept.

A reader takes a TOML value and returns the setting's value, or raises ValueError. ``setting`` makes
a dataclass field with a default, a reader, and a description of what the reader accepts; ``text``,
``integer`` and ``flag`` do so for the common kinds."""

from __future__ import annotations

import base64
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date, datetime, time
from email.utils import parseaddr
from types import MappingProxyType
from typing import Any, Final, TypeVar

MAIL_ADDRESS: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+")
"""A mail address: only its outer form, because no pattern tells whether an address exists."""

T = TypeVar("T")
Reader = Callable[[Any], Any]
"""Converts a TOML value to a setting's value; raises ValueError for one that is not accepted."""


def refuse(wrong: bool) -> None:
    """Raise ValueError if the value is ``wrong``."""
    if wrong:
        raise ValueError


def text(default: str, expects: str = "a text in quotes") -> str:
    """The field of a text that is not blank; space around it is removed."""

    def read(value: Any) -> str:
        refuse(not isinstance(value, str) or not value.strip())
        return str(value).strip()

    return setting(default, read, expects)


def integer(default: int, low: int, high: int = 2**53) -> int:
    """The field of a whole number from ``low`` to ``high`` (2**53 stands for no bound: the largest
    integer that JSON carries exactly)."""

    def read(value: Any) -> int:
        refuse(isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high)
        return int(value)

    limits = f"from {low} to {high}" if high < 2**53 else f"of at least {low}"
    return setting(default, read, f"a whole number {limits}")


def flag(default: bool) -> bool:
    """The field of true or false."""

    def read(value: Any) -> bool:
        refuse(not isinstance(value, bool))
        return bool(value)

    return setting(default, read, "true or false")


def setting(default: T, read: Reader, expects: str) -> T:
    """A dataclass field; ``expects`` describes in English, for an error, what ``read`` accepts."""
    value: T = field(default=default, metadata={"read": read, "expects": expects})
    return value


def zone(value: Any) -> str:
    """Read a time zone of the IANA database."""
    refuse(not isinstance(value, str) or value not in zoneinfo.available_timezones())
    return str(value)


def country(value: Any) -> str:
    """Read a country's ISO 3166 code, of those whose public holidays are known."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=True)
    refuse(not isinstance(value, str) or value not in known)
    return str(value)


def dates(value: Any) -> tuple[date, ...]:
    """Read a list of dates; the result is sorted, each once."""
    # A datetime is a date to isinstance, but a day off has no time of day.
    refuse(not isinstance(value, list))
    refuse(any(not isinstance(d, date) or isinstance(d, datetime) for d in value))
    return tuple(sorted(set(value)))


def any_text(value: Any) -> str:
    """Read a text that may be empty."""
    refuse(not isinstance(value, str))
    return str(value)


def one_of(*known: str) -> Reader:
    """A reader of one of the ``known`` words."""

    def read(value: Any) -> str:
        refuse(value not in known)
        return str(value)

    return read


def address(value: Any) -> str:
    """Read a mail address, with or without a display name (RFC 5322)."""
    refuse(not isinstance(value, str) or not MAIL_ADDRESS.fullmatch(parseaddr(value)[1]))
    return str(value)


def address_or_none(value: Any) -> str:
    """Read a mail address, or the empty text."""
    return "" if value == "" else address(value)


def witnesses(value: Any) -> tuple[tuple[str, str], ...]:
    """Read a list of witnesses, each a C2SP verifier key, a space, and the address of the
    witness."""
    refuse(not isinstance(value, list) or any(not isinstance(each, str) for each in value))
    pairs = [each.split() for each in value]
    refuse(any(len(pair) != 2 or pair[0].count("+") < 2 for pair in pairs))
    return tuple((key, url(at).rstrip("/")) for key, at in pairs)


def clock_time(value: Any) -> str:
    """Read a time of day without a zone, as ISO text; or the empty text."""
    refuse(not isinstance(value, str | time))
    if value != "":
        refuse(time.fromisoformat(str(value)).tzinfo is not None)
    return str(value)


def url(value: Any) -> str:
    """Read an http or https URL; without a path it loses its last slash."""
    refuse(not isinstance(value, str) or not re.fullmatch(r"https?://[^\s/]+\S*", value))
    return str(value).rstrip("/") if str(value).count("/") == 3 else str(value)


def url_or_none(value: Any) -> str:
    """Read an http or https URL without its last slash; or the empty text."""
    return "" if value == "" else url(value).rstrip("/")


def patterns(value: Any) -> tuple[str, ...]:
    """Read a list of types of facts, in which ``*`` stands for any text."""
    refuse(not isinstance(value, list) or not value)
    refuse(any(not isinstance(v, str) or not re.fullmatch(r"[a-z_.*]+", v) for v in value))
    return tuple(value)


def host_names(value: Any) -> tuple[str, ...]:
    """Read a list of host names without a port, in small letters; one that begins with a point
    stands for all names that end so, ``*`` for any."""
    refuse(not isinstance(value, list))
    form = re.compile(r"\*|\.?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
    refuse(any(not isinstance(v, str) or not form.fullmatch(v.lower()) for v in value))
    return tuple(v.lower() for v in value)


def words(value: Any) -> tuple[str, ...]:
    """Read a list of texts without spaces in them; it may be empty."""
    refuse(not isinstance(value, list))
    refuse(any(not isinstance(v, str) or not re.fullmatch(r"\S+", v) for v in value))
    return tuple(value)


def some_of(*known: str) -> Reader:
    """A reader of a list of at least one of the ``known`` words."""

    def read(value: Any) -> tuple[str, ...]:
        refuse(not words(value) or any(word not in known for word in value))
        return tuple(value)

    return read


def names(value: Any) -> Mapping[str, str]:
    """Read a table of texts, by any key."""
    refuse(not isinstance(value, dict))
    refuse(any(not isinstance(v, str) or not v.strip() for v in value.values()))
    return MappingProxyType({str(key): str(v).strip() for key, v in value.items()})


def issuer(value: Any) -> str:
    """Read an OpenID provider's issuer exactly as it is, since tokens repeat it: an https URL, or
    an http one of this machine; or the empty text."""
    refuse(not isinstance(value, str))
    local = r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/\S*)?"
    refuse(value != "" and not re.fullmatch(rf"https://[^\s/?#]+[^\s?#]*|{local}", value))
    return str(value)


def extensions(value: Any) -> tuple[str, ...]:
    """Read a list of extensions of files without the point, in small letters; ``*`` for any."""
    refuse(not isinstance(value, list) or not value)
    refuse(any(not isinstance(v, str) or not re.fullmatch(r"\*|[A-Za-z0-9]+", v) for v in value))
    return tuple(v.lower() for v in value)


def scanner(value: Any) -> str:
    """Read the address of a virus scanner: TCP with a port, a Unix socket, or the empty text."""
    form = r"(tcp://(\[[0-9a-f:]+\]|[A-Za-z0-9._-]+):\d{1,5}|unix:/\S+)?"
    refuse(not isinstance(value, str) or not re.fullmatch(form, value))
    return str(value)


def secret(value: Any) -> str:
    """Read a webhook's secret: at least 16 characters, or ``whsec_`` and base64 (Standard
    Webhooks)."""
    refuse(not isinstance(value, str) or len(value) < 16)
    if value.startswith("whsec_"):
        base64.b64decode(value.removeprefix("whsec_"), validate=True)
    return str(value)
