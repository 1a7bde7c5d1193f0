"""Rounds of multi-instance activities: what is set in one stays in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.expressions import names_in
from engine.bpmn.lint.document import Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import SP, model_child, text

_ASKS = (
    *("conditionExpression", "condition", "completionCondition", "activationCondition"),
    *("loopCondition", "loopCardinality", "timeDate", "timeDuration", "timeCycle", "script"),
)
_FIELD, _OUT, _VARIABLE = (f"{{{SP}}}{name}" for name in ("field", "out", "variable"))


def rounds(document: Document, report: Reporter) -> None:
    """§10.4.1: data live in the scope that sets them. A round's answer that something after the
    activity asks for must be said to leave it."""
    repeated = [
        node
        for node in document.all_nodes()
        if model_child(node.element, "multiInstanceLoopCharacteristics") is not None
    ]
    if not repeated:
        return
    needs = {element: names_in(text(element)) for element in document.of(*_ASKS)}
    asked = Counter(name for names in needs.values() for name in names)
    known = Counter(_set(document.root.iter()))
    for node in repeated:
        inside = Counter(_set(node.element.iter()))
        own = Counter(name for e in node.element.iter() for name in needs.get(e, ()))
        leaving = set(_leaving(node.element))
        for name in sorted(inside.keys() - leaving):
            if asked[name] > own[name] and known[name] == inside[name]:
                report("round_keeps_its_data", node.element, value=name)


def _set(elements: Iterator[etree._Element]) -> Iterator[str]:
    """The variables that forms, mappings and defaults set."""
    for element in elements:
        if element.tag == _FIELD:
            yield element.get("id") or ""
        elif element.tag == _OUT:
            yield element.get("target") or ""
        elif element.tag == _VARIABLE:
            yield element.get("name") or ""


def _leaving(activity: etree._Element) -> Iterator[str]:
    """What the activity itself gives out."""
    extension = model_child(activity, "extensionElements")
    loop = model_child(activity, "multiInstanceLoopCharacteristics")
    for element in extension if extension is not None else ():
        if element.tag == _OUT:
            yield element.get("target") or ""
    if loop is not None:
        yield loop.get(f"{{{SP}}}output") or ""


CHECKS = (rounds,)
"""The checks of this module, in the order in which they run."""
