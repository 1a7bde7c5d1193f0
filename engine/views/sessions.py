"""Sessions of signed-in people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.views.people import Person


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person's session. ``token`` is the cookie's secret; only its hash is stored.
    ``has_notices`` when there are notices that the person has not seen, ``has_pending_forms`` when
    forms of the person's wait that could not be done."""

    token: str
    person: Person
    created_at: datetime
    expires_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    has_notices: bool = False
    has_pending_forms: bool = False
