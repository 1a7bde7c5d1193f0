"""Pools, message flows, lanes, conversations, choreographies and remarks: what is drawn around the
processes (BPMN 2.0.2 §7.6.2, §8.4.3, §9, §10.8, §11).

None of it is run: messages are found by their names. These rules only warn.
"""

from __future__ import annotations

import re

from lxml import etree

from engine.bpmn.lint.document import SCOPES, DiagramProcess, Document
from engine.bpmn.lint.references import kind_of
from engine.bpmn.lint.report import Reporter
from engine.bpmn.model import ACTIVITIES, EVENTS
from engine.bpmn.names import flag, kind, local_reference, model_child, model_children, text

CATCHING = ("intermediateCatchEvent", "boundaryEvent", "receiveTask")
"""What only waits for a message: nothing is sent from there."""
THROWING = ("intermediateThrowEvent", "sendTask")
"""What only sends a message."""
_CONVERSATIONS = ("conversation", "subConversation", "callConversation")
_GLOBAL = frozenset(
    {"participant", "messageFlow", "correlationKey", "documentation", "extensionElements"}
)
_DATA = frozenset({"dataObject", "dataObjectReference", "dataStoreReference"})
_SHARED_EVENTS = {
    "startEvent": frozenset({"timer", "conditional", "signal"}),
    "intermediateCatchEvent": frozenset({"timer", "conditional", "signal", "link"}),
    "intermediateThrowEvent": frozenset({"link"}),
    "endEvent": frozenset({"terminate"}),
}
"""Which events all parties of a choreography can see (Tables 11.6 to 11.8)."""
_MIME = re.compile(r"[\w.+-]+/[\w.+*-]+(?:\s*;.*)?", re.ASCII)


def message_flows(document: Document, report: Reporter) -> None:
    """§7.6.2 "Message Flow Connection Rules", §10.5.2 to §10.5.4: a message flow joins two pools; a
    start event is no source, an end event no target; what sends throws a message, and what
    receives waits for one."""
    pools = _pools(document)
    for element in document.of("messageFlow"):
        source = document.target(element.get("sourceRef"))
        target = document.target(element.get("targetRef"))
        if source is None or target is None:
            continue
        _leaves(document, element, source, report)
        _arrives(document, element, target, report)
        ends = [pools.get(end, document.process_of(end)) for end in (source, target)]
        if source is target or (ends[0] is not None and ends[0] is ends[1]):
            report("message_flow_in_pool", element, source=source, target=target)


def _pools(document: Document) -> dict[etree._Element, DiagramProcess | None]:
    """What each pool shows: a process, or None for a black box."""
    processes = {process.id: process for process in document.processes}
    return {
        element: processes.get(local_reference(element.get("processRef")))
        for element in document.of("participant")
    }


def _leaves(
    document: Document, flow: etree._Element, source: etree._Element, report: Reporter
) -> None:
    sender = document.node(source)
    if kind(source) == "startEvent":
        report("message_flow_from_start", flow, source=source)
    elif sender is not None and kind(source) in EVENTS and "message" not in sender.events:
        report("message_flow_without_message", flow, source=source)
    elif kind(source) in CATCHING:
        report("message_flow_from_catch", flow, source=source)


def _arrives(
    document: Document, flow: etree._Element, target: etree._Element, report: Reporter
) -> None:
    receiver = document.node(target)
    if kind(target) == "endEvent":
        report("message_flow_to_end", flow, target=target)
    elif receiver is not None and kind(target) in EVENTS and "message" not in receiver.events:
        report("message_flow_to_other", flow, target=target)
    elif kind(target) in THROWING:
        report("message_flow_to_throw", flow, target=target)


def participants(document: Document, report: Reporter) -> None:
    """§9.3.2 "ParticipantMultiplicity": minimum is not negative, maximum is at least one and not
    less than the minimum."""
    for element in document.of("participantMultiplicity"):
        numbers = [_integer(element.get(n), d) for n, d in (("minimum", 0), ("maximum", 1))]
        minimum, maximum = numbers
        if minimum is None or maximum is None or minimum < 0 or maximum < max(1, minimum):
            report("participant_number", element.getparent(), at=element)


def _integer(value: str | None, default: int) -> int | None:
    if value is None:
        return default
    digits = value.strip().removeprefix("-")
    if len(digits) > 9 or not (digits.isascii() and digits.isdigit()):
        return None
    return int(value)


def remarks(document: Document, report: Reporter) -> None:
    """§8.4.1 "Text Annotation": textFormat is a MIME type."""
    for element in document.of("textAnnotation", "documentation"):
        given = element.get("textFormat")
        if given is not None and not _MIME.fullmatch(given.strip()):
            owner = element if kind(element) == "textAnnotation" else element.getparent()
            report("text_format", owner, at=element, value=given)


def performers(document: Document, report: Reporter) -> None:
    """§10.3.1 "Resource Assignment": a resource is chosen by an expression, or by a resource and
    its parameters; not both, and parameters only with a resource."""
    for element in document.of("performer", "humanPerformer", "potentialOwner", "resourceRole"):
        expression = model_child(element, "resourceAssignmentExpression")
        resource = model_child(element, "resourceRef")
        parameters = model_child(element, "resourceParameterBinding")
        both = expression is not None and (resource is not None or parameters is not None)
        if both or (parameters is not None and resource is None):
            report("performer_ambiguous", element.getparent(), at=element)


def parameters(document: Document, report: Reporter) -> None:
    """Table 10.5, §8.4.12: a parameter that is given is one of the resource's, and those that the
    resource requires are given."""
    for element in document.of("performer", "humanPerformer", "potentialOwner", "resourceRole"):
        resource = document.target(text(model_child(element, "resourceRef")))
        if resource is None or kind(resource) != "resource":
            continue
        known = {p.get("id") or "": p for p in model_children(resource, "resourceParameter")}
        given = [
            local_reference(binding.get("parameterRef"))
            for binding in model_children(element, "resourceParameterBinding")
        ]
        for name in given:
            if name in document.by_id and name not in known:
                report("resource_parameter_foreign", element.getparent(), at=element, value=name)
        for name, parameter in known.items():
            if flag(parameter, "isRequired") and name not in given:
                report("resource_parameter_missing", element.getparent(), at=element, value=name)


def pools(document: Document, report: Reporter) -> None:
    """§9.3: a process is shown in one pool."""
    seen: set[str] = set()
    for element in document.of("participant"):
        process = local_reference(element.get("processRef"))
        if process in seen:
            report("pool_twice", element, process=process)
        if process:
            seen.add(process)


def lanes(document: Document, report: Reporter) -> None:
    """§10.8: a lane parts the elements of the process, or sub-process, that its lane set stands
    in. (Those inside a sub-process of it may be listed, too.)"""
    for element in document.of("flowNodeRef"):
        node = document.node(document.target(text(element)))
        around = (e for e in element.iterancestors() if kind(e) in SCOPES or kind(e) == "process")
        holder = next(around, None)
        if node is not None and holder is not None and holder not in node.element.iterancestors():
            report("lane_elsewhere", element.getparent(), at=element, node=node.element)


def parties(document: Document, report: Reporter) -> None:
    """§9.5.1: two participants or more take part in a conversation; §11.5.1: two in a choreography
    task, one of whom begins it."""
    for element in document.of(*_CONVERSATIONS):
        if len(_named(element, "participantRef")) < 2:
            report("conversation_participants", element)
    for element in document.of("choreographyTask"):
        if len(_named(element, "participantRef")) != 2:
            report("choreography_participants", element)
    for element in document.of("choreographyTask", "subChoreography", "callChoreography"):
        first = local_reference(element.get("initiatingParticipantRef"))
        if first and first not in _named(element, "participantRef"):
            report("choreography_initiator", element, value=first)


def _named(element: etree._Element, name: str) -> set[str]:
    return {local_reference(text(e)) for e in model_children(element, name)}


def links(document: Document, report: Reporter) -> None:
    """§9.5.6: a conversation link joins a conversation with a pool, an activity or an event."""
    for element in document.of("conversationLink"):
        ends = [document.target(element.get(name)) for name in ("sourceRef", "targetRef")]
        kinds = [kind(end) for end in ends if end is not None]
        if len(kinds) == 2 and sum(each in _CONVERSATIONS for each in kinds) != 1:
            report("conversation_link_ends", element)


def global_conversations(document: Document, report: Reporter) -> None:
    """§9.5.5: a global conversation holds participants, message flows and correlation keys."""
    for element in document.of("globalConversation"):
        for held in model_children(element):
            if kind(held) not in _GLOBAL:
                report("global_conversation_holds", element, at=held, held=held)


def correlations(document: Document, report: Reporter) -> None:
    """§8.4.3 "Context-Based Correlation": a subscription binds the properties of its key."""
    for element in document.of("correlationSubscription"):
        key = document.target(element.get("correlationKeyRef"))
        if key is None or kind(key) != "correlationKey":
            continue
        for binding in model_children(element, "correlationPropertyBinding"):
            bound = local_reference(binding.get("correlationPropertyRef"))
            if bound in document.by_id and bound not in _named(key, "correlationPropertyRef"):
                report("correlation_property_foreign", element, at=binding, value=bound)


def messages(document: Document, report: Reporter) -> None:
    """§11.5.1: the messages of a choreography task go between its participants."""
    for element in document.of("choreographyTask"):
        parties = _named(element, "participantRef")
        for reference in model_children(element, "messageFlowRef"):
            flow = document.target(text(reference))
            if flow is None or kind(flow) != "messageFlow":
                continue
            ends = {local_reference(flow.get(name)) for name in ("sourceRef", "targetRef")}
            pools = {e for e in ends if kind_of(document, e) == "participant"}
            if not pools <= parties:
                report("choreography_message", element, at=reference, flow=flow)


def choreographies(document: Document, report: Reporter) -> None:
    """§11.6, §11.7, §11.8: a choreography holds neither activities of a process nor data, and only
    events that all of its parties can see."""
    for scope in document.of("choreography", "subChoreography"):
        for held in model_children(scope):
            allowed = _SHARED_EVENTS.get(kind(held))
            foreign = kind(held) in ACTIVITIES | _DATA
            if foreign or (allowed is not None and not _events(document, held) <= allowed):
                report("choreography_holds", held, scope=scope)


def _events(document: Document, element: etree._Element) -> set[str]:
    found = {kind(child) for child in element}
    referred = model_children(element, "eventDefinitionRef")
    found |= {kind_of(document, local_reference(text(each))) for each in referred}
    return {k.removesuffix("EventDefinition") for k in found if k.endswith("EventDefinition")}


CHECKS = (
    message_flows,
    participants,
    remarks,
    performers,
    parameters,
    pools,
    lanes,
    parties,
    links,
    global_conversations,
    correlations,
    messages,
    choreographies,
)
"""The checks of this module, in the order in which they run."""
