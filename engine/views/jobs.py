"""What nobody asks for: what could not be sent or done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Something that was tried in vain and is tried no more. ``kind`` is ``mail`` or ``webhook``,
    ``target`` the address or the URL, ``error`` what the last attempt met."""

    id: str
    kind: str
    target: str
    created_at: datetime
    dead_at: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class FailedJob:
    """Something to be done when nobody asks, which was tried in vain and is tried no more.
    ``payload`` says at what it looks, ``error`` what the last attempt met."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    failed_at: datetime
    attempts: int
    error: str
