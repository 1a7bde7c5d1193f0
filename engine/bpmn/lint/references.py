"""References: each names an element that is there and of the right type.

The table follows the attributes of BPMN's schema (Semantic.xsd of BPMN 2.0.2).
References are QNames; one with the prefix of another namespace than the file's own names an
imported element, and imports are never followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from lxml import etree

from engine.bpmn.catalogue import Weight
from engine.bpmn.lint.document import CHOREOGRAPHY, NODES, Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.model import ACTIVITIES, EVENTS
from engine.bpmn.names import (
    ACTIVITI,
    CAMUNDA,
    DI,
    FLOWABLE,
    SP,
    SPIFF,
    ZEEBE,
    flag,
    kind,
    local,
    local_reference,
    text,
)

Kinds = frozenset[str]
"""Local names of the elements that a reference may name."""
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
_COLLABORATIONS = frozenset({"collaboration", "choreography", "globalConversation"})
ANY: Kinds = frozenset()
"""A reference that may name an element of any kind."""


def _is(*kinds: str) -> Kinds:
    return frozenset(kinds)


ATTRIBUTES: Mapping[tuple[str, str], Kinds] = {
    ("sequenceFlow", "sourceRef"): NODES,
    ("sequenceFlow", "targetRef"): NODES,
    ("messageFlow", "sourceRef"): _INTERACTING | _CONVERSING,
    ("messageFlow", "targetRef"): _INTERACTING | _CONVERSING,
    ("association", "sourceRef"): ANY,
    ("association", "targetRef"): ANY,
    ("conversationLink", "sourceRef"): _INTERACTING | _CONVERSING,
    ("conversationLink", "targetRef"): _INTERACTING | _CONVERSING,
    ("boundaryEvent", "attachedToRef"): ACTIVITIES,
    ("participant", "processRef"): _is("process"),
    ("process", "definitionalCollaborationRef"): _COLLABORATIONS,
    ("dataObjectReference", "dataObjectRef"): _is("dataObject"),
    ("dataStoreReference", "dataStoreRef"): _is("dataStore"),
    ("compensateEventDefinition", "activityRef"): ACTIVITIES,
    ("correlationSubscription", "correlationKeyRef"): _is("correlationKey"),
    ("correlationPropertyBinding", "correlationPropertyRef"): _is("correlationProperty"),
    ("lane", "partitionElementRef"): ANY,
    ("group", "categoryValueRef"): _is("categoryValue"),
    ("error", "structureRef"): _is("itemDefinition"),
    ("signal", "structureRef"): _is("itemDefinition"),
    ("escalation", "structureRef"): _is("itemDefinition"),
    ("ioBinding", "inputDataRef"): _is("inputSet", "dataInput"),
    ("ioBinding", "outputDataRef"): _is("outputSet", "dataOutput"),
    ("resourceParameterBinding", "parameterRef"): _is("resourceParameter"),
    ("callConversation", "calledCollaborationRef"): _COLLABORATIONS,
    ("callChoreography", "calledChoreographyRef"): _is("choreography", "globalChoreographyTask"),
    ("*", "default"): _is("sequenceFlow"),
    ("*", "messageRef"): _is("message"),
    ("*", "signalRef"): _is("signal"),
    ("*", "errorRef"): _is("error"),
    ("*", "escalationRef"): _is("escalation"),
    ("*", "operationRef"): _is("operation"),
    ("*", "itemRef"): _is("itemDefinition"),
    ("*", "itemSubjectRef"): _is("itemDefinition"),
    ("*", "noneBehaviorEventRef"): _EVENT_DEFINITIONS,
    ("*", "oneBehaviorEventRef"): _EVENT_DEFINITIONS,
    ("*", "initiatingParticipantRef"): _is("participant"),
    ("*", "evaluatesToTypeRef"): _is("itemDefinition"),
}
"""(kind of the owner or ``*``, attribute) → the kinds that it may name."""

CHILDREN: Mapping[str, Kinds] = {
    "messageRef": _is("message"),
    "inMessageRef": _is("message"),
    "outMessageRef": _is("message"),
    "errorRef": _is("error"),
    "operationRef": _is("operation"),
    "interfaceRef": _is("interface"),
    "supportedInterfaceRef": _is("interface"),
    "supports": _is("process"),
    "endPointRef": _is("endPoint"),
    "participantRef": _is("participant"),
    "innerParticipantRef": _is("participant"),
    "outerParticipantRef": _is("participant"),
    "messageFlowRef": _is("messageFlow"),
    "innerMessageFlowRef": _is("messageFlow"),
    "outerMessageFlowRef": _is("messageFlow"),
    "innerConversationNodeRef": _CONVERSING,
    "outerConversationNodeRef": _CONVERSING,
    "choreographyRef": _is("choreography"),
    "correlationPropertyRef": _is("correlationProperty"),
    "correlationKeyRef": _is("correlationKey"),
    "dataInputRefs": _is("dataInput"),
    "optionalInputRefs": _is("dataInput"),
    "whileExecutingInputRefs": _is("dataInput"),
    "dataOutputRefs": _is("dataOutput"),
    "optionalOutputRefs": _is("dataOutput"),
    "whileExecutingOutputRefs": _is("dataOutput"),
    "inputSetRefs": _is("inputSet"),
    "outputSetRefs": _is("outputSet"),
    "eventDefinitionRef": _EVENT_DEFINITIONS,
    "flowNodeRef": NODES,
    "incoming": _is("sequenceFlow"),
    "outgoing": _is("sequenceFlow"),
    "resourceRef": _is("resource"),
}
"""Child elements whose text is a reference: kind → the kinds that it may name."""

BY_OWNER: Mapping[tuple[str, str], Kinds] = {
    ("dataInputAssociation", "sourceRef"): _ITEMS,
    ("dataInputAssociation", "targetRef"): _ITEMS,
    ("dataOutputAssociation", "sourceRef"): _ITEMS,
    ("dataOutputAssociation", "targetRef"): _ITEMS,
    ("linkEventDefinition", "source"): _is("linkEventDefinition"),
    ("linkEventDefinition", "target"): _is("linkEventDefinition"),
}
"""(kind of the parent, kind of the child) of references that mean other things elsewhere."""

TOLERATED = frozenset(
    {"operationRef", "structureRef", "evaluatesToTypeRef", "incoming", "outgoing"}
)
"""References of which a lost one is only told: operations and types are not run, and the flows
themselves say where they lead. One that names something of the wrong kind is a mistake still."""
_ENDS: Mapping[str, tuple[str, ...]] = {
    "sequenceFlow": ("sourceRef", "targetRef"),
    "messageFlow": ("sourceRef", "targetRef"),
    "boundaryEvent": ("attachedToRef",),
}
_XML_SCHEMA = "http://www.w3.org/2001/XMLSchema"
_REQUIRED = frozenset(name for names in _ENDS.values() for name in names)
_NAMES = frozenset(name for _, name in ATTRIBUTES)


def referred_ids(document: Document) -> frozenset[str]:
    """The ids that any reference of the file names."""
    return frozenset(local_reference(use.value) for use, _ in _uses(document))


def references(document: Document, report: Reporter) -> None:
    """Every reference of the table names an element of the file, of a kind that fits."""
    for use, kinds in _uses(document):
        _check(document, report, use, kinds)


def _uses(document: Document) -> Iterator[tuple[_Use, Kinds]]:
    """Every reference of the file, with the kinds that it may name."""
    for element in document.elements:
        owner = kind(element)
        for name in _NAMES.intersection(element.keys()):
            rule = ATTRIBUTES.get((owner, name), ATTRIBUTES.get(("*", name)))
            if rule is not None:
                yield _Use(element, element, name, element.get(name)), rule
        parent = element.getparent()
        rule = BY_OWNER.get((kind(parent) if parent is not None else "", owner))
        rule = CHILDREN.get(owner) if rule is None else rule
        if rule is not None and parent is not None:
            yield _Use(parent, element, owner, text(element)), rule


def required_references(document: Document, report: Reporter) -> None:
    """Ends of flows and what a boundary event is attached to may not be left out (the schema's
    required attributes)."""
    for element in document.of(*_ENDS):
        for name in _ENDS[kind(element)]:
            if not (element.get(name) or "").strip():
                report("reference_missing", element, attribute=name)


class _Use(NamedTuple):
    """A reference: of what, where it is written, what it is called, what it names."""

    owner: etree._Element
    at: etree._Element
    name: str
    value: str


def _check(document: Document, report: Reporter, use: _Use, kinds: Kinds) -> None:
    weight: Weight = "warning" if use.name in TOLERATED else "error"
    params: dict[str, Any] = {"at": use.at, "attribute": use.name}
    if not use.value.strip():
        if use.name not in _REQUIRED:
            report("reference_empty", use.owner, weight=weight, **params)
        return
    if use.name in TOLERATED and _of_schema(use.at, use.value):
        return
    if _imported(document, use.at, use.value):
        report("reference_imported", use.owner, value=use.value, **params)
        return
    referred = document.target(use.value)
    if referred is None:
        report("reference_lost", use.owner, weight=weight, value=use.value, **params)
    elif kinds and kind(referred) not in kinds:
        report("reference_wrong_kind", use.owner, found=referred, **params)


def _imported(document: Document, at: etree._Element, value: str) -> bool:
    """True for a QName whose prefix stands for another namespace than the file's own."""
    prefix, colon, _ = value.strip().partition(":")
    if not colon or local_reference(value) in document.by_id:
        return False
    namespace = at.nsmap.get(prefix)
    return namespace is not None and namespace != document.root.get("targetNamespace")


def _of_schema(at: etree._Element, value: str) -> bool:
    """True for a type of XML Schema, which no file has to define."""
    prefix, colon, _ = value.strip().partition(":")
    return bool(colon) and at.nsmap.get(prefix) == _XML_SCHEMA


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
    """The local name of the element with this id, ``""`` when there is none."""
    element = document.by_id.get(ident)
    return "" if element is None else kind(element)


def _listed(element: etree._Element, name: str) -> Iterable[str]:
    return [local_reference(text(child)) for child in element if kind(child) == name]


def imports(document: Document, report: Reporter) -> None:
    """Other files are never fetched; what they hold is not known here (security: no fetching)."""
    for element in document.of("import"):
        report("import_ignored", element, location=element.get("location") or "?")


def declarations(document: Document, report: Reporter) -> None:
    """§8.4, §8.5, §10.5.5: messages, signals, errors, interfaces … are declared to be used. One
    that nothing names is left over, or the reference to it is missing. (Other tools name them by
    their name or code.)"""
    declared = [e for e in document.root if kind(e) in _DECLARED and e.get("id")]
    if not declared:
        return
    named: set[str] = set()
    for element in document.root.iter():
        if isinstance(element.tag, str):
            own = _NAMED_BY if kind(element) in _DECLARED else _NAMED_BY[:2]
            named.update(local_reference(v) for k, v in element.attrib.items() if k not in own)
            named.add(local_reference(element.text))
    named.discard("")
    for element in declared:
        if named.isdisjoint(_names(element)):
            report("declaration_unused", element)


def _names(element: etree._Element) -> Iterator[str]:
    """What a declaration, or a part of it, can be named by."""
    yield from (element.get(name) or "" for name in _NAMED_BY)
    yield from (part.get("id") or "" for part in element.iterdescendants())


_DECLARED = _EVENT_DEFINITIONS | {"message", "signal", "error", "escalation"}
_DECLARED |= {"interface", "dataStore", "resource", "endPoint", "correlationProperty"}
_NAMED_BY = ("id", "name", "errorCode", "escalationCode")


def shapes(document: Document, report: Reporter) -> None:
    """§12.2 "BPMN Diagram Interchange": planes, shapes and edges show elements of the file."""
    for drawn in document.root.iter(*_DRAWN):
        shown = drawn.get("bpmnElement")
        if shown and document.target(shown) is None and not _imported(document, drawn, shown):
            report("shape_of_nothing", None, at=drawn, value=shown, kind=local(drawn))


_DRAWN = tuple(f"{{{DI}}}{name}" for name in ("BPMNPlane", "BPMNShape", "BPMNEdge"))


def extensions(document: Document, report: Reporter) -> None:
    """§8.2.3 "Extensibility": an extension that must be understood is known here, or the model is
    not what its author means."""
    for element in document.of("extension"):
        if not flag(element, "mustUnderstand"):
            continue
        prefix, colon, _ = (element.get("definition") or "").strip().partition(":")
        if element.nsmap.get(prefix if colon else None) not in _UNDERSTOOD:
            report("extension_not_understood", element, value=element.get("definition") or "?")


_UNDERSTOOD = frozenset({SP, CAMUNDA, ZEEBE, FLOWABLE, ACTIVITI, SPIFF})

CHECKS = (references, required_references, lists, declarations, shapes, extensions, imports)
"""The checks of this module, in the order in which they run."""
