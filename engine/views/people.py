"""Who: people, their sessions, roles, customers, and one page of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TokenName:
    """A token of the API as the history names it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person with roles and application rights, or the system itself.

    ``rights`` are of ``process_owner``, ``manager``, ``administrator``. ``token`` is the one that
    a program came in by, in the person's name.
    """

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()
    token: TokenName | None = None


SYSTEM = Actor(id="system", name="Serviceplan", rights=frozenset({"system"}))


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    username: str
    name: str
    roles: frozenset[str]
    rights: frozenset[str]
    active: bool = True
    email: str | None = None

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split() if part).upper()[:3]

    def actor(self) -> Actor:
        return Actor(self.id, self.name, self.roles, self.rights)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person's session. ``token`` is the cookie's secret; only its hash is kept."""

    token: str
    person: Person
    created_at: datetime
    expires_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token of the API, without its secret, of which only the hash is kept. ``prefix`` is
    how the secret begins, so that its owner knows it again; ``expires_at`` None never ends."""

    id: str
    person: Person
    name: str
    prefix: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def actor(self) -> Actor:
        """Its person, with the roles and rights of now, come in by this token."""
        who = self.person
        return Actor(who.id, who.name, who.roles, who.rights, TokenName(self.id, self.name))


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token. ``secret`` is given this once; None when the same key comes again."""

    token: Token
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Role:
    key: str
    sv: str
    en: str

    def title(self, language: str) -> str:
        return self.en if language == "en" else self.sv


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    name: str
    org_number: str


@dataclass(frozen=True, slots=True)
class CustomerRow(Customer):
    """A customer in a list, with the number of their cases."""

    cases: int


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. ``next`` is the cursor of the following page, None on the last."""

    items: tuple[T, ...]
    next: str | None = None
    total: int | None = None
