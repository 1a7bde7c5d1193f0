"""A request of the API as its handler gets it (``Call``), the handler's answer (``Reply``), and an
operation of the table (``Route``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

import msgspec

from engine import Actor, Config, Engine, Exact, Token
from web.api.problems import Place, at_body
from web.api.requests import Nothing

BASE: Final = "/api/v1"
"""What the path of every operation begins with."""
EXACT: Final = tuple(each.name for each in fields(Exact))
"""The names of the filters that ask for equality."""
REVISION: Final = r'^"([0-9]{1,18})(-[0-9a-f]{1,64})?"$'
"""The form of If-Match: a task's ETag, or its revision alone in quotes."""
ANY_REVISION: Final = "*"
"""What If-Match has for any revision."""


@dataclass(slots=True)
class Call:
    """An authenticated request whose token has the operation's scope.

    ``id`` is that of the path, ``query`` and ``body`` are the operation's structs, ``key`` is the
    idempotency key, ``revision`` the one that the client has seen: that of If-Match or of the body.
    """

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
        """The given parameters of the query by name; the names are those of the engine's
        arguments."""
        given = msgspec.structs.asdict(self.query)
        return {name: value for name, value in given.items() if value is not msgspec.UNSET}

    @property
    def filters(self) -> dict[str, Any]:
        """``asked`` as the arguments of the engine's lists that filter exactly."""
        given = self.asked
        exact = {name: given.pop(name) for name in EXACT if name in given}
        return {**given, "exact": Exact(**exact)}

    @property
    def guarded(self) -> dict[str, Any]:
        """The arguments of every change to a task: the revision seen, and the idempotency key."""
        return {"revision": self.revision, "key": self.key}


@dataclass(slots=True)
class Reply:
    """A handler's answer: a struct that is sent as JSON, bytes that are sent as they are, or an
    iterator of such, which has no entity tag.
    ``revision`` is that of the task that it is about; its ETag begins with it."""

    body: Any
    headers: list[tuple[str, str]] = field(default_factory=list)
    media_type: str = "application/json"
    revision: int | None = None


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """An operation of the API, for the dispatch and for the OpenAPI document.

    ``path`` is ``/things``, ``/things/{id}`` or ``/things/{id}/action``. ``files``: the handler
    itself reads a multipart body. ``pieces``: the answer comes as it is read, without an ETag.
    ``revision``: whether the operation takes the revision that the client has seen, or needs it.
    ``headers`` are the answer's headers to document, ``problems`` the types of problem that only
    some operations have. ``place`` turns the engine's name of a wrong input into a JSON pointer;
    ``example`` is a body to show.
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
    revision: Literal["none", "taken", "needed"] = "none"
    files: bool = False
    pieces: bool = False
    headers: tuple[str, ...] = ()
    media_type: str = "application/json"
    problems: tuple[str, ...] = ()
    place: Place = at_body
    example: Any = None

    @property
    def name(self) -> str:
        """The operation's id in the OpenAPI document: the name of its handler."""
        return self.handler.__name__

    @property
    def writes(self) -> bool:
        """Whether the operation changes anything, and so takes an idempotency key."""
        return self.method != "GET"


def as_struct(kind: Any, *views: Any, **more: Any) -> Any:
    """One or several of the engine's views as the struct ``kind``, by the names of its fields.

    A field that several views have is taken from the last one; ``more`` goes before all of them.
    """
    if len(views) == 1 and not more:
        return msgspec.convert(views[0], kind, from_attributes=True)
    merged = {name: getattr(view, name) for view in views for name in view.__slots__} | more
    return msgspec.convert(merged, kind, from_attributes=True)
