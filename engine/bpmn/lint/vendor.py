"""What other tools have written into a diagram: code, which never runs, and settings, which are
told because they are not used."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.lint.document import Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import (
    ACTIVITI,
    CAMUNDA,
    FLOWABLE,
    SPIFF,
    ZEEBE,
    kind,
    local,
    model_children,
    namespace,
)

TOOLS = {
    CAMUNDA: "Camunda 7",
    ZEEBE: "Camunda 8",
    FLOWABLE: "Flowable",
    ACTIVITI: "Activiti",
    SPIFF: "SpiffWorkflow",
}
_CODE_ATTRIBUTES = ("class", "delegateExpression", "expression", "resource")
_CODE_ELEMENTS = frozenset(
    {"script", "preScript", "postScript", "connector", "serviceTaskOperator", "executionListener"}
    | {"taskListener", "executionListeners", "taskListeners", "eventListener"}
)
_HARMLESS = frozenset(
    {
        "diagramRelationId",
        "versionTag",
        "historyTimeToLive",
        "isStartableInTasklist",
        "modelerTemplate",
    }
    | {"exclusive", "asyncBefore", "asyncAfter", "async", "initiator", "jobPriority"}
    | {"modelerTemplateVersion", "modelerTemplateIcon", "userTask", "properties", "property"}
    | {"versionTag", "priority", "description"}
)


def vendor(document: Document, report: Reporter) -> None:
    """Extensions of Camunda, Flowable, Activiti and SpiffWorkflow on each element."""
    for element in document.elements:
        if kind(element) in ("extensionElements", "definitions"):
            continue
        code: list[str] = []
        settings: list[str] = []
        tool = ""
        for name, space, is_code in _extensions(element):
            tool = tool or TOOLS[space]
            if is_code:
                code.append(name)
            elif name.split("=")[0] not in _HARMLESS:
                settings.append(name)
        if code:
            report("vendor_code", element, tool=tool, names=", ".join(code[:5]))
        if settings:
            names = ", ".join(dict.fromkeys(settings[:8]))
            report("vendor_setting", element, tool=tool, names=names)


def _extensions(element: etree._Element) -> Iterator[tuple[str, str, bool]]:
    """(name, namespace, is it code) of every extension of the element."""
    for key, value in element.attrib.items():
        space, _, name = str(key).removeprefix("{").rpartition("}")
        if space in TOOLS:
            is_code = name in _CODE_ATTRIBUTES
            yield (f"{name}={value[:60]}" if is_code else name), space, is_code
    for holder in model_children(element, "extensionElements"):
        for child in holder:
            if namespace(child) not in TOOLS:
                continue
            code = next((_code(inner) for inner in child.iter() if _code(inner)), "")
            yield code or local(child), namespace(child), bool(code)


def _code(element: etree._Element) -> str:
    """What an extension element runs, ``""`` when it runs nothing."""
    if namespace(element) not in TOOLS:
        return ""
    name = local(element)
    given = next((element.get(a) for a in _CODE_ATTRIBUTES if element.get(a)), "")
    if name in _CODE_ELEMENTS or (given and name not in ("formField", "field")):
        return f"{name} {given[:60]}".strip()
    return ""


CHECKS = (vendor,)
