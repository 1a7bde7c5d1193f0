"""How the engine is doing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the engine is doing: open incidents, timers whose time has come, how long the oldest
    due work (a timer, a job, a letter) has waited, letters on their way and dead ones, and jobs
    that are tried no more."""

    incidents: int
    due_timers: int
    job_lag_seconds: float
    unsent: int
    dead: int
    failed_jobs: int
