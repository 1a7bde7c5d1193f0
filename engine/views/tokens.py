"""API tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.views.people import Actor, Person, TokenName


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
