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

from engine import (
    Browser,
    Engine,
    NotAllowed,
    PendingSignIn,
    Person,
    ServiceplanError,
    Session,
)
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
     "identity.second_step", "identity.second_step_sent", "identity.second_step_passkey",
     "identity.second_step_challenge", "identity.passkey_login", "identity.passkey_challenge",
     "identity.openid_login", "identity.openid_callback",
     "api.docs", "api.problems", "api.problem",
     "monitoring.live", "monitoring.ready", "monitoring.metrics"}
)  # fmt: skip
"""The endpoints that need no session."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
WITHOUT_SECOND_FACTOR: Final = frozenset(
    {"static", "accounts.language", "accounts.logout", "accounts.password",
     "accounts.password_sent", "pending_forms.discard"}
)  # fmt: skip
"""The endpoints, besides those of the sign-in methods, for whoever lacks a second factor that their
roles or rights demand."""


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
        self.has_second_factor = stored.has_second_factor
        self.second_factor = stored.second_factor
        self.renewal_due = stored.renewal_due
        self.created_at = stored.created_at
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


def browser() -> Browser:
    """What the request comes from, for the list of its person's sessions."""
    agent = request.headers.get("User-Agent", "")[:400]
    return Browser(request.remote_addr or "", agent, _device())


def sign_in(username: str, password: str) -> Session | PendingSignIn:
    """Start a session, with a new token, after a login with the right password; or what waits for
    the person's second factor. Raises NotAuthenticated."""
    engine: Engine = current_app.extensions["engine"]
    started = engine.sessions.sign_in(username, password, browser=browser())
    if isinstance(started, Session):
        replace(started)
    return started


def replace(started: Session) -> None:
    """Let a session that has just been started be the request's. One that it already had is ended,
    so that no token from before the login stays valid."""
    current = session._get_current_object()  # type: ignore[attr-defined]
    if isinstance(current, StoredSession):
        current_app.extensions["engine"].sessions.sign_out(current.token)
    g.signed_in = True


def renew(*, second_factor: bool | None = None) -> None:
    """Give the browser a new token of its session with this answer.

    :param second_factor: True when a second factor has just been shown
    """
    current = session._get_current_object()  # type: ignore[attr-defined]
    if not isinstance(current, StoredSession):
        return
    new = current_app.extensions["engine"].sessions.renew(
        current.token, second_factor=second_factor
    )
    if new is None:
        return
    current.token = new

    def give(response: Response) -> Response:
        _set_token(response, new)
        return response

    after_this_request(give)


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
    _set_token(response, started.token)
    response.delete_cookie(cookie_name(START), secure=secure(), httponly=True, samesite="Lax")


def _set_token(response: AnyResponse, token: str) -> None:
    response.set_cookie(
        cookie_name(SIGNED_IN),
        token,
        secure=secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def sign_out(response: AnyResponse) -> None:
    """End this request's session, and delete its cookie."""
    current = session._get_current_object()  # type: ignore[attr-defined]
    if isinstance(current, StoredSession):
        current_app.extensions["engine"].sessions.sign_out(current.token)
        g.signed_out = True
    response.delete_cookie(cookie_name(SIGNED_IN), secure=secure(), httponly=True, samesite="Lax")


def demands_second_factor(person: Person) -> bool:
    """Whether a person's roles or rights demand a second factor."""
    demanding = current_app.extensions["config"].access.second_factor_roles
    return bool(demanding) and not {*person.roles, *person.rights}.isdisjoint(demanding)


def _of_signed_in(stored: Any) -> Any:
    """What comes before a page of somebody who is signed in: a new token when what they may do has
    changed; the page of sign-in methods when they must set up a second factor first."""
    if stored.renewal_due:
        try:
            renew()
        except ServiceplanError as error:
            # The database takes no writes now: the next request renews it.
            log.warning("a session could not be renewed: %s", error)
    endpoint = request.endpoint or ""
    if stored.has_second_factor or not demands_second_factor(stored.person):
        return None
    if endpoint in WITHOUT_SECOND_FACTOR | PUBLIC or endpoint.startswith("identity."):
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("identity.index"))
    raise NotAllowed("A second factor must be set up first.", code="second_factor_needed")


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
        if g.person is not None:
            return _of_signed_in(stored)
        return None if not request.endpoint or request.endpoint in PUBLIC else ask_login()

    app.before_request(know_person)
