"""Signing in at an OpenID provider: there by a link, and back with a code; linking an account.

The way there is a link and never a form's answer: the content security policy lets forms lead to
this site only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from engine import NotAuthenticated, ServiceplanError, Session
from web import sessions
from web.context import actor, config, engine, new_key, person, signed_in
from web.i18n import gettext as _
from web.identity import entering
from web.identity.pages import FRESH
from web.identity.routes import blueprint
from web.security import secure

VISIT: Final = "openid_visit"
"""Where this browser's cookie, or its session, has the visit that it comes back from."""
MAY_LINK: Final = "may_link"
"""Where a session has when its person gave the password, to link an account."""


def callback_address() -> str:
    """The address here that the provider sends a browser back to."""
    base = config().web.address
    if base:
        return base + url_for("identity.openid_callback")
    scheme = "https" if secure() else "http"
    return url_for("identity.openid_callback", _external=True, _scheme=scheme)


@blueprint.get("/login/openid")
def openid_login() -> ResponseReturnValue:
    """Go to the provider to sign in; back to the login page, which says so, when it is down."""
    target = entering.target()
    try:
        visit = engine().openid.begin_sign_in(callback_address())
    except ServiceplanError as error:
        return entering.refuse(error, 503, target)
    unclaimed = entering.unclaimed()
    session[VISIT] = {"state": visit.state, "next": target, "unclaimed": unclaimed}
    return redirect(visit.address)


@blueprint.get("/account/openid")
def openid_link() -> ResponseReturnValue:
    """The link that leads to the provider, to link one's account there."""
    may = session.get(MAY_LINK)
    now = engine().now()
    if not may or now - datetime.fromisoformat(may) > FRESH:
        return redirect(url_for("identity.confirm", what="link"))
    return render_template("identity/openid.html", provider=config().openid)


@blueprint.get("/account/openid/go")
def openid_go() -> ResponseReturnValue:
    """Go to the provider to link one's account there."""
    may = session.get(MAY_LINK)
    if not may or engine().now() - datetime.fromisoformat(may) > FRESH:
        return redirect(url_for("identity.confirm", what="link"))
    visit = engine().openid.begin_link(actor(), signed_in().username, callback_address())
    session[VISIT] = {"state": visit.state, "link": True}
    session.pop(MAY_LINK, None)
    return redirect(visit.address)


@blueprint.get("/login/openid/callback")
def openid_callback() -> ResponseReturnValue:
    """Come back from the provider, with a code or with what was wrong."""
    visit = session.pop(VISIT, None) or {}
    state, code = request.args.get("state", ""), request.args.get("code", "")
    target = str(visit.get("next") or url_for("home.index"))
    try:
        if not state or state != visit.get("state"):
            raise NotAuthenticated("another browser's visit", code="openid_other_visit")
        error = request.args.get("error", "")
        if visit.get("link") and person():
            engine().openid.link(actor(), state, code, error=error, key=new_key())
            sessions.renew()
            flash(_("Kontot är kopplat."), "success")
            return redirect(url_for("identity.index"))
        started = engine().openid.sign_in(state, code, error=error, browser=sessions.browser())
    except ServiceplanError as error:
        if visit.get("link") and person():
            raise
        return entering.refuse(error, 401, target)
    if isinstance(started, Session):
        sessions.replace(started)
    return entering.go_on(started, target, visit.get("unclaimed"))
