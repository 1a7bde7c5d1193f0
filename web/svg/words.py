"""What the elements of a diagram are called in words, for readers who do not see the drawing."""

from __future__ import annotations

from typing import Final

from engine import ElementState, NamedElement, Shape
from web.i18n import N_, ngettext
from web.i18n import gettext as _

KINDS: Final = {
    "task": N_("Uppgift"),
    "userTask": N_("Uppgift"),
    "manualTask": N_("Manuell uppgift"),
    "serviceTask": N_("Automatiskt steg"),
    "scriptTask": N_("Automatiskt steg"),
    "businessRuleTask": N_("Beslutsregel"),
    "sendTask": N_("Skickar meddelande"),
    "receiveTask": N_("Väntar på meddelande"),
    "callActivity": N_("Delprocess"),
    "subProcess": N_("Delprocess"),
    "transaction": N_("Transaktion"),
    "adHocSubProcess": N_("Delprocess i fri ordning"),
    "startEvent": N_("Start"),
    "endEvent": N_("Slut"),
    "intermediateCatchEvent": N_("Händelse"),
    "intermediateThrowEvent": N_("Händelse"),
    "boundaryEvent": N_("Händelse på kanten"),
    "exclusiveGateway": N_("Val av en väg"),
    "inclusiveGateway": N_("Val av en eller flera vägar"),
    "parallelGateway": N_("Parallella vägar"),
    "eventBasedGateway": N_("Väntar på det som händer först"),
    "complexGateway": N_("Sammansatt val"),
    "dataObjectReference": N_("Dokument"),
    "dataStoreReference": N_("Register"),
    "dataInput": N_("Indata"),
    "dataOutput": N_("Utdata"),
    "textAnnotation": N_("Kommentar"),
}
EVENTS: Final = {
    "timerEventDefinition": N_("tid"),
    "messageEventDefinition": N_("meddelande"),
    "signalEventDefinition": N_("signal"),
    "errorEventDefinition": N_("fel"),
    "escalationEventDefinition": N_("eskalering"),
    "terminateEventDefinition": N_("avslutar allt"),
    "linkEventDefinition": N_("länk"),
    "conditionalEventDefinition": N_("villkor"),
    "compensateEventDefinition": N_("kompensation"),
    "cancelEventDefinition": N_("avbrott"),
    "multiple": N_("flera slag"),
    "parallelMultiple": N_("flera slag, alla behövs"),
}
STATES: Final = {
    "done": N_("klar"),
    "open": N_("pågår"),
    "late": N_("försenad"),
    "waiting": N_("väntar"),
    "incident": N_("stoppad av fel"),
    "cancelled": N_("avbruten"),
}


def element(named: NamedElement) -> str:
    """What an element is called: by its name, else by its kind."""
    return " ".join(named.name.split()) or _kind(named.kind, named.event)


def _kind(kind: str, event: str | None) -> str:
    """Such as "Händelse på kanten, tid"."""
    what = _(KINDS[kind]) if kind in KINDS else kind
    return f"{what}, {_(EVENTS[event])}" if event in EVENTS else what


def describe(shape: Shape, state: ElementState | None) -> str:
    """One sentence: the element's name, what it is, and how it stands."""
    what = _kind(shape.kind, shape.event)
    name = " ".join(shape.name.split())
    text = f"{name} ({what})" if name else what
    return f"{text}: {standing(state)}" if state else text


def opening(shape: Shape, says: str) -> str:
    """The same of a shape that leads further: to its own plane, or to the process it calls."""
    leads = _("visa den anropade processen") if shape.opens else _("visa innehållet")
    return f"{says} – {leads}"


def standing(state: ElementState) -> str:
    """How an element stands: "pågår, 2 gånger", "klar, signerad av EL"."""
    if state.state == "late" and state.days_late:
        text = ngettext("%(num)s dag försenad", "%(num)s dagar försenad", state.days_late)
    else:
        text = _(STATES[state.state])
    if state.badge:
        text += ", " + _("signerad av %(who)s", who=state.badge)
    if state.count > 1:
        text += ", " + _("%(count)s gånger", count=state.count)
    return text


def badge(state: ElementState) -> str:
    """The few letters on an activity; "" for none."""
    texts = {
        "done": state.badge,
        "open": _("Pågår"),
        "late": f"+{state.days_late} d",
        "waiting": _("Väntar"),
        "incident": _("Fel"),
        "cancelled": _("Avbruten"),
    }
    many = f"×{state.count}" if state.count > 1 else ""
    return " ".join(part for part in (texts[state.state], many) if part)
