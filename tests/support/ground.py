"""What every test stands on: when it begins, and where its idempotency keys come from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""When the tests begin: a Monday, nine in the morning in Stockholm."""

Keys = Callable[[], str]
"""Gives a new idempotency key at each call."""
