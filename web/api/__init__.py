"""The REST API: ``/api/v1`` for programs, with bearer tokens.

``routes.py`` is the table of operations; from it come the dispatch (``wsgi.py``) and the document
(``openapi.py``). What comes in is ``requests.py``, what goes out ``answers.py``, every refusal
``problems.py``. It talks to the engine's public names only. The readable pages (``pages.py``) are
the one part that belongs to the pages' application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from engine import Config, Engine
from web.api.pages import blueprint
from web.api.wsgi import Api, Observe

__all__ = ["blueprint", "mount"]

PREFIX: Final = "/api"
PAGES: Final = frozenset({"/api/v1/docs"})
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def mount(pages: Wsgi, config: Config, engine: Engine, observe: Observe) -> Wsgi:
    """The pages' WSGI application with the API beside it: everything below ``/api`` but the pages
    that describe it. ``observe`` is told of every answer of the API."""
    api = Api(config, engine, observe)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if (path == PREFIX or path.startswith(f"{PREFIX}/")) and path not in PAGES:
            return api(environ, start_response)
        return pages(environ, start_response)

    return application
