"""What a view needs of its surroundings: the engine, who asks, and the key of this write."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date
from typing import cast

from flask import current_app, g, request

from engine import Actor, Config, Engine, Person
from web.i18n import language


def engine() -> Engine:
    """The engine that this application stands on."""
    return cast(Engine, current_app.extensions["engine"])


def config() -> Config:
    return cast(Config, current_app.extensions["config"])


def person() -> Person | None:
    """Who is signed in, or None on the pages that a stranger may see."""
    return cast("Person | None", getattr(g, "person", None))


def actor() -> Actor:
    """Who is signed in, as the engine wants to know it. Only for pages that need a session."""
    known = person()
    assert known is not None, "a page without a session asks who is there"
    return known.actor()


def today() -> date:
    """Today in the company's zone, by the engine's clock."""
    return engine().today()


def new_key() -> str:
    """A fresh idempotency key, for the hidden field ``key`` of a form."""
    return secrets.token_urlsafe(18)


def posted_key() -> str:
    """The idempotency key that came with the form: a double click carries the same one."""
    return request.form.get("key", "")[:80] or new_key()


def role_title(key: str | None) -> str:
    """A role's title in the reader's language; a role that no longer exists keeps its key."""
    role = engine().roles.get(key or "")
    return role.title(language()) if role else (key or "")


def role_titles(keys: Iterable[str]) -> list[str]:
    """Titles in the order in which the configuration has the roles."""
    held = set(keys)
    return [role.title(language()) for key, role in engine().roles.items() if key in held]


def here() -> str:
    """The path to come back to after a detour: of this page, as a GET would open it."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path
