"""Who does something: people, their roles, and the actor of a request."""

from __future__ import annotations

from dataclasses import dataclass


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
class Role:
    key: str
    sv: str
    en: str

    def title(self, language: str) -> str:
        return self.en if language == "en" else self.sv
