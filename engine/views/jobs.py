"""Background work that failed: dead outbound messages and failed jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An outbound message that failed in all its attempts. ``kind`` is ``mail`` or ``webhook``,
    ``target`` the mail address or the URL, ``error`` the error of the last attempt."""

    id: str
    kind: str
    target: str
    created_at: datetime
    dead_at: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A background job that failed in all its attempts. ``payload`` is its input as JSON, ``error``
    the error of the last attempt."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    failed_at: datetime
    attempts: int
    error: str
