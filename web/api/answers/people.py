"""The API's structs of people."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Person(Struct, frozen=True):
    """A person, by id, user name and name."""

    id: str
    username: str
    name: str


class Me(Struct, frozen=True):
    """Who the token speaks for."""

    id: str
    username: str
    name: str
    roles: list[str]
    rights: list[str]
    scopes: list[str]
    expires_at: datetime | None
