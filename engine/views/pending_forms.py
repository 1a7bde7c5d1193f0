"""Posted forms that could not be done yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class PendingForm:
    """A posted form that could not be done yet, for the page at ``path``. ``content`` is JSON: what
    was typed, and why it could not be done."""

    id: str
    path: str
    content: Mapping[str, Any]
    created_at: datetime
