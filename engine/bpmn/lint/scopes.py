"""Processes and sub-processes: what may stand in them, and how they begin."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.catalogue import Weight
from engine.bpmn.lint.document import CHOREOGRAPHY, SCOPES, Document, Scope
from engine.bpmn.lint.report import Reporter
from engine.bpmn.model import ACTIVITIES, EVENTS, GATEWAYS
from engine.bpmn.names import MODEL, flag, kind, local, local_reference, model_child, namespace

_EVENT_SUBPROCESS = frozenset(
    {"message", "timer", "error", "escalation", "compensate", "conditional", "signal"}
)
_ALWAYS_INTERRUPTING = ("error", "compensate")
_OF_ANY_NAME = ("error", "escalation", "compensate")
_TOP_LEVEL = frozenset({"message", "timer", "conditional", "signal"})
_ARTIFACTS = frozenset({"association", "group", "textAnnotation"})
_IN_SCOPE = frozenset(
    {"sequenceFlow", "dataObject", "dataObjectReference", "dataStoreReference", "laneSet"}
    | {"documentation", "extensionElements", "ioSpecification", "ioBinding", "property"}
    | {"auditing", "monitoring", "correlationSubscription", "supports", "supportedInterfaceRef"}
    | {"incoming", "outgoing", "resourceRole", "performer", "humanPerformer", "potentialOwner"}
    | {"dataInputAssociation", "dataOutputAssociation", "completionCondition"}
    | {"standardLoopCharacteristics", "multiInstanceLoopCharacteristics"}
)
_ROOT = frozenset(
    {"import", "extension", "relationship", "process", "collaboration", "choreography"}
    | {"globalConversation", "globalChoreographyTask", "category", "correlationProperty"}
    | {"dataStore", "endPoint", "error", "escalation", "interface", "itemDefinition", "message"}
    | {"partnerEntity", "partnerRole", "resource", "signal", "documentation", "extensionElements"}
    | {"globalTask", "globalUserTask", "globalManualTask", "globalScriptTask"}
    | {"globalBusinessRuleTask", "cancelEventDefinition", "compensateEventDefinition"}
    | {"conditionalEventDefinition", "errorEventDefinition", "escalationEventDefinition"}
    | {"linkEventDefinition", "messageEventDefinition", "signalEventDefinition"}
    | {"terminateEventDefinition", "timerEventDefinition"}
)


def misplaced(document: Document, report: Reporter) -> None:
    """§8.2.1 "Definitions", §10.2.1, §10.3.5: what may stand at the top of a file, in a process and
    in a sub-process; anything else would be lost in silence."""
    for element in document.root:
        if kind(element) and kind(element) not in _ROOT:
            report("element_misplaced", element)
    for scope in document.scopes():
        known = {node.element for node in scope.nodes}
        for element in scope.element:
            name = kind(element)
            if not local(element) or element in known or name in _IN_SCOPE | _ARTIFACTS:
                continue
            if namespace(element) == MODEL:
                harmless = name in _ROOT or name.startswith("data")
                weight: Weight = "warning" if harmless else "error"
                report("element_unknown", element, weight=weight, name=name)


def outside_every_process(document: Document, report: Reporter) -> None:
    """§10.3.1, §10.3.5: flow elements stand in a process or a sub-process. One that stands anywhere
    else is lost, and flows that lead to it lead nowhere."""
    held = {flow.element for scope in document.scopes() for flow in scope.flows}
    for element in document.of(*sorted(ACTIVITIES | EVENTS | GATEWAYS), "sequenceFlow"):
        if document.node(element) is None and element not in held and not _elsewhere(element):
            report("node_misplaced", element, parent=element.getparent())


def _elsewhere(element: etree._Element) -> bool:
    """In a choreography, which has rules of its own, or in what is no part of the model at all."""
    return any(
        kind(outer) in ("choreography", "subChoreography") or not kind(outer)
        for outer in element.iterancestors()
    )


def event_subprocesses(document: Document, report: Reporter) -> None:
    """§10.3.5: an event sub-process has exactly one start event; its trigger is a message, timer,
    escalation, error, compensation, conditional or signal (or several), and an error or
    compensation always interrupts."""
    for scope in document.scopes():
        if scope.owner is None or not scope.owner.event_triggered:
            continue
        starts = list(scope.of_kind("startEvent"))
        if len(starts) != 1:
            report("event_subprocess_starts", scope.element, count=len(starts))
        for start in starts:
            if not start.events or not set(start.events) <= _EVENT_SUBPROCESS:
                report("event_subprocess_trigger", start.element, scope=scope.element)
            elif not flag(start.element, "isInterrupting", True) and any(
                event in _ALWAYS_INTERRUPTING for event in start.events
            ):
                report("event_must_interrupt", start.element)


def same_trigger(document: Document, report: Reporter) -> None:
    """§10.5.6 "Handling Events": for an interrupting event, one event sub-process at most waits for
    the same message, signal, error, escalation or compensation in the same scope. An error or an
    escalation without a name is any."""
    for scope in document.scopes():
        seen: dict[tuple[str, str], etree._Element] = {}
        for owner in (node for node in scope.nodes if node.event_triggered and node.inner):
            for start in owner.inner.of_kind("startEvent") if owner.inner else ():
                if not flag(start.element, "isInterrupting", True):
                    continue
                for definition in start.definitions:
                    event = kind(definition).removesuffix("EventDefinition")
                    named = local_reference(definition.get(f"{event}Ref"))
                    first = seen.setdefault((event, named), owner.element)
                    same = bool(named) or event in _OF_ANY_NAME
                    if same and first is not owner.element:
                        report("event_subprocess_twice", owner.element, other=first)


def start_triggers(document: Document, report: Reporter) -> None:
    """§10.5.2 "Start Event Triggers": a process starts with nothing, a message, timer, condition or
    signal; a sub-process starts with nothing, it is the flow that starts it."""
    for scope in document.scopes():
        if scope.owner is not None and scope.owner.event_triggered:
            continue
        for start in scope.of_kind("startEvent"):
            if scope.owner is not None and start.events:
                report("subprocess_start_trigger", start.element, scope=scope.element)
            elif not set(start.events) <= _TOP_LEVEL:
                report("start_trigger", start.element, event=", ".join(start.events))


def ad_hoc(document: Document, report: Reporter) -> None:
    """§10.3.5 "Ad-Hoc Sub-Process": an ad-hoc sub-process holds an activity, and no
    start event, end event, conversation or choreography activity."""
    for scope in document.scopes():
        if kind(scope.element) != "adHocSubProcess":
            continue
        if not any(True for _ in scope.of_kind(*ACTIVITIES)):
            report("ad_hoc_empty", scope.element)
        for node in scope.nodes:
            if node.kind in ("startEvent", "endEvent"):
                report("ad_hoc_forbidden", node.element, scope=scope.element)


def ad_hoc_completion(document: Document, report: Reporter) -> None:
    """§10.3.5 "Ad-Hoc Sub-Process": its completion condition says when it is done; without one it
    is done when nothing is open in it."""
    for scope in document.scopes():
        done = model_child(scope.element, "completionCondition")
        if kind(scope.element) == "adHocSubProcess" and done is None:
            report("ad_hoc_without_completion", scope.element)


def public(document: Document, report: Reporter) -> None:
    """§10.2.1: a public process shows only what others see of it and is not run."""
    for process in document.processes:
        if process.executable and process.element.get("processType") == "Public":
            report("process_public", process.element)


def choreography(document: Document, report: Reporter) -> None:
    """§10.1 and §10.3.5: a process holds no choreography activities."""
    for node in document.all_nodes():
        if node.kind in CHOREOGRAPHY:
            report("choreography_in_process", node.element)


def cancelling(document: Document, report: Reporter) -> None:
    """§10.5.5 "Cancel Event": a cancel end event stands in a transaction (or a sub-process of
    one), a cancel boundary event on a transaction."""
    for node in document.all_nodes():
        if "cancel" not in node.events:
            continue
        if node.kind == "endEvent" and not _in_transaction(node.scope):
            report("cancel_outside_transaction", node.element)
        elif node.kind == "boundaryEvent":
            host = document.target(node.element.get("attachedToRef"))
            if host is not None and kind(host) != "transaction":
                report("cancel_not_on_transaction", node.element, host=host)


def _in_transaction(scope: Scope) -> bool:
    element = scope.element
    while element is not None and kind(element) in SCOPES:
        if kind(element) == "transaction":
            return True
        element = element.getparent()
    return False


def sizes(document: Document, report: Reporter) -> None:
    """A process with nothing in it, or with more nodes than anyone can survey."""
    for process in document.processes:
        if not any(True for _ in process.nodes()):
            report("process_empty", process.element)


CHECKS = (
    misplaced,
    outside_every_process,
    event_subprocesses,
    same_trigger,
    start_triggers,
    ad_hoc,
    ad_hoc_completion,
    public,
    choreography,
    cancelling,
    sizes,
)
"""The checks of this module, in the order in which they run."""
