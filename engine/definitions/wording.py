"""What a definition calls its elements, form fields and messages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from engine.bpmn.forms import FormField
from engine.bpmn.nodes import Node
from engine.definitions.library import ExecutableDefinition
from engine.views import Field, NamedElement, NamedMessage, Wording


@lru_cache(maxsize=200)
def wording(definition: ExecutableDefinition) -> Wording:
    """The words of a definition's diagram. A field whose id stands in several forms is the first
    one's; the date on which a case begins is called what its start calls it."""
    fields = {field.id: field.view() for field in reversed(list(_fields(definition)))}
    case = definition.meta.case
    if case.start_date and case.start_date_label:
        begins = Field(case.start_date, "date", case.start_date_label)
        fields.setdefault(case.start_date, begins)
    phase = definition.meta.phase
    return Wording(
        phase_title=phase.title if phase else "",
        elements={node.id: _element(node) for node in definition.model.nodes.values()},
        fields=fields,
        messages={
            name: NamedMessage(meta.label, tuple(f.view() for f in meta.form), meta.offered)
            for name, meta in definition.meta.messages.items()
        },
    )


def _fields(definition: ExecutableDefinition) -> Iterator[FormField]:
    meta = definition.meta
    yield from meta.start.form
    for task in meta.tasks.values():
        yield from task.form
    for message in meta.messages.values():
        yield from message.form


def _element(node: Node) -> NamedElement:
    event = f"{node.events[0].kind}EventDefinition" if len(node.events) == 1 else None
    return NamedElement(node.name, node.kind, event)
