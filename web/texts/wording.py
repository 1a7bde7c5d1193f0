"""The words of diagrams for what the history and incidents know by id: elements, form fields,
messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from flask import Flask, g

from engine import Field, LiveProcess, NamedMessage, NotFound, Wording
from web import formats
from web.context import actor, engine
from web.forms import answer_text
from web.i18n import gettext as _
from web.svg import words

NOTHING: Final = Wording("", {}, {}, {})
"""The words of a diagram that is not there."""


def phases() -> list[tuple[str, str]]:
    """The phases of the live diagrams in the order of the plan: the key, and the key with its
    title ("A Förberedelse inför samarbete")."""
    live = engine().definitions.live(actor())
    return [(d.phase, f"{d.phase} {d.title}") for d in live if d.phase]


def field_label(id: str) -> str:
    """What the live diagrams call a form field; its id where no form has it."""
    return _of_this_request().field(id)


class Activity(Protocol):
    """What a list shows of an activity; with ``process_id``, the process that draws it."""

    @property
    def element_id(self) -> str: ...

    @property
    def name(self) -> str: ...


def called(activity: Activity) -> str:
    """What an activity of a case is called: by its name, without one by its kind ("Uppgift")."""
    if activity.name != activity.element_id:
        return activity.name
    process_id = getattr(activity, "process_id", "")
    return _of_this_request().activity(activity.element_id, activity.name, process_id)


def _of_this_request() -> DiagramWords:
    """The words of the diagrams, each read once for a request."""
    if "diagram_words" not in g:
        g.diagram_words = DiagramWords()
    known: DiagramWords = g.diagram_words
    return known


def init(app: Flask) -> None:
    """Give the templates the filter ``called``."""
    app.jinja_env.filters["called"] = called


class DiagramWords:
    """The words of the diagrams that one page or file asks for; each diagram is read once."""

    def __init__(self, live: Sequence[LiveProcess] | None = None) -> None:
        """``live``: the live processes, where they have been read; else they are when needed."""
        self._read: dict[str, Wording] = {}
        self._live_processes = live

    def of(self, definition_id: str | None) -> Wording:
        """The words of a definition; none of one that is no process."""
        if not definition_id:
            return NOTHING
        if definition_id not in self._read:
            try:
                found = engine().definitions.wording(actor(), definition_id)
            except NotFound:
                found = NOTHING
            self._read[definition_id] = found
        return self._read[definition_id]

    def element(self, definition_id: str | None, element_id: str | None, name: str | None) -> str:
        """What an element is called: its name, else what kind of element it is; "" for none."""
        if name and name != element_id:
            return " ".join(name.split())
        known = self.of(definition_id).elements.get(element_id or "")
        return words.element(known) if known else name or ""

    def activity(self, element_id: str, name: str, process_id: str = "") -> str:
        """What an activity of a running case is called: its name, else by the live diagrams what
        kind of element it is. ``process_id`` is the process that draws it, when that is known."""
        if name != element_id:
            return name
        drawn = (w.elements[element_id] for w in self._live(process_id) if element_id in w.elements)
        known = next(drawn, None)
        return words.element(known) if known else name

    def message(self, definition_id: str | None, name: str) -> NamedMessage:
        """A message's label and form, by its definition, else by the live diagrams: whoever sends
        one does so before anybody takes it."""
        known = self.of(definition_id).messages.get(name)
        if known is not None and known.offered:
            return known
        offered = (w.messages[name] for w in self._live() if name in w.messages)
        return next((m for m in offered if m.offered), known or NamedMessage(name))

    def field(self, id: str) -> str:
        """The label of a form field of the live diagrams; the id where no form has it."""
        labels = (w.fields[id].label for w in self._live() if id in w.fields)
        return next(labels, id)

    def _live(self, process_id: str = "") -> Iterator[Wording]:
        """The words of the live diagrams, each read when it is taken."""
        if self._live_processes is None:
            self._live_processes = engine().definitions.live(actor())
        for process in self._live_processes:
            if process.startable and process_id in ("", process.process_id):
                yield self.of(process.id)


def answers(
    fields: Mapping[str, Field], values: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[str]:
    """Filled-in values, one line each: "Tid: 3 månader". ``names`` are people's, by user name."""
    for id, value in values.items():
        if value in (None, ""):
            continue
        field = fields.get(id)
        if field is None:
            yield _("”%(name)s”", name=id) + f": {formats.value(value)}"
        else:
            colon = "" if field.label.endswith("?") else ":"
            yield f"{field.label}{colon} {answer_text(field, value, names)}"
