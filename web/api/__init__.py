"""The REST API: ``/api/v1`` for programs, with bearer tokens, on the engine's public names.

``routes.py`` is the table of operations; from it come the dispatch (``wsgi.py``) and the OpenAPI
document (``openapi.py``). ``tasks.py``, ``cases.py`` and ``definitions.py`` have the operations,
``requests.py`` the structs that they take, ``answers/`` those that they give, ``problems.py`` every
refusal; ``body.py`` reads a request. ``pages.py`` are the pages that describe the API, the one part
that belongs to the Flask application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from engine import Config, Engine
from web.api.pages import blueprint
from web.api.wsgi import Api, Observe

__all__ = ["blueprint", "mount"]

PREFIX: Final = "/api"
"""The path below which the API answers."""
PAGES: Final = frozenset({"/api/v1/docs"})
"""Paths below ``PREFIX`` that Flask answers."""
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def mount(pages: Wsgi, config: Config, engine: Engine, observe: Observe) -> Wsgi:
    """A WSGI application that gives requests below ``PREFIX`` to the API and others to ``pages``.

    ``observe`` is called for every answer of the API.
    """
    api = Api(config, engine, observe)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if (path == PREFIX or path.startswith(f"{PREFIX}/")) and path not in PAGES:
            return api(environ, start_response)
        return pages(environ, start_response)

    return application
