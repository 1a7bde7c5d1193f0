"""Sessions of signed-in people: the engine stores them, the browser has a random token in a cookie.

Before the login a signed cookie holds what the login form needs (its CSRF token), and nothing is
stored. Every page needs a session, but those in ``PUBLIC``.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from typing import Any, Final

from flask import (
    Flask,
    Request,
    Response,
    after_this_request,
    current_app,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict
from werkzeug.wrappers import Response as AnyResponse

from engine import Engine, ServiceplanError, Session
from web import pending_forms
from web.security import cookie_name, secure
from web.typed_form import ID

log = logging.getLogger(__name__)
SIGNED_IN: Final = "serviceplan"
"""The name of the cookie with a session's token."""
START: Final = "serviceplan-start"
"""The name of the signed cookie before a login."""
DEVICE: Final = "serviceplan-device"
"""The name of the cookie by which a browser that somebody has logged in on is known again: guesses
from elsewhere do not hold up its next login. It lets nobody in."""
DEVICE_SECONDS: Final = 180 * 86_400
"""How long a browser keeps that cookie after a login, as long as the engine knows the device."""
PUBLIC: Final = frozenset(
    {"static", "accounts.login", "accounts.login_sent", "accounts.language",
     "api.docs", "api.problems", "api.problem",
     "invitations.show", "invitations.accept", "invitations.first", "invitations.accept_first",
     "monitoring.live", "monitoring.ready", "monitoring.metrics"}
)  # fmt: skip
"""The endpoints that need no session."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
BEFORE_OWN_PASSWORD: Final = PUBLIC | {"accounts.password", "accounts.password_sent",
                                       "accounts.logout"}  # fmt: skip
"""What somebody can open whose password somebody else has set, until they have changed it."""


class StoredSession(CallbackDict[str, Any], SessionMixin):
    """Flask's session object for a session that the engine stores: its data, token and person, and
    whether there are notices that the person has not seen, and forms that could not be done."""

    def __init__(self, stored: Session):
        def changed(_: object) -> None:
            self.modified = True

        super().__init__(dict(stored.data), changed)
        self.token = stored.token
        self.person = stored.person
        self.has_notices = stored.has_notices
        self.has_pending_forms = stored.has_pending_forms
        self.modified = False


class Sessions(SecureCookieSessionInterface):
    """Flask's session interface: the stored session of the token's cookie, else a signed cookie."""

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
            stored = app.extensions["engine"].sessions.get(token) if token else None
        except ServiceplanError as error:
            # Flask cannot answer from here; know_person raises it where it can.
            g.no_session = error
            return self.session_class()
        return StoredSession(stored) if stored else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if isinstance(session, StoredSession):
            if session.modified and not getattr(g, "signed_out", False):
                self._store(app, session)
        elif not getattr(g, "signed_in", False) and not hasattr(g, "no_session"):
            super().save_session(app, session, response)

    def _store(self, app: Flask, session: StoredSession) -> None:
        try:
            app.extensions["engine"].sessions.save(session.token, dict(session))
        except ServiceplanError as error:
            # The answer is made and true; only a message for the next page is lost.
            log.warning("a session could not be kept: %s", error)


def sign_in(username: str, password: str, data: dict[str, Any] | None = None) -> Session:
    """Start a session, with a new token, after a login with the right password.

    ``data`` is the session's first content. A session that the request already had is ended, so
    that no token from before the login stays valid. Raises NotAuthenticated.
    """
    engine: Engine = current_app.extensions["engine"]
    started = engine.sessions.sign_in(
        username, password, address=request.remote_addr or "", device=_device()
    )
    if isinstance(session._get_current_object(), StoredSession):  # type: ignore[attr-defined]
        engine.sessions.sign_out(session.token)  # type: ignore[attr-defined]
    if data:
        engine.sessions.save(started.token, data)
    g.signed_in = True
    return started


def _device() -> str:
    """The token of this browser's device cookie; a new one when it has none that can be ours."""
    if "device" not in g:
        given = request.cookies.get(cookie_name(DEVICE), "")
        g.device = given if _TOKEN.fullmatch(given) else secrets.token_urlsafe(32)
    return str(g.device)


def token() -> str | None:
    """The token of this request's stored session, None when it has none."""
    current = session._get_current_object()  # type: ignore[attr-defined]
    return current.token if isinstance(current, StoredSession) else None


def give_cookie(response: AnyResponse, started: Session) -> None:
    """Give the browser the session's token (the engine ends a session when its time is over), and
    that of its device."""
    response.set_cookie(
        cookie_name(DEVICE),
        _device(),
        max_age=DEVICE_SECONDS,
        secure=secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )
    response.set_cookie(
        cookie_name(SIGNED_IN),
        started.token,
        secure=secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )
    response.delete_cookie(cookie_name(START), secure=secure(), httponly=True, samesite="Lax")


def sign_out(response: AnyResponse) -> None:
    """End this request's session, and delete its cookie."""
    current = session._get_current_object()  # type: ignore[attr-defined]
    if isinstance(current, StoredSession):
        current_app.extensions["engine"].sessions.sign_out(current.token)
        g.signed_out = True
    response.delete_cookie(cookie_name(SIGNED_IN), secure=secure(), httponly=True, samesite="Lax")


def init(app: Flask, ask_login: Callable[[], Any]) -> None:
    """Give the application sessions. ``ask_login`` answers a request without one for a page that is
    not ``PUBLIC``."""
    app.session_interface = Sessions()

    def know_person() -> Any:
        if hasattr(g, "no_session"):
            raise g.no_session
        stored = session._get_current_object()  # type: ignore[attr-defined]
        g.person = getattr(stored, "person", None)
        g.has_notices = getattr(stored, "has_notices", False)
        g.has_pending_forms = getattr(stored, "has_pending_forms", False)
        if request.method == "POST" and ID in request.form:
            after_this_request(pending_forms.forget_when_done)
        allowed = g.person is not None or not request.endpoint or request.endpoint in PUBLIC
        if not allowed:
            return ask_login()
        must_change = g.person is not None and g.person.one_time_until is not None
        if must_change and request.endpoint and request.endpoint not in BEFORE_OWN_PASSWORD:
            return redirect(url_for("accounts.password"), 303)
        return None

    app.before_request(know_person)
