"""``sp:decision``: which decision a business rule task asks, and what becomes of the answer."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine.bpmn.mappings import read_mappings
from engine.bpmn.names import FIELD_ID, extensions, kind
from engine.bpmn.nodes import DECISION_MAPPINGS, DecisionCall

Report = Callable[..., None]
"""How a reader tells of a mistake: a finding's code, the element, and the sentence's values."""
KINDS = ("businessRuleTask", "globalBusinessRuleTask")
"""Local names of the elements that ask for a decision."""


def read_decision(
    task: etree._Element, report: Report = lambda *_, **__: None
) -> DecisionCall | None:
    """The decision that a business rule task asks, None for other elements and for a task that
    names none. ``report`` takes what is wrong as ``report(code, element, at=…, **params)``."""
    if kind(task) not in KINDS:
        return None
    element = next(extensions(task, "decision"), None)
    if element is None:
        return None
    ref = (element.get("ref") or "").strip()
    if not ref:
        report("decision_incomplete", task, at=element)
        return None
    return DecisionCall(
        decision=ref,
        binding=_binding(task, element, report),
        result=_result(task, element, report),
        mapping=_mapping(task, element, report),
        inputs=_inputs(task),
    )


def _binding(task: etree._Element, element: etree._Element, report: Report) -> str | int:
    version = (element.get("binding") or "latest").strip()
    if version in ("latest", "deployment"):
        return version
    if version.isascii() and version.isdigit() and 0 < int(version[:5]) < 10_000:
        return int(version)
    report("binding_version", task, value=version, at=element)
    return "latest"


def _result(task: etree._Element, element: etree._Element, report: Report) -> str | None:
    name = (element.get("result") or "").strip()
    if name and not FIELD_ID.fullmatch(name):
        report("mapping_target", task, value=name, at=element)
        return None
    return name or None


def _mapping(task: etree._Element, element: etree._Element, report: Report) -> str:
    mapping = element.get("mapping") or "value"
    if mapping not in DECISION_MAPPINGS:
        report(
            "decision_mapping", task, value=mapping, known=", ".join(DECISION_MAPPINGS), at=element
        )
        return "value"
    return mapping


def _inputs(task: etree._Element) -> tuple[tuple[str, str], ...]:
    return tuple((m.source, m.target) for m in read_mappings(task, "in"))
