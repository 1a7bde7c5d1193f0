"""What a timer waits for, as it is read from a diagram or a FEEL value, and when it fires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from engine.iso8601 import (
    RepeatingInterval,
    TimeMalformed,
    checked_interval,
    parse_moment,
    parse_repeat,
    to_duration,
)

TimerKind = Literal["duration", "date", "cycle"]
"""BPMN's kinds of timers: timeDuration, timeDate and timeCycle."""


@dataclass(frozen=True, slots=True)
class Firing:
    """The next firing of a timer: ``due`` is its time in UTC. ``rule`` is plain JSON, to be stored
    with the timer and given to ``after_firing``: kind, value (a duration or a date), anchor (the
    date and time that is counted from), left (the number of firings with this one; None: endless).
    """

    due: datetime
    rule: Mapping[str, Any]


class TimePassed(TimeMalformed):
    """Every firing of a repeating timer lies before the time at which it begins to wait."""


def to_repeat(value: object) -> RepeatingInterval:
    """A cycle as it is drawn (ISO 8601, ``R4/…``) or as a duration, which repeats endlessly."""
    if isinstance(value, str):
        return parse_repeat(value)
    return RepeatingInterval(None, None, checked_interval(to_duration(value)))


def rule_of(kind: TimerKind, value: str, anchor: datetime, left: int | None) -> dict[str, Any]:
    """What is stored with a timer to know its later firings."""
    return {"kind": kind, "value": value, "anchor": anchor.isoformat(), "left": left}


def to_moment(value: object) -> datetime | None:
    """The date and time of a text or a FEEL value; a bare date is its start. None for other
    values."""
    moment = parse_moment(value) if isinstance(value, str) else value
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time.min) if isinstance(moment, date) else None
