"""A small company of people: one for each role, and one for each application right."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine import SYSTEM, Actor, Config, Engine

RIGHTS = ("process_owner", "manager", "administrator")
SURNAMES = ("Åberg", "Ärlig", "Öberg", "Zorn", "Nyström", "Sjögren", "Lindqvist", "Ek", "Wåhlin")


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in."""

    actor: Actor
    username: str
    password: str

    @property
    def id(self) -> str:
        return self.actor.id

    @property
    def name(self) -> str:
        return self.actor.name


class People(Mapping[str, Account]):
    """Accounts by role key or right: ``people["saljare"]``, ``people["manager"]``."""

    def __init__(self, accounts: Mapping[str, Account]):
        self._accounts = dict(accounts)

    def __getitem__(self, key: str) -> Account:
        return self._accounts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._accounts)

    def __len__(self) -> int:
        return len(self._accounts)

    def with_role(self, role: str) -> Account:
        return self._accounts[role]


def add_people(engine: Engine, config: Config) -> People:
    """One person for each role of ``config`` and one for each right, named by its key."""
    accounts = {}
    for number, role in enumerate(config.roles):
        name = f"{role.capitalize()} {SURNAMES[number % len(SURNAMES)]}"
        accounts[role] = _add(engine, role, name, roles=(role,))
    for right in RIGHTS:
        accounts[right] = _add(engine, right, f"{right.capitalize()} Ståhl", rights=(right,))
    return People(accounts)


def _add(
    engine: Engine,
    username: str,
    name: str,
    *,
    roles: tuple[str, ...] = (),
    rights: tuple[str, ...] = (),
) -> Account:
    password = secrets.token_urlsafe(15)
    receipt = engine.people.add(
        SYSTEM,
        username,
        name,
        roles=roles,
        rights=rights,
        password=password,
        key=f"person-{username}",
    )
    assert receipt.id is not None
    actor = Actor(receipt.id, name, frozenset(roles), frozenset(rights))
    return Account(actor, username, password)
