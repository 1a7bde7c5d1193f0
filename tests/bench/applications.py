"""Floor and ours as WSGI applications and as lists of requests, for whoever measures them."""

from __future__ import annotations

import gc
import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from engine import Engine
from tests.bench import floor
from tests.bench.ground import CONFIG
from web import create_app
from web.server import settle

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Request = tuple[str, dict[str, str], bytes]
"""Path, headers, body; all are POST."""


def application(kind: str, url: str) -> Wsgi:
    """``floor`` or ``ours`` on the database at ``url``, as a server's worker has it."""
    if kind == "floor":
        app: Wsgi = floor.create_app(url)
    else:
        engine = Engine.open(url, config=CONFIG)
        app = create_app(CONFIG, engine, secret=b"benchmark")
        settle()
    gc.collect()
    gc.freeze()
    return app


def requests(kind: str, ids: Iterable[str], secret: str, mark: str = "") -> list[Request]:
    """A request for each id; ``mark`` makes idempotency keys its own."""
    json_type = {"Content-Type": "application/json"}
    if kind == "floor":
        body = json.dumps({"note": "done"}).encode()
        return [(f"/items/{i}/complete", json_type, body) for i in ids]
    return [
        (
            f"/api/v1/tasks/{i}/complete",
            {**json_type, "Authorization": f"Bearer {secret}", "Idempotency-Key": f"{mark}{i}"},
            b'{"answers": {}, "revision": 0}',
        )
        for i in ids
    ]


def environ(request: Request) -> dict[str, Any]:
    """The request as a server would give it to the application."""
    path, headers, body = request
    named = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in headers.items()}
    return {
        **named,
        "CONTENT_TYPE": named.pop("HTTP_CONTENT_TYPE"),
        "CONTENT_LENGTH": str(len(body)),
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.errors": io.StringIO(),
        "wsgi.input": io.BytesIO(body),
        "wsgi.multiprocess": True,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
    }


def answer(app: Wsgi, given: dict[str, Any]) -> bytes:
    """The body of a 200; anything else ends the benchmark."""
    status: list[str] = []

    def start_response(line: str, _headers: Any, _error: Any = None) -> None:
        status.append(line)

    given["wsgi.input"].seek(0)
    found = app(given, start_response)
    body = b"".join(found)
    if hasattr(found, "close"):
        found.close()
    if not status or not status[0].startswith("200"):
        raise RuntimeError(f"{given['PATH_INFO']}: {status} {body[:500]!r}")
    return body
