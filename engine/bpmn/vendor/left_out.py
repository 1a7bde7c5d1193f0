"""What other engines let a file leave out or write otherwise: definitions of errors and signals,
``isExecutable``, and quotation marks around times."""

from __future__ import annotations

import re

from lxml import etree

from engine.bpmn.juel import is_juel
from engine.bpmn.names import ACTIVITI, FLOWABLE, SPIFF, bpmn, kind, local_reference, text
from engine.bpmn.nodes import ACTIVITIES, EVENTS, GATEWAYS
from engine.bpmn.vendor.translation import Translation

_DEFINED = {
    "errorEventDefinition": ("error", "errorCode"),
    "escalationEventDefinition": ("escalation", "escalationCode"),
    "signalEventDefinition": ("signal", "name"),
    "messageEventDefinition": ("message", "name"),
}
"""What an event definition refers to, and which attribute of it the bare text stands for."""
_ID = re.compile(r"[^\W\d][\w.-]{0,99}")
_TIMES = ("timeDate", "timeDuration", "timeCycle")
_QUOTED = re.compile(r"\"([^\"]+)\"|'([^']+)'")


def translate(translation: Translation) -> None:
    """Define errors, signals, messages and escalations that are only named, and take processes of
    Flowable and Activiti, where nothing else is said, as meant to be run."""
    if translation.family:
        for definition in translation.of(*_DEFINED):
            _define(translation, definition)
    tool = next((space for space in (FLOWABLE, ACTIVITI) if space in translation.family), None)
    if tool is not None:
        for process in translation.of("process"):
            _executable(translation, process, tool)


def _define(translation: Translation, definition: etree._Element) -> None:
    name, attribute = _DEFINED[kind(definition)]
    given = (definition.get(f"{name}Ref") or "").strip()
    if not given or is_juel(given) or local_reference(given) in translation.ids:
        return
    ident = given if _ID.fullmatch(given) else f"{name}.{len(translation.ids)}"
    made = etree.Element(bpmn(name), id=ident)
    made.set("name", given)
    made.set(attribute, given)
    made.sourceline = definition.sourceline
    translation.root.insert(0, made)
    translation.ids.add(ident)
    definition.set(f"{name}Ref", ident)
    owner = definition.getparent()
    now = f'<{name} {attribute}="{given}"/>'
    translation.became(
        "definition", owner, definition, translation.family[0], f"{name}Ref={given}", now
    )


def _executable(translation: Translation, process: etree._Element, tool: str) -> None:
    shown = any(kind(child) in ACTIVITIES | EVENTS | GATEWAYS for child in process)
    if process.get("isExecutable") is None and shown:
        process.set("isExecutable", "true")
        now = 'isExecutable="true"'
        translation.became("executable", process, process, tool, "no isExecutable", now)


def unquote(translation: Translation) -> None:
    """Times in quotation marks, as expressions of SpiffWorkflow's are written."""
    for element in translation.of(*_TIMES):
        written = text(element)
        quoted = _QUOTED.fullmatch(written)
        if quoted is not None and not len(element):
            element.text = quoted[1] or quoted[2]
            owner = element.getparent().getparent()
            translation.became("quoted", owner, element, SPIFF, written, element.text)
