"""Starta ärende: which process, for which customer, who does what, and the dates that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from engine import (
    Invalid,
    NotAllowed,
    PlanRow,
    Problem,
    StartCheck,
    StartForm,
    StartOption,
    is_unseen,
)
from web import choices, parsing, pending_forms
from web.cases.routes import blueprint
from web.choices import Asked, Choice
from web.context import actor, engine, posted_key, role_title, today
from web.forms import PREFIX, Problems, read_fields, shown_fields
from web.i18n import gettext as _
from web.typed_form import TypedForm

VARIABLE = "variables."
"""How the engine begins the name of an answer to the process's own form."""


@dataclass(frozen=True, slots=True)
class StartInput:
    """What the form says, as it was typed and as it was understood. ``mode`` is ``new``, ``known``
    or ``none``: whose case it is."""

    mode: str = ""
    customer_id: str = ""
    name: str = ""
    org_number: str = ""
    title: str = ""
    start: str = ""
    start_date: date | None = None
    people: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def may_start() -> bool:
    """Whether to show the way to the form; the engine decides for itself."""
    return "manager" in actor().rights or bool(engine().cases.startable(actor()))


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form, with what was typed in it and the dates that follow from it; before it, the choice
    between several processes."""
    if typed := pending_forms.typed():
        return _typed_page(typed)
    offered = engine().cases.startable(actor())
    asked = request.args.get("process")
    customer = request.args.get("customer", "")
    if asked is None and len(_of_customers(offered, customer)) != 1:
        return _choice(offered, customer)
    form = engine().cases.start_form(
        actor(), asked or _of_customers(offered, customer)[0].process_id
    )
    entered = StartInput(mode=_first_mode(form, customer), customer_id=customer)
    return _page(form, entered)


def _typed_page(typed: TypedForm) -> ResponseReturnValue:
    form = engine().cases.start_form(actor(), _process(typed.form))
    entered = _read(form, typed.form)
    action = typed.form.get("action")
    looking = action == "preview"
    if action == choices.FIND:
        return _page(form, entered, typed)
    if form.dated and entered.start_date is None:
        return _page(form, entered, typed, typed.problems or entered.problems), 422
    try:
        preview = _preview(form, entered) if looking else None
        check = _check(form, entered)
    except Invalid as error:
        return _page(form, entered, typed, typed.problems or _of_form(error.problems)), 422
    return _page(form, entered, typed, typed.problems, preview, check=check)


def _of_customers(offered: Sequence[StartOption], customer: str) -> Sequence[StartOption]:
    """Whoever comes from a customer starts something for that customer."""
    return [o for o in offered if o.customer != "none"] if customer else offered


def _choice(offered: Sequence[StartOption], customer: str) -> str:
    """Several processes to choose from, or none."""
    live = any(d.startable for d in engine().definitions.live(actor()))
    if not offered and live and "manager" not in actor().rights:
        raise NotAllowed
    shown = _of_customers(offered, customer)
    return render_template("cases/choose.html", offered=shown, customer=customer)


@blueprint.post("/new")
def start() -> ResponseReturnValue:
    form = engine().cases.start_form(actor(), _process(request.form))
    if (found := choices.settle()) is not None:
        return found
    entered = _read(form, request.form)
    action, _colon, day = request.form.get("action", "").partition(":")
    if action == "earliest":
        earlier = MultiDict(request.form)
        earlier["start"], earlier["action"] = day, "preview"
        pending_forms.instead(earlier)
    if action in ("earliest", "preview"):
        return pending_forms.looked()
    problems = _all_problems(form, entered)
    if problems:
        raise Invalid(problems)
    try:
        accepted = action == "anyway" and _day(day) == entered.start_date
        if not accepted and _check(form, entered).conflicts:
            return pending_forms.looked(422)
        if entered.mode == "new":
            # Registered once: should the case not start, the page has the customer as a known one.
            entered = replace(entered, mode="known", customer_id=_add_customer(entered))
        receipt = engine().cases.start(
            actor(),
            customer_id=entered.customer_id if entered.mode == "known" else None,
            process_id=form.process_id,
            start_date=entered.start_date,
            people=entered.people,
            variables=entered.variables,
            title=entered.title,
            key=posted_key(),
        )
    except Invalid as error:
        raise Invalid(_of_form(error.problems)) from error
    flash(_("Ärende %(number)s är startat.", number=receipt.result.get("number", "")), "success")
    return redirect(url_for("cases.show", case_id=receipt.id))


def _process(posted: Mapping[str, str]) -> str:
    """The form's own; a form that was loaded from an older page means what is offered first."""
    named = posted.get("process")
    offered = engine().cases.startable(actor())
    if named is None and not offered:
        raise NotAllowed
    return named if named is not None else offered[0].process_id


def _customers(form: StartForm, entered: StartInput, typed: TypedForm | None) -> Choice | None:
    """The choice of a customer; None where there is nobody to choose."""
    if form.customer == "none":
        return None
    asked = Asked("customer", entered.customer_id)
    choice = choices.of_customers(asked, typed.form if typed else None)
    return choice if choice.options or choice.searched else None


def _is_customer(customer_id: str) -> bool:
    return bool(customer_id and engine().customers.by_id(actor(), [customer_id]))


def _first_mode(form: StartForm, customer: str) -> str:
    if form.customer != "none" and _is_customer(customer):
        return "known"
    return "new" if form.customer == "required" else "none"


def _add_customer(entered: StartInput) -> str:
    key = posted_key() + "-customer"
    return str(engine().customers.add(actor(), entered.name, entered.org_number, key=key).id)


def _of_form(problems: Sequence[Problem]) -> list[Problem]:
    """The engine's problems under the names that the form has for its fields."""
    return [replace(p, field=_field_of(p.field or "")) for p in problems]


def _field_of(name: str) -> str:
    renamed = {"start_date": "start", "customer_id": "customer"}
    return renamed.get(name, name.removeprefix(VARIABLE))


def _preview(form: StartForm, entered: StartInput) -> Sequence[PlanRow]:
    return engine().cases.preview_plan(
        actor(),
        process_id=form.process_id,
        start_date=entered.start_date,
        people=entered.people,
        variables=entered.variables,
    )


def _check(form: StartForm, entered: StartInput) -> StartCheck:
    return engine().cases.check_start(
        actor(),
        process_id=form.process_id,
        start_date=entered.start_date,
        variables=entered.variables,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _read(form: StartForm, posted: MultiDict[str, str]) -> StartInput:
    typed = posted.get("start", "").strip()
    try:
        start_date = date.fromisoformat(parsing.date_text(typed, today())) if typed else None
    except ValueError:
        start_date = None
    entered = StartInput(
        mode=_mode(form, posted.get("mode", "")),
        customer_id=posted.get("customer", ""),
        name=" ".join(posted.get("name", "").split()),
        org_number=posted.get("org_number", "").strip(),
        title=posted.get("title", "").strip() if form.customer == "none" else "",
        start=typed,
        start_date=start_date,
        people={role: name for role in form.roles if (name := posted.get(f"people.{role}", ""))},
        variables=read_fields(form.form, posted),
    )
    return replace(entered, problems=tuple(_problems(form, entered)))


def _mode(form: StartForm, posted: str) -> str:
    modes = {"required": ("new", "known"), "optional": ("none", "new", "known"), "none": ("none",)}
    allowed = modes[form.customer]
    return posted if posted in allowed else allowed[0]


def _all_problems(form: StartForm, entered: StartInput) -> list[Problem]:
    """What is wrong with the form, before anything is registered. (A start for a customer that is
    known, with nothing wrong at first sight, is left to the engine, which tells all together.)"""
    problems = list(entered.problems)
    if entered.mode == "new":
        problems += engine().customers.problems(actor(), entered.name, entered.org_number)
    elif not problems:
        return []
    problems += _of_form(
        engine().cases.start_problems(
            actor(),
            process_id=form.process_id,
            start_date=entered.start_date,
            people=entered.people,
            variables=entered.variables,
            title=entered.title,
        )
    )
    if all(problem.code == "org_number_taken" for problem in problems):
        # Perhaps by this very form, pressed twice: registering it again tells.
        return []
    first: dict[str | None, Problem] = {}
    for problem in problems:
        first.setdefault(problem.field, problem)
    return list(first.values())


def _problems(form: StartForm, entered: StartInput) -> list[Problem]:
    """All that is seen before anything is registered."""
    found = []
    if entered.mode == "known" and not _is_customer(entered.customer_id):
        found.append(Problem("choose_customer", "Choose a customer.", "customer"))
    if entered.mode == "new" and is_unseen(entered.org_number):
        found.append(Problem("required", "Fill this in.", "org_number"))
    if form.dated and entered.start_date is None:
        code = "date_malformed" if entered.start else "required"
        found.append(Problem(code, "When does it begin?", "start"))
    return found


def _page(
    form: StartForm,
    entered: StartInput,
    typed: TypedForm | None = None,
    problems: Sequence[Problem] = (),
    preview: Sequence[PlanRow] | None = None,
    *,
    check: StartCheck | None = None,
) -> str:
    posted = typed.form if typed else None
    shown = shown_fields(form.form, form.values, posted)
    asked = [Asked(PREFIX + f.id, shown[f.id]) for f in form.form if f.type == "person"]
    asked += [Asked(f"people.{r}", entered.people.get(r, ""), r) for r in form.roles]
    labels = {
        "customer": _("Kund"),
        "name": _("Kundens namn"),
        "org_number": _("Organisationsnummer"),
        "title": _("Rubrik"),
        "start": form.date_label or _("Startdatum"),
        **{one.id: one.label for one in form.form},
        **{f"people.{key}": role_title(key) for key in form.roles},
    }
    return render_template(
        "cases/start.html",
        form=form,
        entered=entered,
        customer=_customers(form, entered, typed),
        shown=shown,
        people=choices.of_people(asked, posted),
        problems=Problems(problems, labels),
        preview=preview,
        check=check,
        impossible={(c.process_id, c.element_id) for c in check.conflicts} if check else set(),
        several=len(engine().cases.startable(actor())) > 1,
    )
