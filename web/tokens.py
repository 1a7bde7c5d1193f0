"""The page of one's own API tokens: the list, a new one, revoking one.

(An administrator sees those of a person on the person's page, web/people.py.)
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from engine import TOKEN_SCOPES, Conflict, Invalid
from web import pending_forms
from web.context import actor, engine, posted_key, signed_in
from web.forms import Problems
from web.i18n import N_
from web.i18n import gettext as _
from web.passwords import wrong_password
from web.security import local_path, secure

blueprint = Blueprint("tokens", __name__, url_prefix="/tokens")

COOKIE: Final = "serviceplan-token"
"""The name of the cookie that takes a new token's secret to the page."""
SCOPES: Final = {
    "read": N_("Läsa"),
    "tasks": N_("Arbeta med uppgifter"),
    "cases": N_("Starta ärenden och skicka meddelanden"),
    "definitions": N_("Publicera diagram"),
}
"""The scopes of a token, each in words."""
LIFETIMES: Final = {
    "P30D": N_("30 dagar"),
    "P90D": N_("90 dagar"),
    "P1Y": N_("Ett år"),
    "": N_("Tills den spärras"),
}
"""The lifetimes to choose from (ISO 8601; "" is for ever), each in words."""


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The page; once, just after a token was made, with its secret."""
    typed = pending_forms.typed()
    form = typed.form if typed else MultiDict({"name": "", "expires": "P90D"})
    made = request.args.get("made")
    id, _colon, secret = request.cookies.get(COOKIE, "").partition(":")
    labels = {"name": _("Vad den är till"), "scopes": _("Vad den får användas till"),
              "expires": _("Hur länge den gäller"), "password": _("Ditt lösenord")}  # fmt: skip
    page = render_template(
        "tokens/index.html",
        tokens=engine().tokens.all(actor(), signed_in().username),
        problems=Problems(typed.problems if typed else (), labels),
        scopes_known={key: _(text) for key, text in SCOPES.items()},
        lifetimes={key: _(text) for key, text in LIFETIMES.items()},
        now=engine().now(),
        name=form.get("name", ""),
        expires=form.get("expires", ""),
        scopes=form.getlist("scopes") if typed else TOKEN_SCOPES[:3],
        made=made,
        secret=secret if id == made else "",
    )
    response = make_response(page)
    if secret:
        response.delete_cookie(COOKIE, path=url_for("tokens.index"), secure=secure(),
                               httponly=True, samesite="Strict")  # fmt: skip
    return response


@blueprint.post("/")
def add() -> ResponseReturnValue:
    """Make a token. The page shows its secret once, and never again: it travels in a cookie that
    only this page gets, and is stored nowhere."""
    owner, name = signed_in().username, request.form.get("name", "")
    given: dict[str, Any] = {
        "scopes": request.form.getlist("scopes"),
        "expires": request.form.get("expires", "P90D") or None,
    }
    # The password is asked for again, because a token outlives a session.
    problems = [*wrong_password("password"), *engine().tokens.problems(name, **given)]
    if problems:
        raise Invalid(problems)
    issued = engine().tokens.add(
        actor(),
        owner,
        name,
        **given,
        key=posted_key(),
    )
    response = redirect(url_for("tokens.index", made=issued.token.id), 303)
    if issued.secret:
        response.set_cookie(
            COOKIE,
            f"{issued.token.id}:{issued.secret}",
            max_age=60,
            path=url_for("tokens.index"),
            secure=secure(),
            httponly=True,
            samesite="Strict",
        )
    return response


@blueprint.post("/<token_id>/revoke")
def revoke(token_id: str) -> ResponseReturnValue:
    """Revoke a token, and return to the page with the button."""
    try:
        engine().tokens.revoke(actor(), token_id, key=posted_key())
        flash(_("API-nyckeln är spärrad."), "success")
    except Conflict:
        flash(_("API-nyckeln var redan spärrad."), "info")
    return redirect(local_path(request.form.get("back"), url_for("tokens.index")))
