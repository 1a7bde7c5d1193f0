"""The pages that links open: somebody chooses the password of their account, or the first
administrator makes one. They need no session, and nothing else is behind them."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from engine import Invalid, Person, Problem, ServiceplanError
from web.context import engine, posted_key
from web.forms import Problems
from web.i18n import gettext as _

blueprint = Blueprint("invitations", __name__)


@blueprint.after_request
def not_referred(response: Response) -> Response:
    """No other site and no cache learns of the link."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/invitation/<secret>")
def show(secret: str) -> ResponseReturnValue:
    """The form in which somebody chooses their password."""
    return _page(engine().invitations.look(secret).person)


@blueprint.post("/invitation/<secret>")
def accept(secret: str) -> ResponseReturnValue:
    """Take the chosen password, and go to the login."""
    person = engine().invitations.look(secret).person
    try:
        _must_agree()
        engine().invitations.accept(secret, request.form.get("new_password", ""), key=posted_key())
    except Invalid as error:
        return make_response(_page(person, error), 422)
    return _to_login()


@blueprint.get("/first/<secret>")
def first(secret: str) -> ResponseReturnValue:
    """The form in which the first administrator makes their account."""
    engine().invitations.look(secret)
    return _page(None)


@blueprint.post("/first/<secret>")
def accept_first(secret: str) -> ResponseReturnValue:
    """Make the account of the first administrator, and go to the login."""
    given = request.form
    try:
        _must_agree()
        engine().invitations.accept_first(
            secret,
            given.get("username", ""),
            given.get("name", ""),
            given.get("new_password", ""),
            key=posted_key(),
        )
    except Invalid as error:
        return make_response(_page(None, error), 422)
    return _to_login()


def _must_agree() -> None:
    if request.form.get("new_password") != request.form.get("repeated"):
        problem = Problem("passwords_differ", "The new passwords differ.", "repeated")
        raise Invalid([problem])


def _to_login() -> ResponseReturnValue:
    flash(_("Klart. Logga in med ditt användarnamn och ditt nya lösenord."), "success")
    return redirect(url_for("accounts.login"), 303)


def _page(person: Person | None, error: ServiceplanError | None = None) -> str:
    labels = {
        "name": _("Namn"),
        "username": _("Användarnamn"),
        "password": _("Lösenord"),
        "repeated": _("Lösenordet igen"),
    }
    problems = error.problems if isinstance(error, Invalid) else ()
    return render_template(
        "accounts/invitation.html",
        invited=person,
        problems=Problems(problems, labels),
        shown=request.form,
    )
