"""What a setting accepts: each takes a value of TOML and gives the setting's value, or raises
ValueError; ``setting`` puts it on a field with its default and with what it expects, in words."""

from __future__ import annotations

import base64
import re
import zoneinfo
from collections.abc import Callable
from dataclasses import field
from datetime import date, datetime, time
from email.utils import parseaddr
from typing import Any, Final, TypeVar

MAIL_ADDRESS: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+")

T = TypeVar("T")
Read = Callable[[Any], Any]


def refuse(wrong: bool) -> None:
    if wrong:
        raise ValueError


def text(default: str, expects: str = "a text in quotes") -> str:
    def read(value: Any) -> str:
        refuse(not isinstance(value, str) or not value.strip())
        return str(value).strip()

    return setting(default, read, expects)


def integer(default: int, low: int, high: int = 2**53) -> int:
    def read(value: Any) -> int:
        refuse(isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high)
        return int(value)

    limits = f"from {low} to {high}" if high < 2**53 else f"of at least {low}"
    return setting(default, read, f"a whole number {limits}")


def flag(default: bool) -> bool:
    def read(value: Any) -> bool:
        refuse(not isinstance(value, bool))
        return bool(value)

    return setting(default, read, "true or false")


def setting(default: T, read: Read, expects: str) -> T:
    value: T = field(default=default, metadata={"read": read, "expects": expects})
    return value


def zone(value: Any) -> str:
    refuse(not isinstance(value, str) or value not in zoneinfo.available_timezones())
    return str(value)


def country(value: Any) -> str:
    import holidays

    known = holidays.list_supported_countries(include_aliases=True)
    refuse(not isinstance(value, str) or value not in known)
    return str(value)


def dates(value: Any) -> tuple[date, ...]:
    # A datetime is a date to isinstance, but a day off has no time of day.
    refuse(not isinstance(value, list))
    refuse(any(not isinstance(d, date) or isinstance(d, datetime) for d in value))
    return tuple(sorted(set(value)))


def any_text(value: Any) -> str:
    refuse(not isinstance(value, str))
    return str(value)


def one_of(*known: str) -> Read:
    def read(value: Any) -> str:
        refuse(value not in known)
        return str(value)

    return read


def address(value: Any) -> str:
    refuse(not isinstance(value, str) or not MAIL_ADDRESS.fullmatch(parseaddr(value)[1]))
    return str(value)


def clock_time(value: Any) -> str:
    refuse(not isinstance(value, str | time))
    if value != "":
        refuse(time.fromisoformat(str(value)).tzinfo is not None)
    return str(value)


def url(value: Any) -> str:
    refuse(not isinstance(value, str) or not re.fullmatch(r"https?://[^\s/]+\S*", value))
    return str(value).rstrip("/") if str(value).count("/") == 3 else str(value)


def url_or_none(value: Any) -> str:
    return "" if value == "" else url(value).rstrip("/")


def patterns(value: Any) -> tuple[str, ...]:
    refuse(not isinstance(value, list) or not value)
    refuse(any(not isinstance(v, str) or not re.fullmatch(r"[a-z_.*]+", v) for v in value))
    return tuple(value)


def secret(value: Any) -> str:
    refuse(not isinstance(value, str) or len(value) < 16)
    if value.startswith("whsec_"):
        base64.b64decode(value.removeprefix("whsec_"), validate=True)
    return str(value)
