"""API tokens, by which programs act in a person's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.views.people import Actor, Person, TokenName


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token of the API, without its secret, of which only the hash is stored. ``prefix``
    is the beginning of the secret, by which its owner recognises it; with ``expires_at`` None it
    never ends."""

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
        """The token's person as an actor, with the roles and rights of now and this token."""
        who = self.person
        return Actor(who.id, who.name, who.roles, who.rights, TokenName(self.id, self.name))


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token. Its ``secret`` is in this result only; None when the key is repeated."""

    token: Token
    secret: str | None = field(repr=False)
