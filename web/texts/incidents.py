"""Incidents in the reader's language: what has happened in a process, and the ways out of it.

The engine gives an incident's kind and an English text with the expression and its variables. Here
each kind has a sentence of what has happened and sentences of what can be done; the engine's text
is shown below them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from engine import Incident
from web.i18n import N_
from web.i18n import gettext as _
from web.texts.wording import DiagramWords

# The ways out of an incident, used by several kinds.
CORRECT: Final = N_("Rätta värdet som är fel och försök igen.")
REDRAW: Final = N_("Ändra diagrammet, publicera det och flytta ärendet till den nya versionen.")
AGAIN: Final = N_("Försök igen.")
OPERATION: Final = N_("Hjälper det inte: ge texten nedan till den som sköter Serviceplan.")
BACKUP: Final = N_(
    "Den som sköter Serviceplan kan återställa läget ur en säkerhetskopia. Försök igen efteråt."
)
CALLED: Final = N_("Publicera den anropade processen och försök igen.")
NEW_RULES: Final = N_(
    "Är reglerna fel: publicera en ny version av beslutsmodellen och försök igen."
)
COMPLETE: Final = N_("Uppgiften är kvar. Slutför den igen, med andra svar om det är de som är fel.")
SUPPLY: Final = N_("Rätta värdena, eller skicka det meddelande som väntas.")


@dataclass(frozen=True, slots=True)
class KindTexts:
    """The untranslated texts of a kind of incident.

    ``label`` names it in a list, ``happened`` says what has happened (with ``%(element)s``),
    ``ways`` are what can be done about it; ``value`` is true when correcting a variable may help.
    """

    label: str
    happened: str
    ways: tuple[str, ...]
    value: bool = True


KINDS: Final[Mapping[str, KindTexts]] = {
    "expression": KindTexts(
        N_("Ett uttryck går inte att räkna ut"),
        N_("Ett uttryck vid ”%(element)s” gick inte att räkna ut, eller gav ett värde av fel "
           "slag."),
        (CORRECT, REDRAW),
    ),
    "decision": KindTexts(
        N_("Ett beslut går inte att fatta"),
        N_("Beslutet vid ”%(element)s” gick inte att fatta med de värden som finns."),
        (CORRECT, NEW_RULES),
    ),
    "due": KindTexts(
        N_("Ett datum går inte att räkna ut"),
        N_("Datumet då ”%(element)s” ska vara klar gick inte att räkna ut."),
        (CORRECT, REDRAW),
    ),
    "timer": KindTexts(
        N_("En tid går inte att räkna ut"),
        N_("Tiden för ”%(element)s” gick inte att räkna ut."),
        (CORRECT, REDRAW),
    ),
    "no_flow": KindTexts(
        N_("Ingen väg vidare"),
        N_("Ingen väg ut från ”%(element)s” gäller: inget villkor är uppfyllt, och ingen väg är "
           "förvald."),
        (CORRECT, REDRAW),
    ),
    "stuck": KindTexts(
        N_("Står still"),
        N_("Processen står still vid ”%(element)s”: det som väntas där kan inte längre komma. Allt "
           "som är gjort finns kvar."),
        (SUPPLY, REDRAW),
    ),
    "budget": KindTexts(
        N_("En gräns är nådd"),
        N_("Vid ”%(element)s” blev det fler steg, omgångar eller processer på en gång än som får "
           "förekomma. Troligen finns det en slinga som inget stoppar."),
        (CORRECT, REDRAW),
    ),
    "call": KindTexts(
        N_("En process går inte att starta"),
        N_("Processen som ”%(element)s” ska starta gick inte att starta."),
        (CALLED, REDRAW),
        value=False,
    ),
    "damaged_state": KindTexts(
        N_("Läget går inte att läsa"),
        N_("Processens sparade läge är skadat och går inte att läsa. Historik, signaturer och "
           "bilagor berörs inte."),
        (BACKUP,),
        value=False,
    ),
    "failed": KindTexts(
        N_("Ett steg går inte att utföra"),
        N_("”%(element)s” gick inte att utföra som det är ritat."),
        (REDRAW,),
    ),
    "gone": KindTexts(
        N_("Steget pågår inte längre"),
        N_("”%(element)s” pågick inte längre när det skulle gå vidare. Något annat hann före."),
        (AGAIN,),
        value=False,
    ),
    "unexpected": KindTexts(
        N_("Ett oväntat fel"),
        N_("Ett fel som ingen har förutsett inträffade vid ”%(element)s”."),
        (AGAIN, OPERATION),
        value=False,
    ),
}  # fmt: skip
"""The texts of each of the engine's ``INCIDENT_KINDS``."""


@dataclass(frozen=True, slots=True)
class IncidentText:
    """The texts of an incident in the reader's language, as ``KindTexts`` has them.

    ``task_id`` is the open task whose completion failed, None when no task is to be completed.
    """

    label: str
    happened: str
    ways: list[str]
    value: bool
    task_id: str | None = None
    element: str = ""
    """What the element is called; "" when the incident is not about one."""
    place: str = ""
    """The element, else the process."""


def kind_text(kind: str, element: str) -> IncidentText:
    """The texts of a kind of incident at the element (or process) with this name.

    An unknown kind gets the texts of ``unexpected``.
    """
    texts = KINDS.get(kind, KINDS["unexpected"])
    happened = _(texts.happened, element=element or "–")
    return IncidentText(_(texts.label), happened, [_(way) for way in texts.ways], texts.value)


def incident_text(incident: Incident) -> IncidentText:
    """The texts of an incident, with its open task as the first way out where it has one."""
    words = DiagramWords()
    element = words.element(incident.definition_id, incident.element_id, incident.element_name)
    place = element or incident.process
    text = replace(kind_text(incident.kind, place), element=element, place=place)
    # A damaged state cannot be read, so its task cannot be completed.
    if incident.task_id is None or incident.kind == "damaged_state":
        return text
    return replace(text, ways=[_(COMPLETE), *text.ways], task_id=incident.task_id)
