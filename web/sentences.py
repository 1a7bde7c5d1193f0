"""The history in sentences: who did what, one template per type of fact.

A type that is not listed is told by its own name, so that nothing that happened goes untold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine import SYSTEM, HistoryEntry
from web import formats, incidents
from web.context import actor, engine, role_title
from web.i18n import N_, ngettext
from web.i18n import gettext as _

FACTS: Final[Mapping[str, tuple[str, str]]] = {
    "case.started": (
        N_("Ärende startat"), N_("%(who)s startade ärendet för %(customer)s")),
    "case.cancelled": (N_("Ärende avbrutet"), N_("%(who)s avbröt ärendet")),
    "instance.started": (N_("Process började"), N_("”%(process)s” började")),
    "instance.completed": (N_("Process klar"), N_("”%(process)s” är klar")),
    "instance.terminated": (
        N_("Process avslutad i förtid"), N_("”%(process)s” avslutades i förtid")),
    "instance.cancelled": (N_("Process avbruten"), N_("”%(process)s” avbröts")),
    "child.started": (
        N_("Delprocess startad"), N_("”%(element)s” startade ”%(started)s”, version %(number)s")),
    "task.opened": (N_("Uppgift öppnad"), N_("Uppgiften ”%(element)s” öppnades")),
    "task.cancelled": (N_("Uppgift avbruten"), N_("Uppgiften ”%(element)s” avbröts")),
    "task.claimed": (N_("Uppgift tagen"), N_("%(who)s tog uppgiften ”%(element)s”")),
    "task.released": (N_("Uppgift lämnad"), N_("%(who)s lämnade tillbaka uppgiften ”%(element)s”")),
    "task.reassigned": (
        N_("Uppgift tilldelad"), N_("%(who)s gav uppgiften ”%(element)s” till %(assignee_name)s")),
    "draft.saved": (N_("Utkast sparat"), N_("%(who)s sparade ett utkast till ”%(element)s”")),
    "point.ticked": (N_("Punkt avbockad"), N_("%(who)s bockade av ”%(point)s” på ”%(element)s”")),
    "point.unticked": (N_("Punkt öppnad igen"), N_("%(who)s tog bort bocken för ”%(point)s”")),
    "file.attached": (N_("Fil bifogad"), N_("%(who)s bifogade %(filename)s till ”%(element)s”")),
    "file.detached": (N_("Fil borttagen"), N_("%(who)s tog bort %(filename)s från ”%(element)s”")),
    "task.completed": (N_("Uppgift slutförd"), N_("%(who)s slutförde ”%(element)s”")),
    "task.signed": (N_("Signatur"), N_("%(who)s signerade ”%(element)s” (%(meaning)s)")),
    "plan.changed": (N_("Planen ändrad"), N_("%(who)s ändrade planen")),
    "message.sent": (N_("Meddelande skickat"), N_("%(who)s registrerade ”%(message)s”")),
    "message.received": (N_("Meddelande mottaget"), N_("”%(message)s” togs emot av ”%(element)s”")),
    "signal.received": (N_("Signal mottagen"), N_("En signal togs emot av ”%(element)s”")),
    "timer.fired": (N_("Tid inne"), N_("Tiden var inne för ”%(element)s”")),
    "incident.raised": (N_("Fel"), N_("Ärendet stoppades av ett fel")),
    "incident.resolved": (N_("Fel åtgärdat"), N_("%(who)s fick ärendet att gå vidare")),
    "activity.begun": (N_("Aktivitet påbörjad"), N_("%(who)s påbörjade ”%(element)s”")),
    "variables.corrected": (N_("Värden rättade"), N_("%(who)s rättade värden i ärendet")),
    "migration.started": (
        N_("Flytt begärd"), N_("%(who)s lät flytta pågående ”%(started)s” till version "
                "%(number)s")),
    "instance.migrated": (
        N_("Flyttad till ny version"), N_("%(who)s flyttade ”%(started)s” till version "
                "%(number)s")),
    "instance.migration_undone": (
        N_("Flytt tillbakatagen"), N_("%(who)s tog tillbaka ”%(started)s” till version "
                "%(number)s")),
    "step.offered": (N_("Nytt steg öppnat"), N_("%(who)s öppnade det nya steget ”%(element)s”")),
    "step.dismissed": (
        N_("Nytt steg behövs inte"), N_("%(who)s angav att ”%(element)s” inte behövs: %(reason)s")),
    "customer.added": (N_("Kund registrerad"), N_("%(who)s registrerade kunden %(name)s")),
    "person.added": (N_("Person tillagd"), N_("%(who)s lade till %(name)s (%(username)s)")),
    "person.changed": (
        N_("Person ändrad"), N_("%(who)s ändrade roller eller rättigheter för %(person)s")),
    "password.changed": (N_("Lösenord bytt"), N_("%(who)s bytte lösenordet för %(person)s")),
    "token.added": (
        N_("API-nyckel skapad"), N_("%(who)s skapade API-nyckeln ”%(name)s” för %(person)s")),
    "token.revoked": (
        N_("API-nyckel spärrad"), N_("%(who)s spärrade API-nyckeln ”%(name)s” för %(person)s")),
    "definition.deployed": (
        N_("Diagram i drift"), N_("%(who)s tog ”%(name)s” i drift som version %(number)s")),
    "drawing.kept": (
        N_("Ritning sparad"), N_("%(who)s sparade ”%(name)s” som ritning, version %(number)s")),
    "decision.deployed": (
        N_("Beslutsmodell i drift"),
        N_("%(who)s tog beslutsmodellen ”%(model)s” i drift som version %(number)s")),
    "decision.evaluated": (
        N_("Beslut fattat"), N_("”%(element)s” fattade beslutet ”%(name)s”, version %(number)s")),
}  # fmt: skip

NOT_APPLICABLE: Final = N_("%(who)s angav att ”%(point)s” inte är aktuell på ”%(element)s”")
OF_NOBODY: Final = N_("%(who)s startade ärendet")
SIGNS: Final = {"task.signed": "done", "task.completed": "done", "case.started": "start",
                "incident.raised": "late", "case.cancelled": "late",
                "message.sent": "message", "message.received": "message"}  # fmt: skip


def type_label(type: str) -> str:
    """What a type of fact is called in a list of them."""
    return _(FACTS[type][0]) if type in FACTS else type


class _Words(dict[str, Any]):
    """What a sentence needs; what the fact does not hold is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as a timeline shows it."""

    entry: HistoryEntry
    sentence: str
    more: list[str]
    sign: str


class Speaker:
    """Tells facts, with the names of processes and people looked up once for a page."""

    def __init__(self) -> None:
        self._processes: dict[str, str] | None = None
        self._people: dict[str, str] | None = None

    def sentence(self, entry: HistoryEntry) -> str:
        """Who did what, as one sentence without a full stop."""
        if entry.type not in FACTS:
            return f"{entry.actor_name}: {entry.type}"
        template = FACTS[entry.type][1]
        if entry.type == "point.ticked" and entry.detail.get("state") == "not_applicable":
            template = NOT_APPLICABLE
        if entry.type == "case.started" and not (entry.customer or entry.detail.get("customer")):
            template = OF_NOBODY
        return _(template) % _Words(self._words(entry))

    def sign(self, entry: HistoryEntry) -> str:
        """The kind of its mark on a timeline."""
        return SIGNS.get(entry.type, "plain")

    def more(self, entry: HistoryEntry) -> list[str]:
        """What else the reader wants to know of it, in short lines."""
        return [*self._particulars(entry), *_came_by(entry)]

    def _particulars(self, entry: HistoryEntry) -> list[str]:
        if entry.type == "incident.raised":
            at = entry.element_id if entry.element_id != entry.process_id else None
            where = entry.element_name or at or self.process(entry)
            return [incidents.tell(str(entry.detail.get("kind")), where).happened]
        lines = EXTRAS[entry.type](entry.detail) if entry.type in EXTRAS else []
        return [line for line in lines if line]

    def story(self, entries: Sequence[HistoryEntry], most: int) -> list[Told]:
        """The newest facts in short, at most ``most``: what was done in one go is told once."""
        told: list[Told] = []
        for group in _in_one_go(entries):
            main = next((e for kind in MAIN for e in group if e.type == kind), group[0])
            more = [x for e in group for x in self._particulars(e) if e.type != "point.ticked"]
            ticks = sum(e.type == "point.ticked" for e in group)
            if ticks and main.type != "point.ticked":
                more.insert(0, ngettext("%(num)s punkt", "%(num)s punkter", ticks))
            more += _came_by(main)
            told.append(Told(main, self.sentence(main), more, self.sign(main)))
        return told[:most]

    def _words(self, entry: HistoryEntry) -> dict[str, Any]:
        detail = entry.detail
        words: dict[str, Any] = {
            key: value for key, value in detail.items() if isinstance(value, str) and value
        }
        words["who"] = "Serviceplan" if entry.actor_id == SYSTEM.id else entry.actor_name
        words["element"] = entry.element_name or entry.element_id or "–"
        words["customer"] = entry.customer or detail.get("customer") or entry.case_number or "–"
        words["process"] = self.process(entry)
        words["started"] = detail.get("process") or "–"
        words["number"] = detail.get("version") or "–"
        if "person" in detail:
            words["person"] = self._person(str(detail["person"]))
        if entry.type in ("point.ticked", "point.unticked"):
            words["point"] = str(detail.get("text") or detail.get("point") or "–").rstrip(".")
        return words

    def process(self, entry: HistoryEntry) -> str:
        """The name of the process that a fact belongs to."""
        if self._processes is None:
            live = engine().definitions.all(actor())
            self._processes = {d.id: d.name for d in live}
        named = self._processes.get(entry.definition_id or "")
        return named or str(entry.detail.get("process") or entry.process_id or "–")

    def _person(self, id: str) -> str:
        if self._people is None:
            self._people = {p.id: p.name for p in engine().people.all(actor())}
        return self._people.get(id, id)


MAIN: Final = ("task.signed", "task.completed", "draft.saved", "child.started", "message.sent")
"""Of facts that belong together, the one that is told; the others are folded into it."""

FOLDED: Final = {
    "point.ticked": "task", "task.completed": "task", "task.signed": "task", "draft.saved": "task",
    "child.started": "child", "instance.started": "child",
    "message.sent": "message", "message.received": "message",
}  # fmt: skip


def _in_one_go(entries: Sequence[HistoryEntry]) -> list[list[HistoryEntry]]:
    """Neighbours of one moment, one person and one kind of doing. Starts of two rounds at once
    stay two."""
    groups: list[list[HistoryEntry]] = []
    for entry in entries:
        last = groups[-1][-1] if groups else None
        kind = FOLDED.get(entry.type)
        same = (
            last is not None
            and kind is not None
            and kind == FOLDED.get(last.type)
            and (entry.at, entry.actor_id) == (last.at, last.actor_id)
            and (kind != "task" or entry.element_id == last.element_id)
            and (kind == "task" or entry.type not in [e.type for e in groups[-1]])
        )
        if same:
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return groups


# ---------------------------------------------------------------- what stands under a sentence


def _came_by(entry: HistoryEntry) -> list[str]:
    return [_("Med API-nyckeln ”%(name)s”", name=entry.token.name)] if entry.token else []


def _opened(detail: Mapping[str, Any]) -> list[str]:
    role, due = detail.get("role"), detail.get("due")
    return [
        _("Ansvarig roll: %(role)s", role=role_title(role)) if role else "",
        _("Klart den %(day)s", day=due) if due else "",
    ]


def _noted(detail: Mapping[str, Any]) -> list[str]:
    note = str(detail.get("note") or "").strip()
    files = sum(len(f) for f in (detail.get("files") or {}).values())
    return [
        _("Anteckning: %(text)s", text=note) if note else "",
        ngettext("%(num)s bifogad fil", "%(num)s bifogade filer", files) if files else "",
    ]


def _planned(detail: Mapping[str, Any]) -> list[str]:
    rows = detail.get("rows") or []
    lines = []
    for row in rows[:5]:
        parts = [row.get("person_name") or "", row.get("due") or ""]
        lines.append(f"{row.get('name')}: {', '.join(p for p in parts if p) or '–'}")
    if len(rows) > 5:
        lines.append(ngettext("och %(num)s rad till", "och %(num)s rader till", len(rows) - 5))
    return lines


def _payload(detail: Mapping[str, Any]) -> list[str]:
    values = (detail.get("payload") or {}).values()
    return [formats.day(v) if formats.as_date(v) else str(v) for v in values if v not in (None, "")]


def _reason(detail: Mapping[str, Any]) -> list[str]:
    reason = detail.get("reason")
    return [_("Orsak: %(text)s", text=reason)] if reason else []


def _decided(detail: Mapping[str, Any]) -> list[str]:
    given, became = (_values(detail.get(part) or {}) for part in ("inputs", "outputs"))
    lines = [
        _("Gavs %(values)s", values=given) if given else "",
        _("Blev %(values)s", values=became) if became else "",
    ]
    for table in detail.get("rules") or ():
        rules = ", ".join(map(str, table.get("rules") or ())) or "–"
        lines.append(_("Regel %(rules)s i ”%(name)s”", rules=rules, name=table.get("decision")))
    return lines


def _values(values: Mapping[str, Any]) -> str:
    """Names and values in one line; the whole of a long one is in the export."""
    shown = [f"{name} = {_shortened(formats.value(value))}" for name, value in values.items()]
    return ", ".join(shown)


def _shortened(text: str, most: int = 120) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _corrected(detail: Mapping[str, Any]) -> list[str]:
    names = sorted(detail.get("variables") or {})
    return [", ".join(names), *_reason(detail)]


EXTRAS: Final[Mapping[str, Callable[[Mapping[str, Any]], list[str]]]] = {
    "task.opened": _opened,
    "task.completed": _noted,
    "plan.changed": _planned,
    "message.sent": _payload,
    "case.cancelled": _reason,
    "instance.cancelled": _reason,
    "point.ticked": _reason,
    "variables.corrected": _corrected,
    "decision.evaluated": _decided,
}
