"""The API as a WSGI application of its own, beside the pages.

It knows no sessions, cookies, CSRF tokens or templates: none of them can let anybody in, and none
of them costs a request time.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from engine import Config, Engine, ServiceplanError, Token
from web import security_log
from web.api import body, openapi
from web.api.answers import Wrong
from web.api.call import ANY_REVISION, BASE, REVISION, Call, Reply, Route
from web.api.etags import entity_tag, seen
from web.api.problems import (
    KINDS,
    MEDIA_TYPE,
    Refused,
    at_body,
    of_engine,
    pointer,
    problem_json,
)
from web.api.routes import ROUTES, find
from web.hosts import is_ours
from web.request_ids import REQUEST_ID

log = logging.getLogger(__name__)

StartResponse = Callable[..., Any]
"""WSGI's ``start_response``."""
Environ = dict[str, Any]
"""WSGI's environment of a request."""
Observe = Callable[[str, str, int, float], None]
"""A function that is called for every answer: HTTP method, operation, status, seconds."""

HEADERS: Final = [
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
]
"""The headers of every answer."""
NOT_STORED: Final = ("Cache-Control", "no-store")
"""The header of answers to writes, and of problems."""
REVALIDATED: Final = [("Cache-Control", "private, no-cache"), ("Vary", "Authorization")]
"""The headers of what was read: whoever asked may keep it, and asks each time whether it holds."""
NOT_MODIFIED: Final = 304
"""The status of an answer that the client has already."""
CHALLENGE: Final = ("WWW-Authenticate", 'Bearer realm="serviceplan"')
"""The header of an answer 401: a bearer token is wanted (RFC 6750)."""
STATUS: Final = {s.value: f"{s.value} {s.phrase}" for s in HTTPStatus}
"""The status lines of WSGI by number."""
DOCUMENT: Final = f"{BASE}/openapi.json"
"""The path of the OpenAPI document."""
PERSON: Final = "serviceplan.person"
"""The key of a request's environment with the id of the token's person, for the log."""
OPERATION: Final = "serviceplan.operation"
"""The key of a request's environment with the name of the operation, for the log and the
metrics."""
_SEEN: Final = re.compile(REVISION)
_encode: Final = msgspec.json.Encoder().encode


class Api:
    """The API's WSGI application on an open engine."""

    def __init__(self, config: Config, engine: Engine, observe: Observe):
        self._config = config
        self._engine = engine
        self._observe = observe
        self._document = _encode(openapi.document())
        # Numbers keep every digit that was sent: they are read as Decimal.
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {
            route.name: msgspec.json.Decoder(route.body, float_hook=body.number)
            for route in ROUTES
            if route.body
        }

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        security_log.begin_api_request(environ, request_id, _path(environ))
        try:
            status, data, headers = self._answer(environ)
        finally:
            security_log.end_api_request()
        headers.append(("X-Request-ID", request_id))
        operation = f"api.{environ.get(OPERATION, 'none')}"
        seconds = time.perf_counter() - begun
        self._observe(environ["REQUEST_METHOD"], operation, status, seconds)
        if log.isEnabledFor(logging.INFO):
            who, took = environ.get(PERSON, "-"), round(1000 * seconds, 1)
            log.info("%s for %s: %s", operation, who, status, extra={"milliseconds": took})
        headers += HEADERS
        if status != NOT_MODIFIED:
            headers.append(("Content-Length", str(len(data))))
        start_response(STATUS[status], headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else data]

    def _answer(self, environ: Environ) -> tuple[int, bytes, list[tuple[str, str]]]:
        """Status, body and headers; every error is a problem."""
        route = None
        try:
            path = _path(environ)
            if not is_ours(environ.get("HTTP_HOST", ""), self._config):
                raise Refused("wrong-host", "The server does not have this name: see web.hosts.")
            if path == DOCUMENT:
                return self._document_answer(environ)
            route, id = find(environ["REQUEST_METHOD"], path)
            environ[OPERATION] = route.name
            reply = route.handler(self._call(environ, route, id))
        except Refused as refused:
            return self._problem(environ, refused)
        except ServiceplanError as error:
            problem = of_engine(error, route.place if route else at_body)
            if problem.name == "internal-error":
                log.exception("%s %s", environ["REQUEST_METHOD"], _path(environ))
            return self._problem(environ, problem)
        except Exception:
            log.exception("%s %s", environ["REQUEST_METHOD"], _path(environ))
            return self._problem(environ, Refused("internal-error", "Something went wrong here."))
        return _sent(environ, route, reply)

    def _document_answer(self, environ: Environ) -> tuple[int, bytes, list[tuple[str, str]]]:
        """The OpenAPI document, which is no operation itself."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            raise Refused("method-not-allowed", "This takes GET, HEAD.", ("Allow", "GET, HEAD"))
        tag = entity_tag(self._document)
        headers = [("ETag", tag), ("Cache-Control", "public, no-cache")]
        if seen(environ, tag):
            return NOT_MODIFIED, b"", headers
        return 200, self._document, [("Content-Type", "application/json"), *headers]

    def _call(self, environ: Environ, route: Route, id: str) -> Call:
        token = self._token(environ, route)
        query = route.query()
        if environ.get("QUERY_STRING"):
            query = body.read_query(environ["QUERY_STRING"], route.query)
        given = self._body(environ, route) if route.body else None
        return Call(
            engine=self._engine,
            config=self._config,
            token=token,
            actor=token.actor(),
            id=id,
            query=query,
            body=given,
            key=_key(environ) if route.writes else "",
            revision=_revision(environ, route, given),
            environ=environ,
        )

    def _token(self, environ: Environ, route: Route) -> Token:
        """The bearer token of a request. Raises Refused, or the engine's NotAuthenticated."""
        scheme, _, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Refused("token-missing", "Send Authorization: Bearer <token>.", CHALLENGE)
        token = self._engine.tokens.bearer(secret.strip(), address=environ.get("REMOTE_ADDR", ""))
        environ[PERSON] = token.person.id
        if route.scope not in token.scopes:
            challenge = f'{CHALLENGE[1]}, error="insufficient_scope", scope="{route.scope}"'
            raise Refused(
                "scope-missing",
                f"This takes a token with the scope {route.scope!r}.",
                (CHALLENGE[0], challenge),
            )
        return token

    def _body(self, environ: Environ, route: Route) -> Any:
        data = body.read_bytes(environ, self._config.limits.request_bytes)
        if data:
            body.check_type(environ, "application/json")
        return body.read_json(data or b"{}", self._decoders[route.name])

    def _problem(
        self, environ: Environ, refused: Refused
    ) -> tuple[int, bytes, list[tuple[str, str]]]:
        status = KINDS[refused.name].status
        method, path = environ["REQUEST_METHOD"], _path(environ)
        if status in (401, 403, 404, 429):
            who = environ.get(PERSON, "-")
            log.warning("denied %s %s for %s: %s", method, path, who, refused.name)
            account = {"account_id": environ[PERSON]} if PERSON in environ else {}
            security_log.note("denied", status=status, reason=refused.name, **account)
        data = problem_json(refused, instance=path)
        return status, data, [("Content-Type", MEDIA_TYPE), NOT_STORED, *refused.headers]


def _sent(environ: Environ, route: Route, reply: Reply) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Status, body and headers of a handler's answer. What is read has an entity tag, and is not
    sent again to who has it."""
    data = reply.body if isinstance(reply.body, bytes) else _encode(reply.body)
    kind = ("Content-Type", reply.media_type)
    if route.writes:
        tags = [] if reply.revision is None else [("ETag", f'"{reply.revision}"')]
        return route.status, data, [kind, NOT_STORED, *tags, *reply.headers]
    tag = entity_tag(data, reply.revision)
    headers = [("ETag", tag), *REVALIDATED, *reply.headers]
    if seen(environ, tag):
        return NOT_MODIFIED, b"", headers
    return route.status, data, [kind, *headers]


def _path(environ: Mapping[str, Any]) -> str:
    """The path; a server hands its bytes on as Latin-1 (PEP 3333)."""
    return str(environ.get("PATH_INFO", "")).encode("latin-1").decode("utf-8", "replace")


def _key(environ: Mapping[str, Any]) -> str:
    """The idempotency key; a new one when none was sent. Quotes (RFC 8941) are not part of it."""
    given: str | None = environ.get("HTTP_IDEMPOTENCY_KEY")
    if given is None:
        return f"api-{secrets.token_urlsafe(18)}"
    given = given.strip()
    quoted = len(given) > 1 and given[0] == given[-1] == '"'
    return given[1:-1] if quoted else given


def _revision(environ: Mapping[str, Any], route: Route, given: Any) -> int | None:
    """The revision of If-Match or of the body ``given``; None when any will do.

    Raises Refused when they are two, or when there is none and the operation needs one.
    """
    if route.revision == "none":
        return None
    header: str = environ.get("HTTP_IF_MATCH", ANY_REVISION).strip()
    match = _SEEN.fullmatch(header)
    if match is None and header != ANY_REVISION:
        raise Refused("malformed-request", 'If-Match takes the ETag of the task, such as "3".')
    seen = {int(match[1])} if match else set()
    seen |= set() if given.revision is None else {given.revision}
    if len(seen) > 1:
        wrong = Wrong("contradiction", "If-Match names another revision.", pointer("revision"))
        raise Refused("invalid", wrong.detail, errors=[wrong])
    if not seen and route.revision == "needed":
        raise Refused(
            "revision-required",
            "Send the task's ETag as you have read it in If-Match, or its revision in the body.",
        )
    return next(iter(seen), None)
