"""References: each names an element that is there and of the right type.

The table follows the attributes of BPMN's schema (BPMN 2.0.2, Tables 8.x–10.x; Semantic.xsd).
References are QNames; one with the prefix of another namespace than the file's own names an
imported element, and imports are never followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from lxml import etree

from engine.bpmn.catalogue import Weight
from engine.bpmn.lint.document import CHOREOGRAPHY, NODES, Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.model import ACTIVITIES, EVENTS
from engine.bpmn.names import kind, local_reference, text

Kinds = frozenset[str]
_EVENT_DEFINITIONS = frozenset(
    f"{name}EventDefinition"
    for name in (
        *("message", "timer", "signal", "error", "escalation", "conditional", "link"),
        *("compensate", "cancel", "terminate"),
    )
)
_INTERACTING = ACTIVITIES | EVENTS | {"participant"} | CHOREOGRAPHY
_CONVERSING = frozenset({"conversation", "subConversation", "callConversation"})
_ITEMS = frozenset(
    {"dataObject", "dataObjectReference", "dataStoreReference", "dataInput", "dataOutput"}
    | {"property", "dataStore", "inputDataItem", "outputDataItem"}
)
ANY: Kinds = frozenset()


def _is(*kinds: str) -> Kinds:
    return frozenset(kinds)


ATTRIBUTES: Mapping[tuple[str, str], tuple[Kinds, Weight]] = {
    ("sequenceFlow", "sourceRef"): (NODES, "error"),
    ("sequenceFlow", "targetRef"): (NODES, "error"),
    ("messageFlow", "sourceRef"): (_INTERACTING | _CONVERSING, "error"),
    ("messageFlow", "targetRef"): (_INTERACTING | _CONVERSING, "error"),
    ("association", "sourceRef"): (ANY, "warning"),
    ("association", "targetRef"): (ANY, "warning"),
    ("conversationLink", "sourceRef"): (_CONVERSING | {"participant"}, "warning"),
    ("conversationLink", "targetRef"): (_CONVERSING | {"participant"}, "warning"),
    ("boundaryEvent", "attachedToRef"): (ACTIVITIES, "error"),
    ("participant", "processRef"): (_is("process"), "error"),
    ("process", "definitionalCollaborationRef"): (
        _is("collaboration", "choreography", "globalConversation"),
        "error",
    ),
    ("dataObjectReference", "dataObjectRef"): (_is("dataObject"), "error"),
    ("dataStoreReference", "dataStoreRef"): (_is("dataStore"), "warning"),
    ("compensateEventDefinition", "activityRef"): (ACTIVITIES, "error"),
    ("correlationSubscription", "correlationKeyRef"): (_is("correlationKey"), "error"),
    ("correlationPropertyBinding", "correlationPropertyRef"): (
        _is("correlationProperty"),
        "error",
    ),
    ("lane", "partitionElementRef"): (ANY, "warning"),
    ("group", "categoryValueRef"): (_is("categoryValue"), "warning"),
    ("error", "structureRef"): (_is("itemDefinition"), "warning"),
    ("signal", "structureRef"): (_is("itemDefinition"), "warning"),
    ("escalation", "structureRef"): (_is("itemDefinition"), "warning"),
    ("ioBinding", "inputDataRef"): (_is("inputSet", "dataInput"), "warning"),
    ("ioBinding", "outputDataRef"): (_is("outputSet", "dataOutput"), "warning"),
    ("resourceParameterBinding", "parameterRef"): (_is("resourceParameter"), "warning"),
    ("*", "default"): (_is("sequenceFlow"), "error"),
    ("*", "messageRef"): (_is("message"), "error"),
    ("*", "signalRef"): (_is("signal"), "error"),
    ("*", "errorRef"): (_is("error"), "error"),
    ("*", "escalationRef"): (_is("escalation"), "error"),
    ("*", "operationRef"): (_is("operation"), "warning"),
    ("*", "itemRef"): (_is("itemDefinition"), "error"),
    ("*", "itemSubjectRef"): (_is("itemDefinition"), "error"),
    ("*", "noneBehaviorEventRef"): (_EVENT_DEFINITIONS, "error"),
    ("*", "oneBehaviorEventRef"): (_EVENT_DEFINITIONS, "error"),
}
"""(kind of the owner or ``*``, attribute) → (kinds that it may name, weight when it names none).

Operations and types are not run: a lost one is only told. One of the wrong kind is a mistake."""
_STRICT_KINDS = frozenset({"operationRef", "structureRef"})

CHILDREN: Mapping[str, tuple[Kinds, Weight]] = {
    "messageRef": (_is("message"), "error"),
    "inMessageRef": (_is("message"), "error"),
    "outMessageRef": (_is("message"), "error"),
    "errorRef": (_is("error"), "error"),
    "operationRef": (_is("operation"), "warning"),
    "interfaceRef": (_is("interface"), "error"),
    "supportedInterfaceRef": (_is("interface"), "error"),
    "participantRef": (_is("participant"), "error"),
    "messageFlowRef": (_is("messageFlow"), "error"),
    "correlationPropertyRef": (_is("correlationProperty"), "error"),
    "correlationKeyRef": (_is("correlationKey"), "error"),
    "dataInputRefs": (_is("dataInput"), "error"),
    "optionalInputRefs": (_is("dataInput"), "error"),
    "whileExecutingInputRefs": (_is("dataInput"), "error"),
    "dataOutputRefs": (_is("dataOutput"), "error"),
    "optionalOutputRefs": (_is("dataOutput"), "error"),
    "whileExecutingOutputRefs": (_is("dataOutput"), "error"),
    "inputSetRefs": (_is("inputSet"), "warning"),
    "outputSetRefs": (_is("outputSet"), "warning"),
    "eventDefinitionRef": (_EVENT_DEFINITIONS, "error"),
    "flowNodeRef": (NODES, "warning"),
    "incoming": (_is("sequenceFlow"), "warning"),
    "outgoing": (_is("sequenceFlow"), "warning"),
    "resourceRef": (_is("resource"), "warning"),
}
"""Child elements whose text is a reference: kind → (kinds that it may name, weight)."""

BY_OWNER: Mapping[tuple[str, str], tuple[Kinds, Weight]] = {
    ("dataInputAssociation", "sourceRef"): (_ITEMS, "error"),
    ("dataInputAssociation", "targetRef"): (_ITEMS, "error"),
    ("dataOutputAssociation", "sourceRef"): (_ITEMS, "error"),
    ("dataOutputAssociation", "targetRef"): (_ITEMS, "error"),
    ("linkEventDefinition", "source"): (_is("linkEventDefinition"), "error"),
    ("linkEventDefinition", "target"): (_is("linkEventDefinition"), "error"),
}
"""(kind of the parent, kind of the child) of references that mean other things elsewhere."""

_ENDS: Mapping[str, tuple[str, ...]] = {
    "sequenceFlow": ("sourceRef", "targetRef"),
    "messageFlow": ("sourceRef", "targetRef"),
    "boundaryEvent": ("attachedToRef",),
}
_REQUIRED = frozenset(name for names in _ENDS.values() for name in names)
_NAMED = sorted({name for _, name in ATTRIBUTES})


def references(document: Document, report: Reporter) -> None:
    """Every reference of the table names an element of the file, of a kind that fits."""
    for element in document.elements:
        owner = kind(element)
        for name in _NAMED:
            value = element.get(name)
            rule = ATTRIBUTES.get((owner, name)) or ATTRIBUTES.get(("*", name))
            if value is not None and rule is not None:
                _check(document, report, _Use(element, element, name, value), rule)
        parent = element.getparent()
        rule = BY_OWNER.get((kind(parent) if parent is not None else "", owner))
        rule = rule or CHILDREN.get(owner)
        if rule is not None and parent is not None:
            _check(document, report, _Use(parent, element, owner, text(element)), rule)


def required_references(document: Document, report: Reporter) -> None:
    """Ends of flows and what a boundary event is attached to may not be left out (the schema's
    required attributes)."""
    for element in document.elements:
        for name in _ENDS.get(kind(element), ()):
            if not (element.get(name) or "").strip():
                report("reference_missing", element, attribute=name)


class _Use(NamedTuple):
    """A reference: of what, where it is written, what it is called, what it names."""

    owner: etree._Element
    at: etree._Element
    name: str
    value: str


def _check(document: Document, report: Reporter, use: _Use, rule: tuple[Kinds, Weight]) -> None:
    kinds, weight = rule
    told: dict[str, Any] = {"at": use.at, "attribute": use.name}
    if not use.value.strip():
        if use.name not in _REQUIRED:
            report("reference_empty", use.owner, weight=weight, **told)
        return
    if _imported(document, use.at, use.value):
        report("reference_imported", use.owner, value=use.value, **told)
        return
    found = document.target(use.value)
    if found is None:
        report("reference_lost", use.owner, weight=weight, value=use.value, **told)
    elif kinds and kind(found) not in kinds:
        strict: Weight = "error" if use.name in _STRICT_KINDS else weight
        report("reference_wrong_kind", use.owner, weight=strict, found=found, **told)


def _imported(document: Document, at: etree._Element, value: str) -> bool:
    """True for a QName whose prefix stands for another namespace than the file's own."""
    prefix, colon, _ = value.strip().partition(":")
    if not colon or local_reference(value) in document.by_id:
        return False
    namespace = at.nsmap.get(prefix)
    return namespace is not None and namespace != document.root.get("targetNamespace")


def lists(document: Document, report: Reporter) -> None:
    """§8.4.13 "Flow Node": the source of a flow lists it as outgoing, its target as incoming. Many
    tools leave the lists out, and the flows themselves decide what runs; but lists that are there
    and say otherwise are told."""
    for node in document.all_nodes():
        for name, real in (("incoming", node.incoming), ("outgoing", node.outgoing)):
            listed = _listed(node.element, name)
            flows = {flow.id for flow in real}
            for ident in listed:
                if ident not in flows and kind_of(document, ident) == "sequenceFlow":
                    report("flow_list_differs", node.element, direction=name, flow=ident)


def kind_of(document: Document, ident: str) -> str:
    found = document.by_id.get(ident)
    return "" if found is None else kind(found)


def _listed(element: etree._Element, name: str) -> Iterable[str]:
    return [local_reference(text(child)) for child in element if kind(child) == name]


def imports(document: Document, report: Reporter) -> None:
    """Other files are never fetched; what they hold is not known here (security: no fetching)."""
    for element in document.elements:
        if kind(element) == "import":
            report("import_ignored", element, location=element.get("location") or "?")


CHECKS = (references, required_references, lists, imports)
