"""Who may send a long body: it is asked before the body is read, by the request's head alone."""

from __future__ import annotations

import logging
from http.cookies import CookieError, SimpleCookie
from typing import Any

from engine import NotAuthenticated, ServiceplanError
from web.api.call import BASE
from web.incoming import Head
from web.sessions import SIGNED_IN

log = logging.getLogger(__name__)


def admits(app: Any, head: Head, address: str) -> bool:
    """Whether whoever sends this head has a valid API token (for the API) or session (for a page).

    Somebody who has none is answered without the body. A database that does not answer admits: the
    request then says so itself.
    """
    fields, engine = head.fields or {}, app.extensions["engine"]
    try:
        if head.path.startswith(f"{BASE}/"):
            scheme, _, secret = fields.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer":
                return False
            engine.tokens.bearer(secret.strip(), address=address)
            return True
        return any(engine.sessions.get(token) for token in _tokens(fields.get("cookie", "")))
    except NotAuthenticated:
        return False
    except ServiceplanError as error:
        log.warning("who sends a body could not be asked: %s", error)
        return True


def _tokens(cookies: str) -> list[str]:
    """The tokens of sessions among the cookies of a request."""
    try:
        given = SimpleCookie(cookies)
    except CookieError:
        return []
    names = (SIGNED_IN, f"__Host-{SIGNED_IN}")
    return [given[name].value for name in names if name in given]
