"""What the tests of FEEL have in common."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine import feel

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 2, 27, 14, 30, tzinfo=STOCKHOLM)


def value(text: str, context: dict[str, Any] | None = None, **variables: Any) -> Any:
    """The value of an expression, with variables, on the afternoon of 27 February 2026."""
    return feel.compile(text).evaluate({**(context or {}), **variables}, now=NOW)


def numbers(*values: int | str) -> list[Decimal]:
    """A list of FEEL numbers."""
    return [Decimal(one) for one in values]
