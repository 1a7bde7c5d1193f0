"""Logging in and out, the language, and one's own password."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from engine import Invalid, NotAuthenticated, Problem
from web import i18n, sessions
from web.context import actor, engine, here, person, posted_key
from web.forms import Problems
from web.i18n import gettext as _
from web.messages import error_page_texts
from web.security import local_path, same_origin, secure

blueprint = Blueprint("accounts", __name__)
KEPT_BYTES: Final = 200_000
NEVER_KEPT: Final = frozenset({"csrf_token", "password", "new_password", "repeated"})


# ---------------------------------------------------------------- in


def ask_login() -> ResponseReturnValue:
    """What a stranger gets: the login page, which leads back to what was asked for.

    What a form sent is carried through the login, so that a session that ended while somebody
    wrote costs nothing.
    """
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("accounts.login", next=here()))
    return _login_page(request.path, kept=keep_form(), expired=True), 401


def keep_form() -> str:
    """What this request's form holds, as JSON, without its secrets; "" when it is not ours."""
    if not same_origin():
        return ""
    pairs = [(k, v) for k, v in request.form.items(multi=True) if k not in NEVER_KEPT]
    text = json.dumps({"path": request.path, "form": pairs})
    return text if len(text) <= KEPT_BYTES else ""


def read_kept(text: Any) -> tuple[str, list[tuple[str, str]]] | None:
    """The path and the fields of a kept form; None when it is none."""
    try:
        content = json.loads(text)
        fields = [(str(name), str(value)) for name, value in content["form"]]
        path = local_path(str(content["path"]), "")
    except (ValueError, TypeError, KeyError):
        return None
    return (path, [(n, v) for n, v in fields if n not in NEVER_KEPT]) if path else None


def _login_page(target: str, **shown: Any) -> str:
    return render_template("accounts/login.html", target=target, **shown)


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    target = local_path(request.args.get("next"), url_for("tasks.inbox"))
    return redirect(target) if person() else _login_page(target)


@blueprint.post("/login")
def login_sent() -> ResponseReturnValue:
    username = request.form.get("username", "").strip()
    target = local_path(request.form.get("next"), url_for("tasks.inbox"))
    kept = request.form.get("kept", "")[: KEPT_BYTES + 1]
    form = read_kept(kept)
    try:
        started = sessions.sign_in(
            username, request.form.get("password", ""), {"kept": kept} if form else None
        )
    except NotAuthenticated as error:
        title, text = error_page_texts(error)
        if error.error_code != "too_many_attempts":
            title = _("Det gick inte att logga in")
        page = _login_page(target, title=title, text=text, username=username, kept=kept)
        return page, 429 if error.error_code == "too_many_attempts" else 401
    response = redirect(url_for("accounts.resume") if form else target)
    sessions.give_cookie(response, started)
    return response


@blueprint.get("/login/resume")
def resume() -> ResponseReturnValue:
    """After a login in the middle of a form: everything is there, one press sends it again."""
    form = read_kept(session.pop("kept", None))
    if form is None:
        return redirect(url_for("tasks.inbox"))
    return render_template("accounts/resume.html", path=form[0], fields=form[1])


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    response = redirect(url_for("accounts.login"))
    sessions.sign_out(response)
    return response


@blueprint.get("/language/<code>")
def language(code: str) -> ResponseReturnValue:
    """Switch the interface's language and go back."""
    if code not in i18n.LANGUAGES:
        raise BadRequest
    response = redirect(local_path(request.args.get("next"), url_for("tasks.inbox")))
    response.set_cookie(
        i18n.COOKIE, code, max_age=31_536_000, secure=secure(), httponly=True, samesite="Lax"
    )
    return response


# ---------------------------------------------------------------- one's own password


@blueprint.get("/password")
def password() -> ResponseReturnValue:
    return render_template("accounts/password.html", problems=Problems())


@blueprint.post("/password")
def password_sent() -> ResponseReturnValue:
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
    return redirect(url_for("tasks.inbox"))


def _check_new(current: str, new: str, repeated: str) -> None:
    """Raise Invalid when the current password is wrong or the new ones differ."""
    problems = []
    try:
        engine().people.check_password(_username(), current, address=request.remote_addr or "")
    except NotAuthenticated:
        problems.append(Problem("current_wrong", "The current password is wrong.", "current"))
    if new != repeated:
        problems.append(Problem("passwords_differ", "The new passwords differ.", "repeated"))
    if problems:
        raise Invalid(problems)


def _username() -> str:
    known = person()
    assert known is not None
    return known.username
