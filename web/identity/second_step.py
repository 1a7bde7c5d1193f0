"""The second step of signing in: a one-time code, a recovery code or a passkey."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict, NotAuthenticated, Session
from web import sessions
from web.context import engine
from web.identity import answers, entering
from web.identity.routes import blueprint
from web.identity.site import site
from web.texts.errors import error_texts


@blueprint.get("/login/second")
def second_step() -> ResponseReturnValue:
    """The page that asks for the second factor; after a wrong one with what was wrong."""
    waits = entering.waiting()
    try:
        pending = engine().second_factors.pending(str(waits.get("token", "")))
    except Conflict as error:
        return _over(error)
    refused = waits.get("refused") if "refused" in request.args else None
    title, text = error_texts(refused["code"], refused["params"]) if refused else ("", "")
    page = render_template("identity/second_step.html", pending=pending, title=title, text=text)
    return page, refused["status"] if refused else 200


@blueprint.post("/login/second")
def second_step_sent() -> ResponseReturnValue:
    """Enter, if the code is right."""
    token = str(entering.waiting().get("token", ""))
    try:
        started = engine().second_factors.finish(
            token, request.form.get("otp", ""), browser=sessions.browser()
        )
    except NotAuthenticated as error:
        return _wrong(error)
    except Conflict as error:
        return _over(error)
    return _enter(started)


@blueprint.post("/login/second/challenge")
def second_step_challenge() -> ResponseReturnValue:
    """What the browser is told to use a passkey as the second factor (JSON)."""
    token = str(entering.waiting().get("token", ""))
    return answers.challenge(lambda: engine().passkeys.begin_second_step(token, site()))


@blueprint.post("/login/second/passkey")
def second_step_passkey() -> ResponseReturnValue:
    """Enter, if the passkey is right."""
    pending = str(entering.waiting().get("token", ""))
    try:
        token, credential = answers.posted()
        started = engine().passkeys.finish(
            pending, token, credential, site(), browser=sessions.browser()
        )
    except NotAuthenticated as error:
        return _wrong(error)
    except Conflict as error:
        return _over(error)
    return _enter(started)


def _enter(started: Session) -> ResponseReturnValue:
    waits = entering.waiting()
    sessions.replace(started)
    target = str(waits.get("next") or url_for("home.index"))
    return entering.enter(started, target, waits.get("unclaimed"))


def _wrong(error: NotAuthenticated) -> ResponseReturnValue:
    params = {name: str(value) for name, value in error.params.items()}
    many = error.error_code == "too_many_attempts"
    told = {"code": error.error_code, "params": params, "status": 429 if many else 401}
    session[entering.SECOND_STEP] = {**entering.waiting(), "refused": told}
    return redirect(url_for("identity.second_step", refused=1), 303)


def _over(error: Conflict) -> ResponseReturnValue:
    target = str(entering.waiting().get("next") or url_for("home.index"))
    return entering.refuse(error, 409, target)
