"""What a view function needs of the application and the request: the engine, the configuration, the
signed-in person, the idempotency key of the posted form, the titles of roles."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import urlencode

import flask
from flask import Flask, current_app, g, has_request_context, request

from engine import Actor, Config, Engine, Person
from web.i18n import OF_REQUEST, language

_TODAY: Final = ContextVar[date | None]("today of the request", default=None)

_ID: Final = re.compile("[0-9a-f]{32}")
"""An id of the engine, which stands in an address as it is."""
_ANY_ID: Final = "0" * 32


def engine() -> Engine:
    """The open engine of this application."""
    return cast(Engine, current_app.extensions["engine"])


def config() -> Config:
    """The configuration of this application."""
    return cast(Config, current_app.extensions["config"])


def person() -> Person | None:
    """The signed-in person; None on a public page (``sessions.PUBLIC``) without a session."""
    return cast("Person | None", getattr(g, "person", None))


def signed_in() -> Person:
    """The signed-in person. Only for pages that need a session."""
    somebody = person()
    assert somebody is not None, "a page without a session asks who is signed in"
    return somebody


def actor() -> Actor:
    """The signed-in person as the ``Actor`` of a call to the engine. Only for pages that need a
    session."""
    return signed_in().actor()


def today() -> date:
    """Today in the company's zone, by the engine's clock: the same day for a whole request."""
    known = _TODAY.get()
    if known is None:
        known = engine().today()
        if has_request_context():
            _TODAY.set(known)
    return known


def url_for(endpoint: str, **values: Any) -> str:
    """The address of a page, as Flask's own. One without parameters is made once, and of one with
    an id what stands around it."""
    if endpoint.startswith("."):
        return flask.url_for(endpoint, **values)
    if not values:
        return _fixed_url(endpoint, request.root_path)
    if len(values) == 1:
        [(name, value)] = values.items()
        if isinstance(value, str) and _ID.fullmatch(value):
            before, after = _around_id(endpoint, name, request.root_path)
            return f"{before}{value}{after}"
    return flask.url_for(endpoint, **values)


def url_around(endpoint: str, name: str) -> tuple[str, str]:
    """What stands before and after the parameter ``name`` in the addresses of pages: those of a
    list's rows are made of it."""
    return _around_id(endpoint, name, request.root_path)


def with_query(url: str, query: Mapping[str, Any]) -> str:
    """The address with those parameters of a query that are set, written as Flask writes them, at a
    tenth of the price."""
    given = urlencode({name: value for name, value in query.items() if value}, safe=_SAFE)
    return f"{url}?{given}" if given else url


_SAFE: Final = "!$'()*,/:;?@"
"""The characters that stand in a query as they are, beside letters, digits and ``-._~``."""


@lru_cache(maxsize=200)
def _fixed_url(endpoint: str, _root_path: str) -> str:
    return flask.url_for(endpoint)


@lru_cache(maxsize=200)
def _around_id(endpoint: str, name: str, _root_path: str) -> tuple[str, str]:
    values: dict[str, Any] = {name: _ANY_ID}
    before, _id, after = flask.url_for(endpoint, **values).rpartition(_ANY_ID)
    return before, after


def new_key() -> str:
    """A fresh idempotency key, for the hidden field ``key`` of a form."""
    return secrets.token_urlsafe(18)


def posted_key() -> str:
    """The idempotency key of the posted form: a double click sends the same one twice.

    At most 80 characters, because callers add suffixes and the engine takes 100.
    """
    return request.form.get("key", "")[:80] or new_key()


def role_title(key: str | None) -> str:
    """A role's title in the reader's language; a role that no longer exists keeps its key."""
    role = engine().roles.get(key or "")
    return role.title(language()) if role else (key or "")


def role_titles(keys: Iterable[str]) -> list[str]:
    """The titles of these roles, in the order of the configuration."""
    wanted = set(keys)
    return [role.title(language()) for key, role in engine().roles.items() if key in wanted]


def role_choices() -> list[tuple[str, str]]:
    """The keys and titles of all roles, in the order of the configuration."""
    return [(key, role.title(language())) for key, role in engine().roles.items()]


def init(app: Flask) -> None:
    """Begin and end what a request knows once and for all."""

    def forget(_error: BaseException | None = None) -> None:
        _TODAY.set(None)
        OF_REQUEST.set(None)

    app.before_request(forget)
    app.teardown_request(forget)
    app.jinja_env.globals["url_for"] = url_for


def here() -> str:
    """The path to return to after a detour such as a login: this page, as a GET opens it."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path
