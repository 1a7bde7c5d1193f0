"""People, roles, and the actor of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TokenName:
    """The id and the name of an API token, as the history has them."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person with roles and application rights, or the system itself.

    ``rights`` are of ``process_owner``, ``manager``, ``administrator``. ``token`` is the API token
    of a program that acts in the person's name."""

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()
    token: TokenName | None = None


SYSTEM = Actor(id="system", name="Serviceplan", rights=frozenset({"system"}))
"""The engine itself, as the actor of timers, migrations and other background work."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person with an account. ``roles`` are keys of configured roles, ``rights`` application
    rights."""

    id: str
    username: str
    name: str
    roles: frozenset[str]
    rights: frozenset[str]
    active: bool = True
    email: str | None = None

    @property
    def initials(self) -> str:
        """The first letters of the first three names."""
        return "".join(part[0] for part in self.name.split() if part).upper()[:3]

    def actor(self) -> Actor:
        """The person as an actor."""
        return Actor(self.id, self.name, self.roles, self.rights)


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account with what happened to it last: when the password was set, and who changed
    roles, rights, address or access, and when (None when nobody has)."""

    person: Person
    password_at: datetime
    changed_by: str | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A configured role, with its Swedish and its English title. ``parted`` are the titles with
    the soft hyphens of the settings, by language, where they have some."""

    key: str
    sv: str
    en: str
    parted: Mapping[str, str] = field(default_factory=dict, compare=False)

    def title(self, language: str) -> str:
        """The title in a language: English for ``en``, else Swedish."""
        return self.en if language == "en" else self.sv

    def hyphenated(self, language: str) -> str:
        """The title with its soft hyphens; "" where the settings have none."""
        return self.parted.get(language, "")
