"""The health of the engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pulse:
    """The health of the engine: the number of open incidents and of due timers, the seconds that
    the oldest due timer, job or outbound message has waited, the number of unsent and of dead
    messages, and of failed jobs."""

    incidents: int
    due_timers: int
    job_lag_seconds: float
    unsent: int
    dead: int
    failed_jobs: int
