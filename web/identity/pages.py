"""The page of one's own sign-ins, and those that change them.

A change of what somebody signs in with asks for the password once more, because it outlives the
session; whoever has come by an OpenID provider shows instead that they have just come from there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import segno
from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from engine import Invalid, IssuedRecoveryCodes, NotFound, Problem
from web import pending_forms, sessions
from web.context import actor, config, engine, posted_key, signed_in
from web.forms import Problems
from web.i18n import N_
from web.i18n import gettext as _
from web.identity.routes import blueprint
from web.passwords import wrong_password
from web.security import local_path, secure
from web.texts.browsers import browser_text

COOKIE: Final = "serviceplan-recovery"
"""The name of the cookie that takes new recovery codes to their page."""
FRESH: Final = timedelta(minutes=10)
"""How long ago somebody has come from an OpenID provider at most, to be asked nothing more."""
CONFIRMED: Final = {
    "codes": (
        N_("Sätt på engångskoder"),
        N_("En app i telefonen, till exempel Microsoft Authenticator eller Google Authenticator, "
           "visar en ny kod var trettionde sekund. Du skriver den efter lösenordet."),
        N_("Fortsätt"),
    ),
    "remove-codes": (
        N_("Ta bort engångskoderna"),
        N_("Du loggar sedan in utan kod. Återställningskoderna slutar gälla, om du inte har någon "
           "passnyckel."),
        N_("Ta bort"),
    ),
    "recovery": (
        N_("Nya återställningskoder"),
        N_("Du får tio nya. De gamla slutar gälla."),
        N_("Skapa nya koder"),
    ),
    "remove-passkey": (
        N_("Ta bort passnyckeln"),
        N_("Ta också bort den i telefonen, datorn eller lösenordshanteraren: där ligger den kvar."),
        N_("Ta bort"),
    ),
    "unlink": (
        N_("Koppla bort kontot"),
        N_("Du loggar sedan in här med lösenord eller passnyckel."),
        N_("Koppla bort"),
    ),
    "link": (
        N_("Koppla ditt konto"),
        N_("Du loggar sedan in där i stället för med lösenord."),
        N_("Fortsätt"),
    ),
}  # fmt: skip
"""What is done once it is confirmed by the password: its title, what it means, its button."""


@blueprint.get("/account/")
def index() -> ResponseReturnValue:
    """Where one is signed in, and with what."""
    me = signed_in()
    methods = engine().second_factors.of(actor(), me.username)
    rows = engine().sessions.of_person(actor(), token=sessions.token())
    return render_template(
        "identity/index.html",
        methods=methods,
        provider=config().openid,
        sessions=[(row, browser_text(row.user_agent)) for row in rows],
        missing=sessions.demands_second_factor(me) and not methods.has_second_factor,
    )


@blueprint.post("/account/sessions/<session_id>/end")
def end_session(session_id: str) -> ResponseReturnValue:
    """End one of one's sessions."""
    engine().sessions.end_one(actor(), session_id, key=posted_key())
    flash(_("Inloggningen är avslutad."), "success")
    return redirect(url_for("identity.index"), 303)


@blueprint.post("/account/sessions/end-others")
def end_others() -> ResponseReturnValue:
    """End all of one's sessions but this one."""
    engine().sessions.end_others(actor(), keep=sessions.token(), key=posted_key())
    flash(_("Du är utloggad överallt utom här."), "success")
    return redirect(url_for("identity.index"), 303)


# ---------------------------------------------------------------- what the password confirms


def may_confirm_without_password() -> bool:
    """Whether somebody has come from an OpenID provider so lately that they need no password."""
    came = getattr(session, "created_at", None)
    method = next(
        (r.method for r in engine().sessions.of_person(actor(), token=sessions.token())
         if r.current), ""
    )  # fmt: skip
    return method == "openid" and came is not None and engine().now() - came < FRESH


def check_confirmed() -> None:
    """Raise Invalid when the posted password is not the reader's."""
    if not request.form.get("password") and may_confirm_without_password():
        return
    if problems := wrong_password("password"):
        raise Invalid(problems)


@blueprint.get("/account/confirm/<what>")
def confirm(what: str) -> ResponseReturnValue:
    """The page that says what comes, and asks for the password."""
    if what not in CONFIRMED:
        raise NotFound("there is nothing of this name to confirm")
    title, text, button = map(_, CONFIRMED[what])
    typed = pending_forms.typed()
    return render_template(
        "identity/confirm.html",
        title=title,
        text=text,
        button=button,
        about=request.args.get("about", ""),
        password=not may_confirm_without_password(),
        problems=Problems(typed.problems if typed else (), {"password": _("Ditt lösenord")}),
    )


@blueprint.post("/account/confirm/<what>")
def confirmed(what: str) -> ResponseReturnValue:
    """Do it."""
    if what not in CONFIRMED:
        raise NotFound("there is nothing of this name to confirm")
    check_confirmed()
    about, me = request.form.get("about", ""), signed_in().username
    if what == "codes":
        engine().second_factors.begin_codes(actor(), me)
        return redirect(url_for("identity.codes"), 303)
    if what == "link":
        session["may_link"] = engine().now().isoformat()
        return redirect(url_for("identity.openid_link"), 303)
    if what == "recovery":
        made = engine().second_factors.new_recovery_codes(actor(), me, key=posted_key())
        return with_recovery_codes(made)
    if what == "remove-codes":
        engine().second_factors.remove_codes(actor(), me, key=posted_key())
    elif what == "remove-passkey":
        engine().passkeys.remove(actor(), me, about, key=posted_key())
    else:
        engine().openid.unlink(actor(), me, key=posted_key())
    sessions.renew()
    flash(_("Det är borttaget."), "success")
    return redirect(url_for("identity.index"), 303)


# ---------------------------------------------------------------- one-time codes


@blueprint.get("/account/codes")
def codes() -> ResponseReturnValue:
    """The secret as a QR code and as text, and the input of the first code."""
    setup = engine().second_factors.waiting_codes(actor(), signed_in().username)
    typed = pending_forms.typed()
    if setup is None:
        return render_template("identity/no_codes.html")
    picture = segno.make(setup.address, error="m").svg_data_uri(
        scale=5, border=3, dark="#000", light="#fff"
    )
    groups = [setup.secret[at : at + 4] for at in range(0, len(setup.secret), 4)]
    return render_template(
        "identity/codes.html",
        picture=picture,
        secret=" ".join(groups),
        address=setup.address,
        problems=Problems(typed.problems if typed else (), {"code": _("Koden")}),
    )


@blueprint.post("/account/codes")
def codes_sent() -> ResponseReturnValue:
    """Let the one-time codes count, if the first one is right."""
    code = request.form.get("otp", "")
    if not code.strip():
        raise Invalid([Problem("required", "a code is required", "code")])
    made = engine().second_factors.confirm_codes(
        actor(), signed_in().username, code, key=posted_key()
    )
    sessions.renew(second_factor=True)
    flash(_("Engångskoder är på. Nästa gång frågas du efter en."), "success")
    return with_recovery_codes(made)


# ---------------------------------------------------------------- recovery codes


def with_recovery_codes(made: IssuedRecoveryCodes) -> ResponseReturnValue:
    """Go on to the page that shows new recovery codes once; to the list when there are none."""
    if not made.codes:
        return redirect(url_for("identity.index"), 303)
    response = redirect(url_for("identity.recovery"), 303)
    response.set_cookie(
        COOKIE,
        ".".join(made.codes),
        max_age=120,
        path=url_for("identity.recovery"),
        secure=secure(),
        httponly=True,
        samesite="Strict",
    )
    return response


@blueprint.get("/account/recovery")
def recovery() -> ResponseReturnValue:
    """New recovery codes, once."""
    shown = [code for code in request.cookies.get(COOKIE, "").split(".") if code]
    response = make_response(render_template("identity/recovery.html", codes=shown))
    if shown:
        response.delete_cookie(COOKIE, path=url_for("identity.recovery"), secure=secure(),
                               httponly=True, samesite="Strict")  # fmt: skip
    return response


# ---------------------------------------------------------------- for administrators


@blueprint.post("/people/<username>/second-factor")
def reset(username: str) -> ResponseReturnValue:
    """Take somebody's second factors away, so that they set up new ones."""
    engine().second_factors.reset(actor(), username, key=posted_key())
    flash(_("Den andra faktorn är nollställd, och personen är utloggad överallt."), "success")
    back = url_for("people.show", username=username)
    return redirect(local_path(request.form.get("back"), back), 303)
