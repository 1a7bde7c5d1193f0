"""Sessions of signed-in people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.views.people import Person


@dataclass(frozen=True, slots=True)
class Browser:
    """What somebody signs in with: the network address, what the browser calls itself, and a random
    text that it alone has (``device``)."""

    address: str = ""
    user_agent: str = ""
    device: str = ""


NO_BROWSER = Browser()
"""A program that signs in without a browser."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person's session. ``token`` is the cookie's secret; only its hash is stored.
    ``has_notices`` when there are notices that the person has not seen, ``has_pending_forms`` when
    forms of the person's wait that could not be done. ``second_factor`` when one was shown in this
    session, ``has_second_factor`` when the person has one at all; with ``renewal_due`` the browser
    is to get a new token."""

    token: str
    person: Person
    created_at: datetime
    expires_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    has_notices: bool = False
    has_pending_forms: bool = False
    id: str = ""
    second_factor: bool = False
    has_second_factor: bool = False
    renewal_due: bool = False
