"""Who is there: sessions kept by the engine, known to the browser by a random token.

Before anyone has signed in there is no session to keep: a signed cookie then holds what the login
form needs (its CSRF token). Views that a stranger may see are named in ``PUBLIC``; every other
one needs a session.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict
from werkzeug.wrappers import Response as AnyResponse

from engine import Engine, ServiceplanError, Session
from web.security import cookie_name, secure

log = logging.getLogger(__name__)
SIGNED_IN: Final = "serviceplan"
START: Final = "serviceplan-start"
PUBLIC: Final = frozenset(
    {"static", "accounts.login", "accounts.login_sent", "accounts.language",
     "api.docs", "api.problems", "api.problem",
     "monitoring.live", "monitoring.ready", "monitoring.metrics"}
)  # fmt: skip


class KeptSession(CallbackDict[str, Any], SessionMixin):
    """The data of a session that the engine keeps."""

    def __init__(self, kept: Session):
        def touched(_: object) -> None:
            self.modified = True

        super().__init__(dict(kept.data), touched)
        self.token = kept.token
        self.person = kept.person
        self.modified = False


class Sessions(SecureCookieSessionInterface):
    """The engine's session where the browser shows a token, else a signed cookie."""

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name(START)

    def get_cookie_secure(self, app: Flask) -> bool:
        return secure()

    def get_cookie_samesite(self, app: Flask) -> str:
        return "Lax"

    def open_session(self, app: Flask, request: Request) -> Any:
        if request.path.startswith("/static/"):
            return self.make_null_session(app)
        token = request.cookies.get(cookie_name(SIGNED_IN))
        try:
            kept = app.extensions["engine"].sessions.get(token) if token else None
        except ServiceplanError as error:
            # Flask cannot answer from here; know_person raises it where it can.
            g.no_session = error
            return self.session_class()
        return KeptSession(kept) if kept else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if isinstance(session, KeptSession):
            if session.modified and not getattr(g, "signed_out", False):
                self._keep(app, session)
        elif not getattr(g, "signed_in", False) and not hasattr(g, "no_session"):
            super().save_session(app, session, response)

    def _keep(self, app: Flask, session: KeptSession) -> None:
        try:
            app.extensions["engine"].sessions.save(session.token, dict(session))
        except ServiceplanError as error:
            # The answer is made and true; a message for the next page is all that is lost.
            log.warning("a session could not be kept: %s", error)


def sign_in(username: str, password: str, data: dict[str, Any] | None = None) -> Session:
    """A new session, with a new token, for whoever knows the password.

    Raises NotAuthenticated. A session that was there before is ended, so that no token from
    before the login lives on.
    """
    engine: Engine = current_app.extensions["engine"]
    kept = engine.sessions.sign_in(username, password, address=request.remote_addr or "")
    if isinstance(session._get_current_object(), KeptSession):  # type: ignore[attr-defined]
        engine.sessions.sign_out(session.token)  # type: ignore[attr-defined]
    if data:
        engine.sessions.save(kept.token, data)
    g.signed_in = True
    return kept


def token() -> str | None:
    """The token of this request's session."""
    current = session._get_current_object()  # type: ignore[attr-defined]
    return current.token if isinstance(current, KeptSession) else None


def give_cookie(response: AnyResponse, kept: Session) -> None:
    """Hand the token to the browser. The session's limits are the engine's to keep."""
    response.set_cookie(
        cookie_name(SIGNED_IN), kept.token, secure=secure(), httponly=True, samesite="Lax", path="/"
    )
    response.delete_cookie(cookie_name(START), secure=secure(), httponly=True, samesite="Lax")


def sign_out(response: AnyResponse) -> None:
    """End this session, here and on the server."""
    current = session._get_current_object()  # type: ignore[attr-defined]
    if isinstance(current, KeptSession):
        current_app.extensions["engine"].sessions.sign_out(current.token)
        g.signed_out = True
    response.delete_cookie(cookie_name(SIGNED_IN), secure=secure(), httponly=True, samesite="Lax")


def init(app: Flask, ask_login: Callable[[], Any]) -> None:
    """Keep sessions, and let ``ask_login`` answer a stranger who asks for more than PUBLIC."""
    app.session_interface = Sessions()

    def know_person() -> Any:
        if hasattr(g, "no_session"):
            raise g.no_session
        g.person = getattr(session._get_current_object(), "person", None)  # type: ignore[attr-defined]
        known = g.person is not None or not request.endpoint or request.endpoint in PUBLIC
        return None if known else ask_login()

    app.before_request(know_person)
