"""Input and output mappings of activities that are no calls: local variables, and what of them
is given on."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.names import (
    FIELD_ID,
    RESERVED,
    ZEEBE,
    extensions,
    local,
    namespace,
    text,
)
from engine.bpmn.vendor.calls import literal, source_of
from engine.bpmn.vendor.tools import FAMILY
from engine.bpmn.vendor.translation import Translation, written

KINDS = (
    *("task", "userTask", "manualTask", "scriptTask", "receiveTask", "sendTask", "serviceTask"),
    *("businessRuleTask", "subProcess"),
)
"""Local names of the activities whose input and output mappings are translated."""
_WAYS = {"inputParameter": "in", "outputParameter": "out", "input": "in", "output": "out"}


def translate(translation: Translation) -> None:
    """Simple mappings become ``sp:in`` and ``sp:out``; lists, maps and scripts do not."""
    for activity in translation.of(*KINDS):
        said = any(True for way in ("in", "out") for _ in extensions(activity, way))
        if not said:
            for element in list(_mappings(translation, activity)):
                _mapping(translation, activity, element)


def _mappings(translation: Translation, activity: etree._Element) -> Iterator[etree._Element]:
    for holder_name, spaces in (("inputOutput", FAMILY), ("ioMapping", (ZEEBE,))):
        for holder in translation.extensions(activity, holder_name, *spaces):
            yield from (child for child in list(holder) if local(child) in _WAYS)


def _mapping(translation: Translation, activity: etree._Element, element: etree._Element) -> None:
    space, way = namespace(element), _WAYS[local(element)]
    target = (element.get("target") or element.get("name") or "").strip()
    if not FIELD_ID.fullmatch(target) or target in RESERVED:
        reason = ("målet är inget variabelnamn", "the target is no variable's name")
        translation.note_untranslated(
            activity, element, space, f"{local(element)} {target}", reason
        )
        return
    if any(isinstance(child.tag, str) for child in element):
        reason = ("det är en lista, en karta eller kod", "it is a list, a map or code")
        translation.note_untranslated(
            activity, element, space, f"{local(element)} {target}", reason
        )
        return
    source = _source(translation, activity, element, space, target)
    if source is None:
        return
    if way == "out" and space == ZEEBE:
        _keep_answers_local(translation, activity, element)
    translation.give(activity, way, element, source=source, target=target)
    now = written(way, source=source, target=target)
    translation.became("variables", activity, element, space, f"{local(element)} {target}", now)
    translation.drop(element)


def _source(
    translation: Translation,
    activity: etree._Element,
    element: etree._Element,
    space: str,
    target: str,
) -> str | None:
    if space == ZEEBE:
        return source_of(translation, activity, element, space, target)
    value = translation.value(activity, element, space, f"{local(element)} {target}", text(element))
    if value is None:
        return None
    if value.startswith("="):
        return value
    return literal(value) if value else "= null"


def _keep_answers_local(
    translation: Translation, activity: etree._Element, at: etree._Element
) -> None:
    """In Camunda 8 a task with output mappings gives on nothing but these: the fields of its form
    are variables of the task alone."""
    form = next(extensions(activity, "form"), None)
    local_names = {e.get("target") for e in extensions(activity, "in")}
    for field in () if form is None else form.iterchildren():
        name = field.get("id")
        if name and name not in local_names:
            translation.give(activity, "in", at, source="= null", target=name)
