"""What people sign in with, and where they are signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.views.people import Person


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as its person's list shows it. ``user_agent`` is what the browser called itself,
    ``method`` is ``password``, ``passkey`` or ``openid``; ``current`` for the one that asks."""

    id: str
    user_agent: str
    address: str
    method: str
    second_factor: bool
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a person. ``backed_up``: its owner's other devices have it too."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    backed_up: bool


@dataclass(frozen=True, slots=True)
class SignInMethods:
    """What a person signs in with besides the password. ``codes_since`` is when the one-time codes
    were confirmed, None without; ``recovery_codes`` are those not used yet; ``providers`` are the
    issuers of linked OpenID accounts; ``required`` when the person's roles or rights demand a
    second factor."""

    codes_since: datetime | None
    passkeys: tuple[Passkey, ...]
    recovery_codes: int
    providers: tuple[str, ...]
    required: bool

    @property
    def has_second_factor(self) -> bool:
        """Whether there is a second factor: one-time codes or a passkey."""
        return self.codes_since is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in that waits for its second factor. ``token`` belongs to the browser that has begun;
    ``codes`` and ``passkeys`` say what the person has."""

    token: str
    person: Person
    codes: bool
    passkeys: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OneTimeCodeSetup:
    """A secret of one-time codes that waits for its first code: in base32, and as the address that
    an authenticator app reads from a QR code (``otpauth:``)."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are used: the ``rp_id`` that they belong to, the addresses that they may be
    used from, and the name that a browser shows."""

    rp_id: str
    origins: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class IssuedChallenge:
    """A challenge for the browser: ``token`` takes the answer to it, ``options`` is what the
    browser's ``navigator.credentials`` is told (JSON)."""

    token: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IssuedRecoveryCodes:
    """New recovery codes. They are in this result only; empty when none were made, or when the key
    is repeated."""

    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenidVisit:
    """A visit to the OpenID provider: the ``address`` there that a browser is sent to, and the
    ``state`` that it comes back with."""

    state: str
    address: str
