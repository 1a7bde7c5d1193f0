"""The pages of people, for administrators: accounts, roles, rights, passwords, API tokens."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from engine import Account, Conflict, NotAllowed, Person
from web import conflicts, pending_forms
from web.conflicts import Input
from web.context import actor, config, engine, person, posted_key, role_title
from web.forms import Problems, anchor
from web.i18n import N_
from web.i18n import gettext as _
from web.passwords import new_password
from web.tokens import SCOPES

blueprint = Blueprint("people", __name__, url_prefix="/people")
PAGE: Final = 50
"""People on a page of the list."""
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
    """A page of the people that match the filters of the address, by name, and the roles that
    nobody holds."""
    asked = request.args
    role = asked.get("role", "")
    chosen: dict[str, Any] = {
        "q": asked.get("q", "").strip()[:100],
        "role": role if role in engine().roles else None,
    }
    cursor = asked.get("cursor")
    page = engine().people.search(actor(), **chosen, cursor=cursor, limit=PAGE)
    query = {name: value for name, value in chosen.items() if value}
    return render_template(
        "people/index.html",
        page=page,
        chosen=chosen,
        rights=_rights(),
        roles=engine().roles,
        vacant=_vacant(),
        first_url=url_for("people.index", **query) if cursor else None,
        next_url=url_for("people.index", **query, cursor=page.next) if page.next else None,
    )


@blueprint.get("/settings")
def settings() -> str:
    """What ``config.toml`` says, for reading: it is changed in the file."""
    holders = engine().people.holders(actor(), list(engine().roles))
    return render_template("people/settings.html", config=config(), holders=holders)


def _vacant() -> list[str]:
    """The roles that no open account holds: their tasks are nobody's."""
    held = engine().people.held(actor(), list(engine().roles))
    return [key for key in engine().roles if key not in held]


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form of a new person, with a generated password."""
    typed = pending_forms.typed()
    return render_template(
        "people/new.html",
        problems=Problems(typed.problems if typed else (), _labels()),
        roles_known=engine().roles,
        rights=_rights(),
        shown=typed.form if typed else MultiDict(),
        password=new_password(),
    )


@blueprint.post("/new")
def add() -> ResponseReturnValue:
    """Add the person of the posted form."""
    given = request.form
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
    flash(_("%(name)s kan nu logga in.", name=given.get("name", "")), "success")
    return redirect(url_for("people.index"))


@blueprint.get("/<username>")
def show(username: str) -> ResponseReturnValue:
    """One person: the account, and the API tokens."""
    return _person_page(engine().people.account(actor(), username))


@blueprint.post("/<username>")
def change(username: str) -> ResponseReturnValue:
    """Change roles, rights, address and whether the account is open; or set a new password."""
    if request.form.get("action") == "password":
        return _set_password(engine().people.account(actor(), username))
    return _change(username)


def _set_password(account: Account) -> ResponseReturnValue:
    chosen = account.person
    conflicts.must_show(password_at=account.password_at)
    engine().people.set_password(
        actor(),
        chosen.username,
        request.form.get("new_password", ""),
        seen=account.password_at,
        key=posted_key(),
    )
    flash(_("%(name)s har fått ett nytt lösenord.", name=chosen.name), "success")
    return redirect(url_for("people.index"))


def _change(username: str) -> ResponseReturnValue:
    """Change what the posted form changes, and that alone: whoever writes an address opens no
    account that somebody has closed."""
    for left in reversed(range(conflicts.TRIES)):
        account = engine().people.account(actor(), username)
        chosen = account.person
        outcome = conflicts.merged(_inputs(chosen), request.form)
        if outcome.disputed:
            raise outcome.unmerged()
        try:
            if outcome.changed:
                engine().people.change(
                    actor(),
                    username,
                    **_changes(outcome),
                    seen=chosen,
                    key=posted_key(),
                )
            break
        except Conflict as error:
            if not left or not conflicts.is_stale(error):
                raise
    flash(_("Ändringarna för %(name)s är sparade.", name=chosen.name), "success")
    return redirect(url_for("people.index"))


def _changes(outcome: conflicts.Outcome) -> dict[str, Any]:
    """What ``engine.people.change`` gets: only what the form changes."""
    form, changed = outcome.form, {name.partition(".")[0] for name in outcome.changed}
    values = {
        "roles": form.getlist("roles"),
        "rights": form.getlist("rights"),
        "active": "active" in form,
        "email": form.get("email", ""),
    }
    return {name: value for name, value in values.items() if name in changed}


def _inputs(chosen: Person) -> list[Input]:
    """The inputs of the account's form. Each role and each right is one of its own."""
    held = [("roles", role, role_title(role), chosen.roles) for role in engine().roles]
    held += [("rights", right, title, chosen.rights) for right, (title, _m) in _rights().items()]
    return [
        Input(
            "email",
            _("E-post"),
            chosen.email,
            lambda form: form.get("email", "").strip() or None,
            {"email": [chosen.email or ""]},
            lambda value: str(value or _("Ingen")),
            anchor=anchor("email"),
        ),
        *(_check(f"{group}.{key}", title, key in has, group, key)
          for group, key, title, has in held),
        _check("active", _("Får logga in"), chosen.active, "active", "1"),
    ]  # fmt: skip


class _Check(Input):
    """One box of a group of check boxes with the same name."""

    def put(self, form: conflicts.Form) -> None:
        group, key = next((name, values[0]) for name, values in (self.texts or {}).items())
        others = [value for value in form.poplist(group) if value != key]
        form.setlist(group, [*others, key] if self.stored else others)


def _check(name: str, label: str, stored: bool, group: str, key: str) -> Input:
    return _Check(
        name,
        label,
        stored,
        lambda form: key in form.getlist(group),
        {group: [key]},
        lambda value: _("Ja") if value else _("Nej"),
        anchor=anchor(group),
    )


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


def _person_page(account: Account) -> str:
    chosen, typed = account.person, pending_forms.typed()
    form = typed.form if typed and typed.form.get("action") != "password" else None
    asked = _inputs(chosen)
    last = account.changed_by, account.changed_at
    return render_template(
        "people/show.html",
        chosen=chosen,
        account=account,
        email=form.get("email", "") if form else chosen.email or "",
        roles=form.getlist("roles") if form else chosen.roles,
        held_rights=form.getlist("rights") if form else chosen.rights,
        active="active" in form if form else chosen.active,
        base=form.get("shown", "") if form else conflicts.shown(asked),
        carried=form or {},
        differences=conflicts.differences(asked, form, lambda _name: last),
        problems=Problems(typed.problems if typed else (), _labels()),
        roles_known=engine().roles,
        rights=_rights(),
        password=new_password(),
        tokens=engine().tokens.all(actor(), chosen.username),
        methods=engine().second_factors.of(actor(), chosen.username),
        scopes_known={key: _(text) for key, text in SCOPES.items()},
        now=engine().now(),
    )
