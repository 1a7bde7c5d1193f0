"""The clock of an engine: nothing else in the engine reads the machine's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time as an aware ``datetime`` in UTC."""

    def now(self) -> datetime:
        """The current time, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The machine's time, in UTC."""
        return datetime.now(UTC)


class FakeClock:
    """A clock that stands still until it is set; for tests and for the example company."""

    def __init__(self, start: datetime):
        if start.tzinfo is None:
            raise ValueError("the clock needs an aware datetime")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The time that the clock was set to, in UTC."""
        return self._now

    def advance(self, delta: timedelta) -> datetime:
        """Advance the clock by ``delta`` (which may be negative) and return the new time."""
        self._now += delta
        return self._now

    def set(self, when: datetime) -> None:
        """Set the clock to ``when`` (aware)."""
        self._now = when.astimezone(UTC)
