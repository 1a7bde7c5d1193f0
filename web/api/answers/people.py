"""The API's structs of people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from engine import TOKEN_SCOPES

Time = Annotated[datetime, Meta(tz=True)]
"""A moment, in UTC."""
Right = Literal["process_owner", "manager", "administrator"]
Scope = Literal[TOKEN_SCOPES]  # type: ignore[valid-type]


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
    rights: list[Right]
    scopes: list[Scope]
    expires_at: Time | None
