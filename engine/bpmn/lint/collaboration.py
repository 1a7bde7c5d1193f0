"""Pools, message flows and remarks: what is drawn around the processes (BPMN 2.0.2 §9, §7.6.2).

Message flows are drawings: messages are found by their names. These rules only warn.
"""

from __future__ import annotations

import re

from engine.bpmn.lint.document import Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.model import EVENTS
from engine.bpmn.names import kind, local_reference, model_child

CATCHING = ("intermediateCatchEvent", "boundaryEvent")
"""Events that only wait for a message: nothing is sent from them."""
_MIME = re.compile(r"[\w.+-]+/[\w.+*-]+(?:\s*;.*)?", re.ASCII)


def message_flows(document: Document, report: Reporter) -> None:
    """§7.6.2 "Message Flow Connection Rules", §10.5.2 to §10.5.4: a message flow joins two pools; a
    start event is no source, an end event no target; an event that sends throws a message, and
    one that receives waits for a message."""
    for element in document.of("messageFlow"):
        source = document.target(element.get("sourceRef"))
        target = document.target(element.get("targetRef"))
        if source is None or target is None:
            continue
        sender, receiver = document.node(source), document.node(target)
        if kind(source) == "startEvent":
            report("message_flow_from_start", element, source=source)
        elif sender is not None and kind(source) in EVENTS and "message" not in sender.events:
            report("message_flow_without_message", element, source=source)
        elif kind(source) in CATCHING:
            report("message_flow_from_catch", element, source=source)
        if kind(target) == "endEvent":
            report("message_flow_to_end", element, target=target)
        elif receiver is not None and kind(target) in EVENTS and "message" not in receiver.events:
            report("message_flow_to_other", element, target=target)
        elif kind(target) == "intermediateThrowEvent":
            report("message_flow_to_throw", element, target=target)
        ends = (document.process_of(source), document.process_of(target))
        if ends[0] is not None and ends[0] is ends[1]:
            report("message_flow_in_pool", element, source=source, target=target)


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


def pools(document: Document, report: Reporter) -> None:
    """§9.3: a process is shown in one pool."""
    seen: set[str] = set()
    for element in document.of("participant"):
        process = local_reference(element.get("processRef"))
        if process in seen:
            report("pool_twice", element, process=process)
        if process:
            seen.add(process)


CHECKS = (message_flows, participants, remarks, performers, pools)
"""The checks of this module, in the order in which they run."""
