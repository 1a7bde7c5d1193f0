"""Where our extension elements may stand, and the attributes that each has. Everything else in our
namespace is read by nobody: it is a finding, so that no mistyped word is dropped in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lxml import etree

from engine.bpmn.decision import KINDS as DECIDING
from engine.bpmn.mappings import MAPPED
from engine.bpmn.names import MODEL, SP, kind, local, namespace

Report = Callable[..., None]
"""How a reader tells of a mistake: a finding's code, the element, and the sentence's values."""
PEOPLES: Final = ("userTask", "manualTask", "globalUserTask", "globalManualTask")
"""Local names of the tasks that a person does."""
GLOBAL: Final = frozenset({"globalUserTask", "globalManualTask", "globalBusinessRuleTask"})
"""Those of these elements that stand beside the processes."""
_MAPPED: Final = (*MAPPED, "callActivity", "globalBusinessRuleTask")

PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "phase": ("process",),
    "variable": ("process",),
    "case": ("process",),
    "title": ("process",),
    "starter": ("process",),
    "initiator": ("startEvent",),
    "role": ("lane", *PEOPLES),
    "assignee": PEOPLES,
    "activity": PEOPLES,
    "due": PEOPLES,
    "checklist": PEOPLES,
    "item": ("sp:checklist", "sp:item"),
    "form": (*PEOPLES, "startEvent"),
    "field": ("sp:form", "sp:message"),
    "option": ("sp:field",),
    "signature": PEOPLES,
    "in": _MAPPED,
    "out": _MAPPED,
    "binding": ("callActivity",),
    "decision": DECIDING,
    "message": ("message",),
}
"""By the element's name: the elements of BPMN, or of ours, that it may stand in."""
ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "phase": ("key", "title", "order"),
    "variable": ("name", "default"),
    "case": ("customer", "customerName", "number", "startDate", "startDateLabel", "leadRole"),
    "title": ("value",),
    "starter": ("role", "everyone"),
    "initiator": ("variable",),
    "role": ("key",),
    "assignee": ("value",),
    "activity": ("phase", "order"),
    "due": ("after", "before", "of", "on", "calendar"),
    "checklist": (),
    "item": ("id", "applies"),
    "form": (),
    "field": ("id", "type", "label", "required", "help", "min", "max", "default"),
    "option": ("value", "label"),
    "signature": ("required", "meaning", "counterRole", "notBy"),
    "in": ("variables", "source", "target"),
    "out": ("variables", "source", "target"),
    "binding": ("version",),
    "decision": ("ref", "result", "mapping", "binding"),
    "message": ("label", "roles"),
}
"""By the element's name: its attributes, which have no namespace."""
_HOLDER: Final = "extensionElements"
REPEATED: Final = ("collection", "item", "output", "outputItem")
"""Our attributes of ``multiInstanceLoopCharacteristics``, which do have the namespace."""


def check(root: etree._Element, report: Report) -> None:
    """Report everything in our namespace that is read by nobody."""
    for element in root.iter(f"{{{SP}}}*"):
        name, (holder, owner) = local(element), _holder(element)
        if holder not in PLACES.get(name, ()) or (name == "initiator" and not _begins(owner)):
            report("extension_unknown", owner, name=name, at=element)
            continue
        for attribute in sorted(set(element.attrib) - set(ATTRIBUTES[name])):
            report("extension_attribute", owner, name=f"sp:{name}", value=attribute, at=element)
    for element in root.iter(f"{{{MODEL}}}*"):
        known = REPEATED if kind(element) == "multiInstanceLoopCharacteristics" else ()
        ours = (str(each).partition("}")[2] for each in element.attrib if f"{{{SP}}}" in each)
        for attribute in sorted(set(ours) - set(known)):
            owner = element if element.get("id") else _bpmn_around(element)
            report("extension_attribute", owner, name=kind(element), value=f"sp:{attribute}")


def _holder(element: etree._Element) -> tuple[str, etree._Element]:
    """The name of what an element of ours stands in, and the element of BPMN that it is about."""
    parent, owner = element.getparent(), _bpmn_around(element)
    if parent is not None and namespace(parent) == SP:
        return f"sp:{local(parent)}", owner
    return kind(owner) if parent is not None and kind(parent) == _HOLDER else "", owner


def _bpmn_around(element: etree._Element) -> etree._Element:
    around = (each for each in element.iterancestors() if kind(each) not in ("", _HOLDER))
    return next(around, element)


def _begins(event: etree._Element) -> bool:
    """Whether this start event is the process's own, not a sub-process's."""
    return kind(event.getparent()) == "process"
