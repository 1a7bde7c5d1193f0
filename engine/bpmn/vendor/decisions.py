"""Business rule tasks: which decision, in which version, and what becomes of its answer."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.bpmn.names import CAMUNDA, SPIFF, ZEEBE, bpmn, extensions, local, text
from engine.bpmn.vendor.tools import FAMILY
from engine.bpmn.vendor.translation import Translation, written

_TASKS = ("businessRuleTask", "globalBusinessRuleTask")


def translate(translation: Translation) -> None:
    """``sp:decision`` for Camunda 7's and 8's, Flowable's and SpiffWorkflow's ways."""
    for task in translation.of("serviceTask"):
        _flowable(translation, task)
    for task in translation.of(*_TASKS):
        if not any(True for _ in extensions(task, "decision")):
            _camunda(translation, task)
            _zeebe(translation, task)
            _spiff(translation, task)


def _camunda(translation: Translation, task: etree._Element) -> None:
    decision = (task.get(f"{{{CAMUNDA}}}decisionRef") or "").strip()
    if not decision or "${" in decision or "#{" in decision:
        return
    taken = ["decisionRef", "resultVariable", "mapDecisionResult"]
    given = {name: task.get(f"{{{CAMUNDA}}}{name}") or "" for name in taken}
    values = {"ref": decision, "mapping": given["mapDecisionResult"] or "resultList"}
    # Without a variable Camunda keeps the answer to the task itself, for mappings that follow.
    values["result"] = given["resultVariable"] or "decisionResult"
    binding = task.get(f"{{{CAMUNDA}}}decisionRefBinding") or "latest"
    if binding == "version":
        binding = (task.get(f"{{{CAMUNDA}}}decisionRefVersion") or "").strip()
    if binding in ("latest", "deployment") or binding.isdecimal():
        values["binding"] = binding
        taken += ["decisionRefBinding", "decisionRefVersion"]
    _give(translation, task, task, CAMUNDA, values)
    for name in taken:
        translation.take(task, CAMUNDA, name)


def _zeebe(translation: Translation, task: etree._Element) -> None:
    for called in list(translation.extensions(task, "calledDecision", ZEEBE)):
        decision = (called.get("decisionId") or "").strip()
        if not decision or decision.startswith("="):
            continue
        values = {"ref": decision, "mapping": "value"}
        values["result"] = (called.get("resultVariable") or "").strip()
        if called.get("bindingType") in ("latest", "deployment"):
            values["binding"] = called.get("bindingType") or ""
            called.attrib.pop("bindingType")
        _give(translation, task, called, ZEEBE, values)
        for name in ("resultVariable", "decisionId"):
            translation.take(called, ZEEBE, name)


def _spiff(translation: Translation, task: etree._Element) -> None:
    """SpiffWorkflow makes each output of the rule that matched a variable."""
    for called in list(translation.extensions(task, "calledDecisionId", SPIFF)):
        decision = text(called)
        if decision:
            values = {"ref": decision, "mapping": "singleResult"}
            _give(translation, task, called, SPIFF, values)
            translation.drop(called)


def _flowable(translation: Translation, task: etree._Element) -> None:
    """Flowable asks decisions by a service task of type ``dmn``; it makes each output of the rule
    that matched a variable."""
    for space, kind in list(translation.attributes(task, "type")):
        fields = {
            field.get("name") or "": field
            for field in translation.extensions(task, "field", *FAMILY)
        }
        key = fields.get("decisionTableReferenceKey")
        decision = "" if key is None else _field(key)
        if kind != "dmn" or key is None or not decision:
            continue
        task.tag = bpmn("businessRuleTask")
        values = {"ref": decision, "mapping": "singleResult"}
        _give(translation, task, key, space, values)
        translation.take(task, space, "type")
        translation.drop(key)


def _field(element: etree._Element) -> str:
    given = element.get("stringValue") or ""
    return (given or "".join(text(child) for child in element if local(child) == "string")).strip()


def _give(
    translation: Translation,
    task: etree._Element,
    at: etree._Element,
    space: str,
    values: Mapping[str, str],
) -> None:
    given = {name: value for name, value in values.items() if value}
    translation.give(task, "decision", at, **given)
    now = written("decision", **given)
    translation.became("decision", task, at, space, f"decision {given['ref']}", now)
