"""Registering a passkey, and signing in with one, without a user name."""

from __future__ import annotations

from typing import Final

from flask import flash, render_template, request, session
from flask.typing import ResponseReturnValue

from engine import IssuedChallenge, NotAuthenticated, ServiceplanError
from web import pending_forms, sessions
from web.context import actor, engine, posted_key, signed_in
from web.forms import Problems
from web.i18n import gettext as _
from web.identity import answers, entering, pages
from web.identity.routes import blueprint
from web.identity.site import site

SIGN_IN: Final = "passkey_sign_in"
"""Where the cookie before the login has the token of this browser's challenge."""


@blueprint.post("/login/passkey/challenge")
def passkey_challenge() -> ResponseReturnValue:
    """What the browser is told to sign in with a passkey (JSON)."""

    def make() -> IssuedChallenge:
        issued = engine().passkeys.begin_sign_in(site())
        session[SIGN_IN] = issued.token
        return issued

    return answers.challenge(make)


@blueprint.post("/login/passkey")
def passkey_login() -> ResponseReturnValue:
    """Enter, if the passkey is right. Its challenge must be the one that this very browser got."""
    target, unclaimed = entering.target(), entering.unclaimed()
    try:
        token, credential = answers.posted()
        if token != session.get(SIGN_IN):
            raise NotAuthenticated("another browser's", code="passkey_other_challenge")
        started = engine().passkeys.sign_in(token, credential, site(), browser=sessions.browser())
    except ServiceplanError as error:
        if error.error_code == "unavailable":
            raise
        return entering.refuse(error, 401, target)
    sessions.replace(started)
    return entering.enter(started, target, unclaimed)


@blueprint.get("/account/passkeys")
def new_passkey() -> ResponseReturnValue:
    """The form of a new passkey."""
    typed = pending_forms.typed()
    labels = {"name": _("Namn"), "password": _("Ditt lösenord")}
    return render_template(
        "identity/passkey.html",
        name=typed.form.get("name", "") if typed else "",
        password=not pages.may_confirm_without_password(),
        problems=Problems(typed.problems if typed else (), labels),
    )


@blueprint.post("/account/passkeys/challenge")
def new_passkey_challenge() -> ResponseReturnValue:
    """What the browser is told to make a passkey (JSON), when the password is right."""

    def make() -> IssuedChallenge:
        pages.check_confirmed()
        engine().passkeys.check_name(request.form.get("name", ""))
        return engine().passkeys.begin_registration(actor(), signed_in().username, site())

    return answers.challenge(make)


@blueprint.post("/account/passkeys")
def add_passkey() -> ResponseReturnValue:
    """Register the passkey. Only who has shown the password has got a challenge for it."""
    token, credential = answers.posted()
    made = engine().passkeys.register(
        actor(),
        signed_in().username,
        token,
        credential,
        request.form.get("name", ""),
        site(),
        key=posted_key(),
    )
    sessions.renew(second_factor=True)
    flash(_("Passnyckeln är sparad."), "success")
    return pages.with_recovery_codes(made)
