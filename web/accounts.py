"""The pages of one's own account: login, logout, the language, the password."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from engine import SYSTEM, Invalid, NotAuthenticated, Problem
from web import i18n, pending_form, sessions
from web.context import actor, engine, here, person, posted_key, signed_in
from web.forms import Problems
from web.home import first_page
from web.i18n import gettext as _
from web.security import local_path, secure
from web.texts.errors import error_page_texts

blueprint = Blueprint("accounts", __name__)


# ---------------------------------------------------------------- login and logout


def ask_login() -> ResponseReturnValue:
    """The answer to a request without a session: the login page, which leads back to the request.

    A posted form is carried through the login, so that nothing is lost that somebody wrote while
    their session ended.
    """
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("accounts.login", next=here()))
    return _login_page(request.path, pending=pending_form.serialize(), expired=True), 401


def _login_page(target: str, **shown: Any) -> str:
    return render_template("accounts/login.html", target=target, first_step=_first_step(), **shown)


def _first_step() -> str:
    """The command that adds the first person; ``""`` from when there is somebody."""
    known = current_app.extensions
    # Asked until the answer is yes: nobody's account is ever deleted.
    if known["first_step"] and engine().people.all(SYSTEM):
        known["first_step"] = ""
    return str(known["first_step"])


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    """The login page."""
    target = local_path(request.args.get("next"), url_for("home.index"))
    return redirect(target) if person() else _login_page(target)


@blueprint.post("/login")
def login_sent() -> ResponseReturnValue:
    """Sign in with the posted user name and password, and go on to the page asked for."""
    username = request.form.get("username", "").strip()
    target = local_path(request.form.get("next"), url_for("home.index"))
    pending = request.form.get("pending_form", "")[: pending_form.MOST_CHARACTERS + 1]
    form = pending_form.deserialize(pending)
    try:
        started = sessions.sign_in(
            username, request.form.get("password", ""), {"pending_form": pending} if form else None
        )
    except NotAuthenticated as error:
        title, text = error_page_texts(error)
        if error.error_code != "too_many_attempts":
            title = _("Det gick inte att logga in")
        page = _login_page(target, title=title, text=text, username=username, pending=pending)
        return page, 429 if error.error_code == "too_many_attempts" else 401
    if target == url_for("home.index"):
        target = url_for(first_page(started.person))
    response = redirect(url_for("accounts.resume") if form else target)
    sessions.give_cookie(response, started)
    return response


@blueprint.get("/login/resume")
def resume() -> ResponseReturnValue:
    """After a login in the middle of a form: a page whose button sends that form again."""
    form = pending_form.deserialize(session.pop("pending_form", None))
    if form is None:
        return redirect(url_for("home.index"))
    return render_template("accounts/resume.html", path=form[0], fields=form[1])


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session, and go to the login page."""
    response = redirect(url_for("accounts.login"))
    sessions.sign_out(response)
    return response


@blueprint.get("/language/<code>")
def language(code: str) -> ResponseReturnValue:
    """Switch the interface's language (``sv`` or ``en``), and go back to the page."""
    if code not in i18n.LANGUAGES:
        raise BadRequest
    response = redirect(local_path(request.args.get("next"), url_for("home.index")))
    response.set_cookie(
        i18n.COOKIE, code, max_age=31_536_000, secure=secure(), httponly=True, samesite="Lax"
    )
    return response


# ---------------------------------------------------------------- one's own password


@blueprint.get("/password")
def password() -> ResponseReturnValue:
    """The form that changes one's password."""
    return render_template("accounts/password.html", problems=Problems())


@blueprint.post("/password")
def password_sent() -> ResponseReturnValue:
    """Change one's password; all other sessions of the person end."""
    new = request.form.get("new_password", "")
    labels = {
        "current": _("Nuvarande lösenord"),
        "password": _("Nytt lösenord"),
        "repeated": _("Nytt lösenord igen"),
    }
    try:
        _check_new(request.form.get("password", ""), new, request.form.get("repeated", ""))
        engine().people.set_password(
            actor(), _username(), new, keep=sessions.token(), key=posted_key()
        )
    except Invalid as error:
        problems = Problems(error.problems, labels)
        return render_template("accounts/password.html", problems=problems), 422
    flash(_("Lösenordet är bytt. Du är utloggad överallt utom här."), "success")
    return redirect(url_for(first_page(signed_in())))


def _check_new(current: str, new: str, repeated: str) -> None:
    """Raise Invalid when the current password is wrong or the new ones differ."""
    problems = []
    try:
        engine().sessions.check_password(_username(), current, address=request.remote_addr or "")
    except NotAuthenticated:
        problems.append(Problem("current_wrong", "The current password is wrong.", "current"))
    if new != repeated:
        problems.append(Problem("passwords_differ", "The new passwords differ.", "repeated"))
    if problems:
        raise Invalid(problems)


def _username() -> str:
    return signed_in().username
