"""The end of signing in, whatever with: the session begins, and one goes on to the page that was
asked for. In between may stand the second factor."""

from __future__ import annotations

from typing import Any, Final

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from engine import PendingSignIn, ServiceplanError, Session
from web import pending_forms, sessions
from web.context import engine
from web.home import first_page
from web.security import local_path

LOGINS: Final = frozenset({"accounts.login_sent", "identity.passkey_login"})
"""The endpoints whose errors the login page shows."""
SECOND_STEP: Final = "second_step"
"""Where the cookie before the login has what waits for the second factor."""


def target() -> str:
    """The page that was asked for before the login."""
    given = request.form.get("next") or request.args.get("next")
    return local_path(given, url_for("home.index"))


def enter(started: Session, target: str, unclaimed: str | None) -> ResponseReturnValue:
    """Go on to the page that was asked for, with the cookie of a session that has just begun.

    :param unclaimed: the id of a form that nobody is known to have written with this browser
    """
    if unclaimed:
        engine().pending_forms.claim(started.person.actor(), unclaimed)
    if target == url_for("home.index"):
        target = url_for(first_page(started.person))
    response = redirect(target)
    sessions.give_cookie(response, started)
    return response


def go_on(
    started: Session | PendingSignIn, target: str, unclaimed: str | None
) -> ResponseReturnValue:
    """Enter, or go on to the page that asks for the second factor."""
    if isinstance(started, Session):
        return enter(started, target, unclaimed)
    session[SECOND_STEP] = {"token": started.token, "next": target, "unclaimed": unclaimed}
    return redirect(url_for("identity.second_step"), 303)


def unclaimed() -> str | None:
    """The id of a form that nobody is known to have written with this browser."""
    found: str | None = session.get(pending_forms.UNCLAIMED)
    return found


def waiting() -> dict[str, Any]:
    """What waits for the second factor in this browser: its ``token``, the page asked for
    (``next``), and an ``unclaimed`` form; empty when nothing does."""
    found: dict[str, Any] = session.get(SECOND_STEP) or {}
    return found


def refuse(error: ServiceplanError, status: int, target: str) -> ResponseReturnValue:
    """Lead back to the login page, which says what was wrong."""
    session["login"] = {
        "username": "",
        "status": status,
        "code": error.error_code,
        "params": {name: str(value) for name, value in error.params.items()},
    }
    return redirect(url_for("accounts.login", next=target, refused=1), 303)
