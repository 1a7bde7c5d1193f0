"""Starta ärende: the customer, the start of the contract, who does what, and the dates that
follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Customer, Invalid, NotAllowed, PlanRow, Problem
from web import parsing
from web.cases.routes import blueprint
from web.context import actor, engine, posted_key, role_title, today
from web.forms import Problems
from web.i18n import gettext as _

STARTERS: Final = frozenset({"saljare", "kundansvarig"})
PROCESS: Final = "serviceplan"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form says, as it was typed and as it was understood."""

    mode: str = ""
    customer_id: str = ""
    name: str = ""
    org_number: str = ""
    start: str = ""
    start_date: date | None = None
    people: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def may_start() -> bool:
    """Whether to show the way to the form; the engine decides for itself."""
    return bool(actor().roles & STARTERS) or "manager" in actor().rights


@blueprint.get("/new")
def new() -> str:
    if not may_start():
        raise NotAllowed
    known = engine().customers.search(actor())
    mode = "known" if known and "customer" in request.args else "new"
    return _page(Wish(mode=mode, customer_id=request.args.get("customer", "")), known)


@blueprint.post("/new")
def start() -> ResponseReturnValue:
    known = engine().customers.search(actor())
    wish = _read(known)
    looking = request.form.get("action") == "preview"
    if wish.start_date is None if looking else wish.problems:
        return _page(wish, known, wish.problems), 422
    try:
        if looking:
            return _page(wish, known, preview=_preview(wish))
        if wish.mode == "new":
            # Registered once: should the case not start, the page has the customer as a known one.
            wish = replace(wish, mode="known", customer_id=_add_customer(wish))
        receipt = engine().cases.start(
            actor(),
            customer_id=wish.customer_id,
            process_id=PROCESS,
            start_date=wish.start_date,
            people=wish.people,
            key=posted_key(),
        )
    except Invalid as error:
        return _page(wish, engine().customers.search(actor()), _of_form(error.problems)), 422
    flash(_("Ärende %(number)s är startat.", number=receipt.result.get("number", "")), "success")
    return redirect(url_for("cases.show", case_id=receipt.id))


def _add_customer(wish: Wish) -> str:
    key = posted_key() + "-customer"
    return str(engine().customers.add(actor(), wish.name, wish.org_number, key=key).id)


def _of_form(problems: Sequence[Problem]) -> list[Problem]:
    """The engine's problems under the names that the form has for its fields."""
    return [replace(p, field="start") if p.field == "start_date" else p for p in problems]


def _preview(wish: Wish) -> Sequence[PlanRow]:
    return engine().cases.preview_plan(
        actor(), process_id=PROCESS, start_date=wish.start_date, people=wish.people
    )


def _read(known: Sequence[Customer]) -> Wish:
    posted = request.form
    mode = "known" if posted.get("mode") == "known" else "new"
    typed = posted.get("start", "").strip()
    try:
        start_date = date.fromisoformat(parsing.date_text(typed, today())) if typed else None
    except ValueError:
        start_date = None
    wish = Wish(
        mode=mode,
        customer_id=posted.get("customer", ""),
        name=" ".join(posted.get("name", "").split()),
        org_number=posted.get("org_number", "").strip(),
        start=typed,
        start_date=start_date,
        people={
            role: name for role in engine().roles if (name := posted.get(f"people.{role}", ""))
        },
    )
    return replace(wish, problems=tuple(_problems(wish, known)))


def _problems(wish: Wish, known: Sequence[Customer]) -> list[Problem]:
    """All that is seen before anything is registered."""
    found = []
    if wish.mode == "known" and wish.customer_id not in {c.id for c in known}:
        found.append(Problem("choose_customer", "Choose a customer.", "customer"))
    if wish.mode == "new":
        for name in ("name", "org_number"):
            if not getattr(wish, name):
                found.append(Problem("required", "Fill this in.", name))
    if wish.start_date is None:
        code = "date_malformed" if wish.start else "required"
        found.append(Problem(code, "When does the contract begin?", "start"))
    return found


def _page(
    wish: Wish,
    known: Sequence[Customer],
    problems: Sequence[Problem] = (),
    preview: Sequence[PlanRow] | None = None,
) -> str:
    labels = {
        "customer": _("Kund"),
        "name": _("Kundens namn"),
        "org_number": _("Organisationsnummer"),
        "start": _("Avtalet börjar"),
        **{f"people.{key}": role_title(key) for key in engine().roles},
    }
    return render_template(
        "cases/start.html",
        wish=wish,
        customers=known,
        roles=engine().roles,
        people=[p for p in engine().people.all(actor()) if p.active],
        problems=Problems(problems, labels),
        preview=preview,
        live=any(
            d.process_id == PROCESS and d.latest and d.startable
            for d in engine().definitions.all(actor())
        ),
    )
