"""The pages of one's own account: login, logout, the language, the password."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from engine import Invalid, NotAuthenticated, Problem
from web import conflicts, i18n, pending_forms, sessions
from web.context import actor, config, engine, here, person, posted_key, signed_in
from web.forms import Problems
from web.home import first_page
from web.i18n import gettext as _
from web.identity import entering
from web.passwords import wrong_password
from web.security import local_path, same_origin, secure
from web.texts.errors import error_texts
from web.typed_form import ID, Refusal

blueprint = Blueprint("accounts", __name__)


# ---------------------------------------------------------------- login and logout


def ask_login() -> ResponseReturnValue:
    """The answer to a request without a session: the login page, which leads back to the request.

    A posted form is kept meanwhile, so that nothing is lost that somebody wrote while their session
    ended: after the login its page shows what was typed.
    """
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("accounts.login", next=here()))
    page = pending_forms.form_page() or url_for("tasks.inbox")
    if request.endpoint == "accounts.logout":
        return redirect(url_for("accounts.login"), 303)
    kept = pending_forms.keep_for_login()
    if kept is None and same_origin() and pending_forms.form_page():
        title, text = error_texts("not_kept", {})
        fields = pending_forms.without_secrets()
        return render_template("error.html", heading=title, text=text, status=401,
                               form=(request.path, fields)), 401  # fmt: skip
    return redirect(url_for("accounts.login", next=kept or page, ended=1), 303)


def login_refused(refusal: Refusal) -> ResponseReturnValue | None:
    """Lead a login that could not be done back to its page, which keeps the user name; None for
    another request."""
    if request.endpoint not in entering.LOGINS:
        return None
    session["login"] = {
        "username": request.form.get("username", "").strip()[:80],
        "status": refusal.status,
        "code": refusal.code,
        "params": {name: str(value) for name, value in refusal.params.items()},
    }
    target = local_path(request.form.get("next"), url_for("home.index"))
    return redirect(url_for("accounts.login", next=target, refused=1), 303)


def _first_step() -> str:
    """The command that adds the first person; ``""`` from when there is somebody."""
    known = current_app.extensions
    # Asked until the answer is yes: nobody's account is ever deleted.
    if known["first_step"] and engine().people.exist():
        known["first_step"] = ""
    return str(known["first_step"])


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    """The login page; after a refused login with the user name and what was wrong."""
    target = local_path(request.args.get("next"), url_for("home.index"))
    if person():
        return redirect(target)
    before = session.get("login") or {}
    refused = before if "refused" in request.args else {}
    title, text = error_texts(refused["code"], refused["params"]) if refused else ("", "")
    if seconds := refused.get("params", {}).get("seconds"):
        g.retry_after = seconds
    if refused and refused["code"] == "not_authenticated":
        title = _("Det gick inte att logga in")
    page = render_template(
        "accounts/login.html",
        target=target,
        first_step=_first_step(),
        username=before.get("username", ""),
        title=title,
        text=text,
        ended="ended" in request.args,
        kept=f"{ID}=" in urlsplit(target).query,
        provider=config().openid.name if config().openid.issuer else "",
    )
    return page, refused.get("status", 200)


@blueprint.post("/login")
def login_sent() -> ResponseReturnValue:
    """Sign in with the posted user name and password, and go on to the page asked for."""
    target = local_path(request.form.get("next"), url_for("home.index"))
    unclaimed = session.get(pending_forms.UNCLAIMED)
    try:
        started = sessions.sign_in(
            request.form.get("username", "").strip(), request.form.get("password", "")
        )
    except NotAuthenticated as error:
        many = error.error_code in ("too_many_attempts", "sign_in_at_provider")
        code = error.error_code if many else "not_authenticated"
        status = 429 if error.error_code == "too_many_attempts" else 401
        answer = login_refused(Refusal(status, code, error.message, error.params))
        assert answer is not None, "this is the login"
        return answer
    return entering.go_on(started, target, unclaimed)


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
    typed = pending_forms.typed()
    labels = {
        "current": _("Nuvarande lösenord"),
        "password": _("Nytt lösenord"),
        "repeated": _("Nytt lösenord igen"),
    }
    problems = Problems(typed.problems if typed else (), labels)
    account = engine().people.account(actor(), _username())
    return render_template(
        "accounts/password.html", problems=problems, password_at=account.password_at
    )


@blueprint.post("/password")
def password_sent() -> ResponseReturnValue:
    """Change one's password; all other sessions of the person end."""
    new = request.form.get("new_password", "")
    account = engine().people.account(actor(), _username())
    conflicts.must_show(password_at=account.password_at)
    _check_new(new, request.form.get("repeated", ""))
    engine().people.set_password(
        actor(),
        _username(),
        new,
        keep=sessions.token(),
        seen=account.password_at,
        key=posted_key(),
    )
    sessions.renew()
    flash(_("Lösenordet är bytt. Du är utloggad överallt utom här."), "success")
    return redirect(url_for(first_page(signed_in())))


def _check_new(new: str, repeated: str) -> None:
    """Raise Invalid when the current password is wrong, or the new one cannot be."""
    problems = wrong_password("current")
    if new != repeated:
        problems.append(Problem("passwords_differ", "The new passwords differ.", "repeated"))
    problems += engine().people.password_problems(_username(), new)
    if problems:
        raise Invalid(problems)


def _username() -> str:
    return signed_in().username
