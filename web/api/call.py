"""One request of the API, read; and what a handler answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from engine import Actor, Config, Engine, Token
from web.api.problems import Place, at_body
from web.api.requests import Nothing

BASE: Final = "/api/v1"
ETAG: Final = r'^(\*|"[0-9]{1,18}")$'
"""A revision as a header has it."""


@dataclass(slots=True)
class Call:
    """A request that is authorised to come in: who asks, for what. ``id`` is the path's, ``key``
    the idempotency key, ``revision`` the one of If-Match."""

    engine: Engine
    config: Config
    token: Token
    actor: Actor
    id: str
    query: Any
    body: Any
    key: str
    revision: int | None
    environ: Mapping[str, Any]

    @property
    def asked(self) -> dict[str, Any]:
        """The query's parameters that are given, by name, which is the engine's own."""
        given = msgspec.structs.asdict(self.query)
        return {name: value for name, value in given.items() if value is not msgspec.UNSET}

    @property
    def seen(self) -> int | None:
        """The revision that the caller has seen: of the header, else of the body."""
        return self.revision if self.revision is not None else self.body.revision

    @property
    def guarded(self) -> dict[str, Any]:
        """What every change to a task is made under: the revision seen, and the key."""
        return {"revision": self.seen, "key": self.key}


@dataclass(slots=True)
class Reply:
    """What a handler answers: a struct as JSON, or bytes as they are."""

    body: Any
    headers: list[tuple[str, str]] = field(default_factory=list)
    media_type: str = "application/json"


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. The table of them is what is dispatched, and what is documented.

    ``path`` is ``/things``, ``/things/{id}`` or ``/things/{id}/action``. ``scope`` None is open to
    everybody. ``files`` takes a multipart body, read by the handler itself. ``headers`` are those
    of the answer that say something of their own. ``problems`` are the types that are the
    operation's own; those that every operation has are not listed.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    answer: type
    tag: str
    scope: str | None = "read"
    status: int = 200
    query: type = Nothing
    body: type | None = None
    revised: bool = False
    files: bool = False
    headers: tuple[str, ...] = ()
    media_type: str = "application/json"
    problems: tuple[str, ...] = ()
    place: Place = at_body

    @property
    def name(self) -> str:
        """The operation's id."""
        return self.handler.__name__

    @property
    def writes(self) -> bool:
        return self.method != "GET"


def shown(kind: Any, *views: Any, **more: Any) -> Any:
    """The engine's views together as the struct ``kind``, by the names of their attributes; of
    several with one name the last."""
    if len(views) == 1 and not more:
        return msgspec.convert(views[0], kind, from_attributes=True)
    merged = {name: getattr(view, name) for view in views for name in view.__slots__} | more
    return msgspec.convert(merged, kind, from_attributes=True)
