"""The history in the reader's language: who did what, one sentence per type of fact.

A fact whose type has no sentence here is shown by the type's name, so that none is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from typing import Any, Final

from engine import (
    SYSTEM,
    HistoryChoices,
    HistoryEntry,
    InstanceTitle,
    LiveProcess,
    NamedMessage,
)
from web import formats
from web.choices import names_of
from web.context import actor, engine, role_title
from web.i18n import N_, ngettext
from web.i18n import gettext as _
from web.texts.facts import FACTS, NO_CUSTOMER, NOT_APPLICABLE
from web.texts.incidents import kind_text
from web.texts.wording import DiagramWords, answers

MARKS: Final = {"task.signed": "done", "task.completed": "done", "case.started": "start",
                "incident.raised": "late", "case.cancelled": "late",
                "message.sent": "message", "message.received": "message"}  # fmt: skip
"""The mark of a fact on a timeline (``fact-…`` in the style sheet); other types are "plain"."""


REASONS: Final = {"interrupted": N_("en händelse i diagrammet avbröt den")}
"""The reasons that the engine itself gives for the end of a process."""


def type_label(type: str) -> str:
    """The label of a type of fact, in the reader's language."""
    return _(FACTS[type][0]) if type in FACTS else type


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A fact as a case's timeline shows it: its sentence, short lines below it, its mark, and what
    tells its instance apart."""

    entry: HistoryEntry
    sentence: str
    more: list[str]
    mark: str
    about: InstanceTitle | None = None


class HistoryFormatter:
    """Formats facts for one page or file; looks the names of people and of what diagrams hold up
    once."""

    def __init__(
        self,
        known: HistoryChoices | None = None,
        *,
        whole: bool = False,
        live: Sequence[LiveProcess] | None = None,
    ) -> None:
        """``known``: what has been read for the facts; ``whole``: long values and plans are in
        full, for a file; pages cut them; ``live``: the live processes, where they have been
        read."""
        self._extras = EXTRAS | WHOLE if whole else EXTRAS
        self._words = DiagramWords(known.live if known else live)
        self._people = {id: each.name for id, each in known.about.items()} if known else {}

    def sentence(self, entry: HistoryEntry) -> str:
        """Who did what, as one sentence without a full stop."""
        if entry.type not in FACTS:
            return f"{entry.actor_name}: {entry.type}"
        template = FACTS[entry.type][1]
        if entry.type == "point.ticked" and entry.detail.get("state") == "not_applicable":
            template = NOT_APPLICABLE
        if entry.type == "case.started" and not (entry.customer or entry.detail.get("customer")):
            template = NO_CUSTOMER
        text = _(template)
        return text % {name: self._param(entry, name) for name in _placeholders(text)}

    def version(self, entry: HistoryEntry) -> str:
        """The process or the decision model that the fact is about, with its version; "" for
        none."""
        if entry.version:
            return f"{self.process(entry)}, {entry.version}"
        if entry.type == "decision.deployed":
            return f"{entry.detail.get('model', '')}, {entry.detail.get('version', '')}"
        return ""

    def mark(self, entry: HistoryEntry) -> str:
        """The fact's mark on a timeline, one of ``MARKS`` or "plain"."""
        return MARKS.get(entry.type, "plain")

    def more(self, entry: HistoryEntry) -> list[str]:
        """The fact's details as short lines: reason, note, values, the API token used."""
        return [*self._details(entry), *_token_line(entry)]

    def _details(self, entry: HistoryEntry) -> list[str]:
        if entry.type == "incident.raised":
            where = self.element(entry) or self.process(entry)
            return [kind_text(str(entry.detail.get("kind")), where).happened]
        if entry.type == "message.sent":
            return self._payload(entry)
        if entry.type == "variables.corrected":
            return [*self._corrections(entry), *_reason(entry.detail)]
        lines = self._extras[entry.type](entry.detail) if entry.type in self._extras else []
        return [line for line in lines if line]

    def timeline(self, entries: Iterable[HistoryEntry], most: int) -> list[HistoryLine]:
        """The first ``most`` lines of a timeline of ``entries`` (newest first).

        Facts of one act (ticks, note and signature of a completed task) are one line.
        """
        groups = list(islice(_acts(entries), most))
        self.know(entry for group in groups for entry in group)
        lines: list[HistoryLine] = []
        for group in groups:
            main = next((e for type in MAIN for e in group if e.type == type), group[0])
            more = [x for e in group for x in self._details(e) if e.type != "point.ticked"]
            ticks = sum(e.type == "point.ticked" for e in group)
            if ticks and main.type != "point.ticked":
                more.insert(0, ngettext("%(num)s punkt", "%(num)s punkter", ticks))
            more += _token_line(main)
            about = next((e.about for e in group if e.about), None)
            lines.append(HistoryLine(main, self.sentence(main), more, self.mark(main), about))
        return lines

    def _param(self, entry: HistoryEntry, name: str) -> str:
        """What a placeholder of a sentence is filled with; "–" for what the fact does not have."""
        if name in PARAMS:
            return PARAMS[name](self, entry)
        value = entry.detail.get(name)
        return value if isinstance(value, str) and value else "–"

    def customer(self, entry: HistoryEntry) -> str:
        """The customer of the fact's case; without one, the case's number."""
        return str(entry.customer or entry.detail.get("customer") or entry.case_number or "–")

    def process(self, entry: HistoryEntry) -> str:
        """The name of the process of the fact's definition; "–" when it has none."""
        named = entry.process_name or entry.detail.get("process") or entry.process_id
        return str(named or "–")

    def element(self, entry: HistoryEntry) -> str:
        """What the fact's element is called; "" when it is about no element of a process."""
        if entry.element_id == entry.process_id:
            return ""
        return self._words.element(entry.definition_id, entry.element_id, entry.element_name)

    def message(self, entry: HistoryEntry) -> NamedMessage:
        """The message that the fact is about."""
        return self._words.message(entry.definition_id, str(entry.detail["message"]))

    def _payload(self, entry: HistoryEntry) -> list[str]:
        fields = {field.id: field for field in self.message(entry).form}
        payload = entry.detail.get("payload") or {}
        named = (str(payload.get(id) or "") for id, f in fields.items() if f.type == "person")
        return list(answers(fields, payload, names_of(named)))

    def _corrections(self, entry: HistoryEntry) -> Iterator[str]:
        """Each corrected value, with what it was."""
        fields = self._words.of(entry.definition_id).fields
        for name, change in sorted((entry.detail.get("variables") or {}).items()):
            label = fields[name].label if name in fields else _("”%(name)s”", name=name)
            was, now = (formats.value(change.get(each)) for each in ("was", "is"))
            yield _("%(name)s: %(now)s (var %(was)s)", name=label, now=now, was=was)

    def know(self, entries: Iterable[HistoryEntry]) -> None:
        """Read at once the names of the people whom the facts are about. Facts that were not told
        of before have theirs read one by one."""
        if missing := people_of(entries) - self._people.keys():
            people = engine().people.by_id(actor(), missing)
            self._people |= {id: people[id].name if id in people else id for id in missing}

    def person(self, entry: HistoryEntry) -> str:
        """The name of the person whom the fact is about."""
        if "person" not in entry.detail:
            return "–"
        if str(entry.detail["person"]) not in self._people:
            self.know([entry])
        return self._people[str(entry.detail["person"])]


PARAMS: Final[Mapping[str, Callable[[HistoryFormatter, HistoryEntry], str]]] = {
    "who": lambda _words, e: SYSTEM.name if e.actor_id == SYSTEM.id else e.actor_name,
    "element": lambda words, e: words.element(e) or "–",
    "message": lambda words, e: words.message(e).label if "message" in e.detail else "–",
    "customer": HistoryFormatter.customer,
    "process": HistoryFormatter.process,
    "started": lambda _words, e: str(e.detail.get("process") or "–"),
    "number": lambda _words, e: str(e.detail.get("version") or "–"),
    "person": HistoryFormatter.person,
    "point": lambda _w, e: str(e.detail.get("text") or e.detail.get("point") or "–").rstrip("."),
}  # fmt: skip
"""The placeholders of sentences that are more than a text of the fact's details."""


@cache
def _placeholders(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"%\((\w+)\)", text))


def people_of(entries: Iterable[HistoryEntry]) -> set[str]:
    """Ids of the people whom the facts are about."""
    return {str(e.detail["person"]) for e in entries if "person" in e.detail}


MAIN: Final = ("task.signed", "task.completed", "draft.saved", "child.started", "message.sent")
"""Of the facts of one act the first of these types is the line; the others become its details."""

ACTS: Final = {
    "point.ticked": "task", "task.completed": "task", "task.signed": "task", "draft.saved": "task",
    "child.started": "child", "instance.started": "child",
    "message.sent": "message", "message.received": "message",
}  # fmt: skip
"""Types of facts that one act writes together, by the kind of act."""


def _acts(entries: Iterable[HistoryEntry]) -> Iterator[list[HistoryEntry]]:
    """Neighbouring facts of one moment, one person and one kind of act, grouped. Two sub-processes
    that start at the same moment stay two groups. No more facts are taken than are asked for."""
    group: list[HistoryEntry] = []
    for entry in entries:
        last = group[-1] if group else None
        kind = ACTS.get(entry.type)
        same = (
            last is not None
            and kind is not None
            and kind == ACTS.get(last.type)
            and (entry.at, entry.actor_id) == (last.at, last.actor_id)
            and (kind != "task" or entry.element_id == last.element_id)
            and (kind == "task" or entry.type not in [e.type for e in group])
        )
        if group and not same:
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


# ---------------------------------------------------------------- the details of a fact


def _token_line(entry: HistoryEntry) -> list[str]:
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


def _planned(detail: Mapping[str, Any], most: int | None = 5) -> list[str]:
    rows = detail.get("rows") or []
    lines = []
    for row in rows[:most]:
        parts = [row.get("person_name") or "", row.get("due") or ""]
        lines.append(f"{row.get('name')}: {', '.join(p for p in parts if p) or '–'}")
    if most is not None and len(rows) > most:
        lines.append(ngettext("och %(num)s rad till", "och %(num)s rader till", len(rows) - most))
    return lines


def _reason(detail: Mapping[str, Any]) -> list[str]:
    reason = detail.get("reason")
    if not reason:
        return []
    return [_("Orsak: %(text)s", text=_(REASONS[reason]) if reason in REASONS else reason)]


def _decided(detail: Mapping[str, Any], most: int | None = 120) -> list[str]:
    given, became = (_values(detail.get(part) or {}, most) for part in ("inputs", "outputs"))
    lines = [
        _("Uppgifter: %(values)s", values=given) if given else "",
        _("Utfall: %(values)s", values=became) if became else "",
    ]
    for table in detail.get("rules") or ():
        rules = ", ".join(map(str, table.get("rules") or ())) or "–"
        lines.append(_("Regel %(rules)s i ”%(name)s”", rules=rules, name=table.get("decision")))
    return lines


def _values(values: Mapping[str, Any], most: int | None) -> str:
    """Names and values in one line; a value of more than ``most`` characters is cut."""
    shown = [f"{name} = {_shortened(formats.value(value), most)}" for name, value in values.items()]
    return ", ".join(shown)


def _shortened(text: str, most: int | None) -> str:
    return text if most is None or len(text) <= most else text[: most - 1] + "…"


EXTRAS: Final[dict[str, Callable[[Mapping[str, Any]], list[str]]]] = {
    "task.opened": _opened,
    "task.completed": _noted,
    "plan.changed": _planned,
    "case.cancelled": _reason,
    "task.taken_over": _reason,
    "instance.cancelled": _reason,
    "point.ticked": _reason,
    "decision.evaluated": _decided,
}
"""The details of those types of facts that have some, as lines (empty ones are left out)."""

WHOLE: Final[dict[str, Callable[[Mapping[str, Any]], list[str]]]] = {
    "plan.changed": partial(_planned, most=None),
    "decision.evaluated": partial(_decided, most=None),
}
"""The details that pages cut, in full."""
