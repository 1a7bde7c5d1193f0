"""Choosing a person or a customer, however many there are.

Where there are few, a choice is a plain select of all. Where there are more, the select has the
likeliest, and a search box beside it finds the others: its button sends the form, whose page comes
again with what was found in the select and everything else as it was typed. Whatever is sent, a
text in the box that can mean only one person is understood as that person; else the page asks.

The inputs: ``<name>`` is the select; ``find:<kind>:<role>:<name>`` the search box, whose kind is
``person`` or ``customer``; ``found:<name>`` the text that the select shows the finds of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import g, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from engine import Choices, Customer, Invalid, Person, Problem
from web import forms, pending_forms
from web.context import actor, engine
from web.i18n import gettext as _
from web.i18n import ngettext

Form = MultiDict[str, str]
FIND: Final = forms.SEARCH
"""The value of a search box's button."""
FOUND: Final = "found"
"""What the names of the hidden inputs begin with that say what was found."""
MOST: Final = 20
"""The most finds that a select shows."""
TEXT_LENGTH: Final = 100
"""The most characters of a search text that are used."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An option of a choice: the value that is sent, and the text that people see."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page shows of one choice.

    ``options`` are offered at first, ``finds`` are what was found for ``text``. ``searched`` says
    that there are more, so that the choice has a search box, named ``box``. ``said`` is how many
    were found, in words; ``asked`` is whether whoever looks at the page has just searched here.
    """

    name: str
    chosen: str
    options: Sequence[Offer]
    finds: Sequence[Offer] = ()
    searched: bool = False
    box: str = ""
    text: str = ""
    said: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A choice that a page has: the select's ``name``, what is ``chosen`` in it, and the role that
    a person must hold."""

    name: str
    chosen: str = ""
    role: str | None = None


# ---------------------------------------------------------------- showing


def of_people(
    asked: Iterable[Asked], form: Form | None = None, *, case_id: str | None = None
) -> dict[str, Choice]:
    """The choices of people of one page by the names of their selects. ``form`` is what was typed,
    ``case_id`` the case that people are chosen for."""
    wanted = list(asked)
    if not wanted:
        return {}
    offered = engine().people.choices(actor(), {one.role for one in wanted}, case_id=case_id)
    known = {person.username: person for each in offered.values() for person in each.items}
    others = engine().people.named(actor(), {one.chosen for one in wanted} - known.keys())
    everybody = {**known, **others}

    def made(one: Asked) -> Choice:
        first = offered[one.role]
        shown = one.chosen in {person.username for person in first.items}
        chosen = [everybody[one.chosen]] if one.chosen in everybody and not shown else []
        return _choice("person", one, first.complete, [*first.items, *chosen], form)

    return {one.name: made(one) for one in wanted}


def of_offered(one: Asked, first: Choices[Person], form: Form | None = None) -> Choice:
    """The choice of a person among those who are ``first`` offered."""
    people = list(first.items)
    if one.chosen and one.chosen not in {person.username for person in people}:
        people += engine().people.named(actor(), [one.chosen]).values()
    return _choice("person", one, first.complete, people, form)


def of_customers(one: Asked, form: Form | None = None) -> Choice:
    """The choice of a customer."""
    first = engine().customers.choices(actor())
    customers = list(first.items)
    if one.chosen and one.chosen not in {customer.id for customer in customers}:
        customers += engine().customers.by_id(actor(), [one.chosen]).values()
    return _choice("customer", one, first.complete, customers, form)


def _choice(
    kind: str,
    one: Asked,
    complete: bool,
    first: Sequence[Person | Customer],
    form: Form | None,
) -> Choice:
    if complete:
        return Choice(one.name, one.chosen, _offers(first))
    typed: Form = MultiDict() if form is None else form
    box = f"{FIND}:{kind}:{one.role or ''}:{one.name}"
    text = typed.get(box, "").strip()[:TEXT_LENGTH]
    if not text:
        return Choice(one.name, one.chosen, _offers(first), searched=True, box=box)
    found = _matching(kind, one.role, text)
    others = [each for each in first if each not in found.items]
    offers = _offers([*found.items, *others])
    number = len(found.items)
    return Choice(
        one.name,
        one.chosen,
        offers[number:],
        offers[:number],
        searched=True,
        box=box,
        text=text,
        said=_said(text, number, found.complete),
        asked=typed.get("action") == FIND,
    )


def _offers(found: Sequence[Person | Customer]) -> list[Offer]:
    """The options, in which people of one name are told apart by their user names."""
    names = Counter(each.name for each in found)
    return [
        Offer(each.id, f"{each.name} ({each.org_number})")
        if isinstance(each, Customer)
        else Offer(
            each.username, f"{each.name} ({each.username})" if names[each.name] > 1 else each.name
        )
        for each in found
    ]


def _said(text: str, number: int, complete: bool) -> str:
    if not number:
        return _(
            "Ingen träff på ”%(text)s”. Skriv början av namnet, eller mindre av det.", text=text
        )
    if not complete:
        return _(
            "De %(number)s första träffarna på ”%(text)s”. Välj i listan, eller skriv mer.",
            text=text,
            number=number,
        )
    return ngettext(
        "%(num)s träff på ”%(text)s”. Välj i listan.",
        "%(num)s träffar på ”%(text)s”. Välj i listan.",
        number,
        text=text,
    )


def name_of(username: str) -> str:
    """The name of the person with this user name; the user name itself when there is nobody."""
    return names_of([username]).get(username, username)


def names_of(usernames: Iterable[str]) -> Mapping[str, str]:
    """The names of people by user name. Each is asked for once in a request."""
    known: dict[str, str] = g.setdefault("names_by_username", {})
    wanted = {name for name in usernames if name} - known.keys()
    if wanted:
        people = engine().people.named(actor(), wanted)
        known |= {name: people[name].name if name in people else name for name in wanted}
    return known


# ---------------------------------------------------------------- understanding


@dataclass(frozen=True, slots=True)
class _Search:
    """A search box of a posted form, in which something was written."""

    box: str
    kind: str
    role: str | None
    name: str
    text: str
    settled: bool
    """Whether the select shows what was found for the text."""


def _searches(form: Form) -> Iterator[_Search]:
    for box in [name for name in form if name.startswith(f"{FIND}:")]:
        _find, kind, role, name = (*box.split(":", 3), "", "", "")[:4]
        text = form.get(box, "").strip()[:TEXT_LENGTH]
        if name and text and kind in ("person", "customer"):
            settled = text == form.get(f"{FOUND}:{name}", "")
            yield _Search(box, kind, role or None, name, text, settled)


def searching() -> bool:
    """Whether the post asks to search: its button does, or the Enter key in a search box."""
    action = request.form.get("action", "")
    if action == "enter":
        return any(not each.settled for each in _searches(request.form))
    return action == FIND


def settle() -> ResponseReturnValue | None:
    """Understand what is written in the search boxes of the posted form: from here on the form has
    the person or the customer that is meant.

    The answer to a post that asks to search, which nothing else is to be done with; else None.

    :raises Invalid: when a text may mean several, or nobody
    """
    asks = searching()
    form: Form = MultiDict(request.form)
    problems, first = [], ""
    for each in list(_searches(form)):
        first = first or each.name
        problem = _understand(each, form)
        problems += [problem] if problem else []
    request.form = ImmutableMultiDict(form)
    if asks:
        form["action"] = FIND
        pending_forms.instead(form)
        answer = pending_forms.looked()
        location = getattr(answer, "location", None)
        if first and location:
            answer.location = f"{location}#{forms.anchor(_field(first)[0])}"  # type: ignore[union-attr]
        return answer
    if problems:
        raise Invalid(problems)
    return None


def _understand(each: _Search, form: Form) -> Problem | None:
    if each.settled:
        return None if form.get(each.name) else _problem(each, "choose_found")
    found = _matching(each.kind, each.role, each.text)
    form.pop(f"{FOUND}:{each.name}", None)
    if len(found.items) == 1:
        form[each.name] = _value(found.items[0])
        form.pop(each.box)
        return None
    if not found.items:
        return _problem(each, "found_none")
    form[each.name], form[f"{FOUND}:{each.name}"] = "", each.text
    return _problem(each, "found_several")


def _value(found: Person | Customer) -> str:
    return found.username if isinstance(found, Person) else found.id


def _problem(each: _Search, code: str) -> Problem:
    name, params = _field(each.name)
    return Problem(code, "Choose one.", name, {**params, "text": each.text})


def _field(name: str) -> tuple[str, dict[str, Any]]:
    """What problems call a select, and where in a plan's row it stands."""
    if name.startswith("plan.") and name.endswith(".person"):
        return name.removesuffix(".person"), {"column": "person"}
    return name.removeprefix(forms.PREFIX), {}


def _matching(kind: str, role: str | None, text: str) -> Choices[Any]:
    known: dict[Any, Choices[Any]] = g.setdefault("choices_found", {})
    key = kind, role, text
    if key not in known:
        known[key] = (
            engine().people.matching(actor(), text, role=role, most=MOST)
            if kind == "person"
            else engine().customers.matching(actor(), text, most=MOST)
        )
    return known[key]
