"""Stopp: what could not go on, in words that a person can act on, and the list of all of it.

The engine gives a kind and an English text with the expression and its variables; here each kind
has a sentence of what has happened and the ways out of it. The engine's text stands below them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Incident, NotAllowed, Receipt
from web.context import actor, config, engine, person, posted_key
from web.i18n import N_
from web.i18n import gettext as _

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")
RIGHTS: Final = frozenset({"manager", "process_owner"})

CORRECT: Final = N_("Rätta värdet som är fel och försök igen.")
REDRAW: Final = N_("Ändra diagrammet, lägg det i drift och flytta ärendet till den nya versionen.")
AGAIN: Final = N_("Försök igen.")
OPERATION: Final = N_("Hjälper det inte: ge texten nedan till den som sköter Serviceplan.")
BACKUP: Final = N_(
    "Den som sköter Serviceplan kan återställa läget ur en säkerhetskopia. Försök igen efteråt."
)
CALLED: Final = N_("Lägg den anropade processen i drift och försök igen.")
NEW_RULES: Final = N_(
    "Är reglerna fel: lägg en ny version av beslutsmodellen i drift och försök igen."
)
COMPLETE: Final = N_("Uppgiften är kvar. Slutför den igen, med andra svar om det är de som är fel.")
SUPPLY: Final = N_("Rätta värdena, eller skicka det meddelande som väntas.")


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a kind: its name in a list, what has happened (``element`` is filled in),
    and what can be done. ``value`` when another value may help."""

    label: str
    happened: str
    ways: tuple[str, ...]
    value: bool = True


KINDS: Final[Mapping[str, Words]] = {
    "expression": Words(
        N_("Ett uttryck går inte att räkna ut"),
        N_("Ett uttryck vid ”%(element)s” gick inte att räkna ut, eller gav ett värde av fel "
           "slag."),
        (CORRECT, REDRAW),
    ),
    "decision": Words(
        N_("Ett beslut går inte att fatta"),
        N_("Beslutet vid ”%(element)s” gick inte att fatta med de värden som finns."),
        (CORRECT, NEW_RULES),
    ),
    "due": Words(
        N_("Ett datum går inte att räkna ut"),
        N_("Datumet då ”%(element)s” ska vara klar gick inte att räkna ut."),
        (CORRECT, REDRAW),
    ),
    "timer": Words(
        N_("En tid går inte att räkna ut"),
        N_("Tiden för ”%(element)s” gick inte att räkna ut."),
        (CORRECT, REDRAW),
    ),
    "no_flow": Words(
        N_("Ingen väg vidare"),
        N_("Ingen väg ut från ”%(element)s” gäller: inget villkor är uppfyllt, och ingen väg är "
           "förvald."),
        (CORRECT, REDRAW),
    ),
    "stuck": Words(
        N_("Står still"),
        N_("Processen står still vid ”%(element)s”: det som väntas där kan inte längre komma. Allt "
           "som är gjort finns kvar."),
        (SUPPLY, REDRAW),
    ),
    "budget": Words(
        N_("En gräns är nådd"),
        N_("Vid ”%(element)s” blev det fler steg, omgångar eller processer på en gång än som får "
           "förekomma. Troligen finns det en slinga som inget stoppar."),
        (CORRECT, REDRAW),
    ),
    "call": Words(
        N_("En process går inte att starta"),
        N_("Processen som ”%(element)s” ska starta gick inte att starta."),
        (CALLED, REDRAW),
        value=False,
    ),
    "damaged_state": Words(
        N_("Läget går inte att läsa"),
        N_("Processens sparade läge är skadat och går inte att läsa. Historik, signaturer och "
           "bilagor berörs inte."),
        (BACKUP,),
        value=False,
    ),
    "failed": Words(
        N_("Ett steg går inte att utföra"),
        N_("”%(element)s” gick inte att utföra som det är ritat."),
        (REDRAW,),
    ),
    "gone": Words(
        N_("Steget pågår inte längre"),
        N_("”%(element)s” pågick inte längre när det skulle gå vidare. Något annat hann före."),
        (AGAIN,),
        value=False,
    ),
    "unexpected": Words(
        N_("Ett oväntat fel"),
        N_("Ett fel som ingen har förutsett inträffade vid ”%(element)s”."),
        (AGAIN, OPERATION),
        value=False,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """An incident as a page tells it."""

    label: str
    happened: str
    ways: list[str]
    value: bool
    task_id: str | None = None


def tell(kind: str, element: str) -> Told:
    """A kind of incident at an element (or at a process as a whole) for the reader."""
    words = KINDS.get(kind, KINDS["unexpected"])
    happened = _(words.happened, element=element or "–")
    return Told(_(words.label), happened, [_(way) for way in words.ways], words.value)


def told(incident: Incident) -> Told:
    """As ``tell``, of an incident."""
    found = tell(incident.kind, incident.element_name or incident.process)
    # What cannot be read cannot be completed either.
    if incident.task_id is None or incident.kind == "damaged_state":
        return found
    return replace(found, ways=[_(COMPLETE), *found.ways], task_id=incident.task_id)


def may_see() -> bool:
    """Whether to show the way to the list; the engine decides for itself what is on it."""
    who = person()
    return who is not None and bool(RIGHTS & set(who.rights))


@blueprint.app_template_global()
def incident_told(incident: Incident) -> Told:
    """For the templates."""
    return told(incident)


@blueprint.get("/")
def index() -> str:
    """All open incidents, the newest first."""
    if not may_see():
        raise NotAllowed
    cursor = request.args.get("cursor")
    page = engine().incidents.search(actor(), cursor=cursor, limit=config().web.page_size)
    return render_template(
        "incidents/index.html",
        rows=page.items,
        first_url=url_for("incidents.index") if cursor else None,
        next_url=url_for("incidents.index", cursor=page.next) if page.next else None,
    )


@blueprint.post("/<incident_id>/retry")
def retry(incident_id: str) -> ResponseReturnValue:
    """Try again what failed, and come back to the list."""
    flash_outcome(engine().incidents.retry(actor(), incident_id, key=posted_key()))
    return redirect(url_for("incidents.index"))


def flash_outcome(receipt: Receipt) -> None:
    """Say whether a case goes on after another attempt."""
    if receipt.result.get("resolved", True):
        flash(_("Felet är åtgärdat och ärendet går vidare."), "success")
    else:
        flash(_("Samma sak stoppar ärendet igen. Rätta orsaken först."), "danger")
