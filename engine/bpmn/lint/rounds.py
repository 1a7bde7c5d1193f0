"""Rounds of repeated activities: what is set in one stays in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from engine.bpmn.expressions import entries_in, names_in
from engine.bpmn.lint.document import Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import SP, bpmn, model_child, text

_ASKS = {
    bpmn(name)
    for name in (
        *("conditionExpression", "condition", "completionCondition", "activationCondition"),
        *("loopCondition", "loopCardinality", "timeDate", "timeDuration", "timeCycle", "script"),
    )
}
_LOOP, _ROUNDS = "standardLoopCharacteristics", "multiInstanceLoopCharacteristics"
_FIELD, _OUT, _VARIABLE = (f"{{{SP}}}{name}" for name in ("field", "out", "variable"))
_SCRIPT = bpmn("script")


def rounds(document: Document, report: Reporter) -> None:
    """§10.4.1: data live in the scope that sets them. A round's answer that something after the
    activity asks for must be said to leave it."""
    repeated = [
        node
        for node in document.all_nodes()
        if any(model_child(node.element, loop) is not None for loop in (_LOOP, _ROUNDS))
    ]
    if not repeated:
        return
    needs = {element: set(_needs(element)) for element in document.root.iter(etree.Element)}
    asked = Counter(name for names in needs.values() for name in names)
    known = Counter(_set(document.root.iter()))
    for node in repeated:
        inside = Counter(_set(node.element.iter()))
        own = Counter(name for e in node.element.iter() for name in needs.get(e, ()))
        leaving = set(_leaving(node.element))
        if model_child(node.element, _LOOP) is not None:
            leaving |= _counted_in(node.element, needs)
        for name in sorted(inside.keys() - leaving):
            if asked[name] > own[name] and known[name] == inside[name]:
                report("round_keeps_its_data", node.element, value=name)


def _needs(element: etree._Element) -> Iterator[str]:
    """The variables that an element's own expressions ask for: its text, and attributes in FEEL."""
    if element.tag in _ASKS:
        yield from names_in(text(element))
    for value in element.attrib.values():
        if value.startswith("="):
            yield from names_in(value)


def _counted_in(loop: etree._Element, needs: Mapping[etree._Element, set[str]]) -> set[str]:
    """What a script in a loop asks for and sets: it is there before the first round, around it."""
    return {name for script in loop.iter(_SCRIPT) for name in needs[script] & set(_set([script]))}


def _set(elements: Iterable[etree._Element]) -> Iterator[str]:
    """The variables that forms, scripts, mappings and defaults set."""
    for element in elements:
        if element.tag == _FIELD:
            yield element.get("id") or ""
        elif element.tag == _OUT:
            yield element.get("target") or ""
        elif element.tag == _VARIABLE:
            yield element.get("name") or ""
        elif element.tag == _SCRIPT:
            yield from entries_in(text(element))


def _leaving(activity: etree._Element) -> Iterator[str]:
    """What the activity itself gives out."""
    extension = model_child(activity, "extensionElements")
    loop = model_child(activity, _ROUNDS)
    for element in extension if extension is not None else ():
        if element.tag == _OUT:
            yield element.get("target") or ""
    if loop is not None:
        yield loop.get(f"{{{SP}}}output") or ""


CHECKS = (rounds,)
"""The checks of this module, in the order in which they run."""
