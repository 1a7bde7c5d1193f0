"""The pages of people, for administrators: accounts, roles, rights, passwords, API tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Invalid, NotAllowed, NotFound, Person
from web.context import actor, config, engine, person, posted_key
from web.formats import by_name
from web.forms import Problems
from web.i18n import N_
from web.i18n import gettext as _
from web.passwords import new_password
from web.tokens import SCOPES

blueprint = Blueprint("people", __name__, url_prefix="/people")
RIGHTS: Final = {
    "process_owner": (N_("Processägare"), N_("Publicerar diagram.")),
    "manager": (N_("Chef eller revisor"), N_("Ser alla ärenden och hela historiken.")),
    "administrator": (N_("Administratör"), N_("Lägger upp personer och ger dem roller.")),
}
"""The application's rights, each with its title and what it allows."""


@blueprint.before_request
def administrators_only() -> None:
    """Refuse these pages to others. (The engine refuses them every change, too.)"""
    reader = person()
    if reader is None or "administrator" not in reader.rights:
        raise NotAllowed("only administrators manage people")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Everybody, by name, and the roles that nobody holds."""
    people = by_name(engine().people.all(actor()))
    return render_template(
        "people/index.html", people=people, rights=_rights(), vacant=_vacant(people)
    )


@blueprint.get("/settings")
def settings() -> str:
    """What ``config.toml`` says, for reading: it is changed in the file."""
    people = engine().people.all(actor())
    holders = {key: [p for p in people if p.active and key in p.roles] for key in engine().roles}
    return render_template("people/settings.html", config=config(), holders=holders)


def _vacant(people: Sequence[Person]) -> list[str]:
    """The roles that no open account holds: their tasks are nobody's."""
    held = {role for person in people if person.active for role in person.roles}
    return [key for key in engine().roles if key not in held]


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form of a new person, with a generated password."""
    return _new_page(password=new_password())


@blueprint.post("/new")
def add() -> ResponseReturnValue:
    """Add the person of the posted form."""
    given = request.form
    try:
        engine().people.add(
            actor(),
            given.get("username", ""),
            given.get("name", ""),
            roles=given.getlist("roles"),
            rights=given.getlist("rights"),
            email=given.get("email", ""),
            password=given.get("password", ""),
            key=posted_key(),
        )
    except Invalid as error:
        shown = {name: given.get(name, "") for name in ("username", "name", "email", "password")}
        chosen = {"roles": given.getlist("roles"), "rights": given.getlist("rights")}
        return _new_page(Problems(error.problems, _labels()), **shown, **chosen), 422
    flash(_("%(name)s kan nu logga in.", name=given.get("name", "")), "success")
    return redirect(url_for("people.index"))


@blueprint.get("/<username>")
def show(username: str) -> ResponseReturnValue:
    """One person: the account, and the API tokens."""
    return _person_page(_person(username))


@blueprint.post("/<username>")
def change(username: str) -> ResponseReturnValue:
    """Change roles, rights, address and whether the account is open; or set a new password."""
    chosen = _person(username)
    try:
        if request.form.get("action") == "password":
            new = request.form.get("new_password", "")
            engine().people.set_password(actor(), chosen.username, new, key=posted_key())
            flash(_("%(name)s har fått ett nytt lösenord.", name=chosen.name), "success")
        else:
            engine().people.change(
                actor(),
                chosen.username,
                roles=request.form.getlist("roles"),
                rights=request.form.getlist("rights"),
                active="active" in request.form,
                email=request.form.get("email"),
                key=posted_key(),
            )
            flash(_("Ändringarna för %(name)s är sparade.", name=chosen.name), "success")
    except Invalid as error:
        return _person_page(chosen, Problems(error.problems, _labels())), 422
    return redirect(url_for("people.index"))


def _labels() -> dict[str, str]:
    return {
        "name": _("Namn"),
        "username": _("Användarnamn"),
        "email": _("E-post"),
        "password": _("Lösenord"),
        "roles": _("Roller"),
        "rights": _("Rättigheter"),
    }


def _rights() -> dict[str, tuple[str, str]]:
    return {key: (_(title), _(meaning)) for key, (title, meaning) in RIGHTS.items()}


def _person(username: str) -> Person:
    somebody = next((p for p in engine().people.all(actor()) if p.username == username), None)
    if somebody is None:
        raise NotFound(f"there is nobody called {username!r}")
    return somebody


def _new_page(problems: Problems | None = None, **shown: Any) -> str:
    return render_template(
        "people/new.html",
        problems=problems or Problems(),
        roles_known=engine().roles,
        rights=_rights(),
        shown=shown,
    )


def _person_page(chosen: Person, problems: Problems | None = None) -> str:
    return render_template(
        "people/show.html",
        chosen=chosen,
        problems=problems or Problems(),
        roles_known=engine().roles,
        rights=_rights(),
        password=new_password(),
        tokens=engine().tokens.all(actor(), chosen.username),
        scopes_known={key: _(text) for key, text in SCOPES.items()},
        now=engine().now(),
    )
