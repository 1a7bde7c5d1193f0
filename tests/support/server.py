"""The web application on a free port of the loopback, in a thread of the test's own process, so
that the test and the pages share one engine and one clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import WSGIRequestHandler, make_server

from engine import Config, Engine
from web import create_app


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Requests of a test are not worth a line."""


@contextmanager
def serving(config: Config, engine: Engine) -> Iterator[str]:
    """Gives the address, without a slash at its end."""
    app = create_app(config, engine)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, name="live server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
