"""The page of one's own API tokens: the list, a new one, revoking one.

(An administrator sees those of a person on the person's page, web/people.py.)
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import TOKEN_SCOPES, Conflict, Invalid, NotAuthenticated, Problem
from web.context import actor, engine, posted_key, signed_in
from web.forms import Problems
from web.i18n import N_
from web.i18n import gettext as _
from web.security import local_path

blueprint = Blueprint("tokens", __name__, url_prefix="/tokens")

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
    """The page."""
    return _page()


@blueprint.post("/")
def add() -> ResponseReturnValue:
    """Make a token. Its secret is shown on the page that answers, and never again."""
    owner = signed_in().username
    chosen = request.form.getlist("scopes")
    lifetime = request.form.get("expires", "P90D")
    try:
        _check_password(owner)
        issued = engine().tokens.add(
            actor(),
            owner,
            request.form.get("name", ""),
            scopes=chosen,
            expires=lifetime or None,
            key=posted_key(),
        )
    except Invalid as error:
        labels = {"name": _("Vad den är till"), "scopes": _("Vad den får användas till"),
                  "expires": _("Hur länge den gäller"), "password": _("Ditt lösenord")}  # fmt: skip
        shown = {"name": request.form.get("name", ""), "scopes": chosen, "expires": lifetime}
        return _page(Problems(error.problems, labels), **shown), 422
    return _page(issued=issued)


@blueprint.post("/<token_id>/revoke")
def revoke(token_id: str) -> ResponseReturnValue:
    """Revoke a token, and return to the page with the button."""
    try:
        engine().tokens.revoke(actor(), token_id, key=posted_key())
        flash(_("API-nyckeln är spärrad."), "success")
    except Conflict:
        flash(_("API-nyckeln var redan spärrad."), "info")
    return redirect(local_path(request.form.get("back"), url_for("tokens.index")))


def _check_password(username: str) -> None:
    """Ask for the password again, because a token outlives a session. Raises Invalid."""
    try:
        given = request.form.get("password", "")
        engine().sessions.check_password(username, given, address=request.remote_addr or "")
    except NotAuthenticated as error:
        if error.error_code == "too_many_attempts":
            raise
        problem = Problem("current_wrong", "The password is wrong.", "password")
        raise Invalid([problem]) from error


def _page(problems: Problems | None = None, **shown: Any) -> str:
    chosen = {"name": "", "scopes": list(TOKEN_SCOPES[:3]), "expires": "P90D", **shown}
    return render_template(
        "tokens/index.html",
        tokens=engine().tokens.all(actor(), signed_in().username),
        problems=problems or Problems(),
        scopes_known={key: _(text) for key, text in SCOPES.items()},
        lifetimes={key: _(text) for key, text in LIFETIMES.items()},
        now=engine().now(),
        shown=chosen,
    )
