"""Events: which triggers and results they may have, and what these need (BPMN 2.0.2 §10.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from engine.bpmn.lint.document import DiagramNode, Document, Scope
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import flag, kind, local_reference, model_child, model_children, text

_MAY_HAVE: Mapping[str, frozenset[str]] = {
    "intermediateCatchEvent": frozenset({"message", "timer", "conditional", "link", "signal"}),
    "intermediateThrowEvent": frozenset({"message", "escalation", "compensate", "link", "signal"}),
    "endEvent": frozenset(
        {"message", "error", "escalation", "cancel", "compensate", "signal", "terminate"}
    ),
    "boundaryEvent": frozenset(
        {"message", "timer", "escalation", "error", "cancel", "compensate", "conditional"}
        | {"signal"}
    ),
}
_MUST_HAVE = ("intermediateCatchEvent", "boundaryEvent")
_ALWAYS_INTERRUPTING = ("error", "cancel")
_THROWING = ("intermediateThrowEvent", "endEvent")
_NAMED = {"message": "messageRef", "signal": "signalRef"}


def triggers(document: Document, report: Reporter) -> None:
    """§10.5.3 (results of end events), §10.5.4 (triggers of intermediate and boundary events): the
    kinds that each may have; a catching event has one at least; a link stands alone."""
    for node in document.all_nodes():
        allowed = _MAY_HAVE.get(node.kind)
        if allowed is None:
            continue
        wrong = sorted(set(node.events) - allowed)
        if wrong:
            report("event_kind", node.element, event=", ".join(wrong))
        if not node.events and node.kind in _MUST_HAVE and not _refers(node.element):
            report("event_without_definition", node.element)
        if "link" in node.events and len(node.events) > 1:
            report("link_not_alone", node.element)


def _refers(element: etree._Element) -> bool:
    """True when it has references that are lost: they have findings of their own."""
    return model_child(element, "eventDefinitionRef") is not None


def interrupting(document: Document, report: Reporter) -> None:
    """§10.5.4: an error or cancel event on a boundary always interrupts its activity."""
    for node in document.all_nodes():
        if node.kind == "boundaryEvent" and not flag(node.element, "cancelActivity", True):
            for event in node.events:
                if event in _ALWAYS_INTERRUPTING:
                    report("event_must_interrupt", node.element)


def together(document: Document, report: Reporter) -> None:
    """§10.5.1: parallelMultiple is for an event with several definitions; §10.5.2: only the start
    of an event sub-process can be non-interrupting."""
    for node in document.all_nodes():
        if flag(node.element, "parallelMultiple") and len(node.definitions) < 2:
            report("parallel_multiple_single", node.element)
        owner = node.scope.owner
        by_event = owner is not None and owner.event_triggered
        waits_aside = not flag(node.element, "isInterrupting", True)
        if node.kind == "startEvent" and waits_aside and not by_event:
            report("start_not_interrupting", node.element)


def names(document: Document, report: Reporter) -> None:
    """§10.5.5: a message or signal event says which message or signal; without, nothing can ever
    reach it. The same holds for receive and send tasks (§10.3.3)."""
    for node in document.all_nodes():
        for definition in node.definitions:
            event = kind(definition).removesuffix("EventDefinition")
            attribute = _NAMED.get(event)
            if attribute is not None and not definition.get(attribute):
                report(f"{event}_not_named", node.element)
        if node.kind in ("receiveTask", "sendTask") and not node.element.get("messageRef"):
            report("task_without_message", node.element)


def operations(document: Document, report: Reporter) -> None:
    """§10.5.5 "Message Event", §10.3.3: in an executable process the operation MUST be given; here
    a message is found by its name, so this is only told."""
    for node in document.all_nodes():
        if not node.scope.process.executable:
            continue
        for element in (node.element, *node.definitions):
            if not element.get("messageRef"):
                continue
            if not element.get("operationRef") and model_child(element, "operationRef") is None:
                report("message_without_operation", node.element)


def codes(document: Document, report: Reporter) -> None:
    """§10.5.5 "Error Event", "Escalation Event": what is thrown needs a code in an executable
    process; what catches may leave it out and catches all."""
    for node in document.all_nodes():
        if node.kind not in _THROWING or not node.scope.process.executable:
            continue
        for definition in node.definitions:
            event = kind(definition).removesuffix("EventDefinition")
            if event not in ("error", "escalation"):
                continue
            thrown = document.target(definition.get(f"{event}Ref"))
            if thrown is None or not thrown.get(f"{event}Code"):
                report(f"{event}_without_code", node.element)


def conditions(document: Document, report: Reporter) -> None:
    """§10.5.5 "Conditional Event": in an executable process the condition is a formal expression;
    natural language (no ``xsi:type="tFormalExpression"``) cannot come true by itself. A text that
    starts with ``=`` is formal here whatever its type."""
    for node in document.all_nodes():
        for definition in node.definitions:
            if kind(definition) == "conditionalEventDefinition":
                condition = model_child(definition, "condition")
                if condition is None:
                    report("condition_missing", node.element)


def links(document: Document, report: Reporter) -> None:
    """§10.5.5 "Link Event": every source has exactly one target, of the same process level; a
    target may have many sources. They are joined by ``target``/``source``, else by name."""
    for scope in document.scopes():
        catches = [n for n in scope.of_kind("intermediateCatchEvent") if "link" in n.events]
        throws = [n for n in scope.of_kind("intermediateThrowEvent") if "link" in n.events]
        for throw in throws:
            targets = [c for c in catches if _joined(_link(throw), _link(c))]
            if len(targets) != 1:
                code = "link_without_target" if not targets else "link_with_targets"
                report(code, throw.element, name=_link(throw).get("name") or "")
        for catch in catches:
            _sources_agree(catch, throws, report)


def _sources_agree(catch: DiagramNode, throws: list[DiagramNode], report: Reporter) -> None:
    sources = {local_reference(text(s)) for s in model_children(_link(catch), "source")}
    for throw in throws:
        target = model_child(_link(throw), "target")
        elsewhere = target is not None and local_reference(text(target)) != _link(catch).get("id")
        if _link(throw).get("id") in sources and elsewhere:
            report("link_disagrees", catch.element, source=throw.element)
    if not any(_joined(_link(throw), _link(catch)) for throw in throws):
        report("link_without_source", catch.element)


def _link(node: DiagramNode) -> etree._Element:
    return next(d for d in node.definitions if kind(d) == "linkEventDefinition")


def _joined(throw: etree._Element, catch: etree._Element) -> bool:
    target = model_child(throw, "target")
    if target is not None and text(target):
        return bool(local_reference(text(target)) == catch.get("id"))
    name = throw.get("name")
    return bool(name) and name == catch.get("name")


def shared_definitions(document: Document, report: Reporter) -> None:
    """§10.5.1: a definition inside an event is that event's own; only one that stands at the top of
    the file may be referred to by several."""
    for element in document.of("eventDefinitionRef"):
        referred = document.target(text(element))
        owner = None if referred is None else referred.getparent()
        if owner is not None and owner is not document.root and kind(owner).endswith("Event"):
            report("definition_not_shared", element.getparent(), other=owner, at=element)


def instantiating(document: Document, report: Reporter) -> None:
    """§10.3.3 "Receive Task", §10.6.6: what starts a process has no incoming sequence flow."""
    for node in document.all_nodes():
        starts = node.kind in ("receiveTask", "eventBasedGateway")
        if starts and flag(node.element, "instantiate") and node.incoming:
            report("instantiate_with_incoming", node.element)


def instantiating_inside(document: Document, report: Reporter) -> None:
    """§13.2: a process is begun by what stands in the process itself. In a sub-process the mark
    (instantiate) means nothing: the flow to the sub-process begins it."""
    for node in document.all_nodes():
        starts = node.kind in ("receiveTask", "eventBasedGateway")
        if starts and flag(node.element, "instantiate") and node.scope.owner is not None:
            report("instantiate_inside", node.element)


def attached(document: Document, report: Reporter) -> None:
    """§10.5.4 "Boundary Events": a boundary event stands in the scope of the activity that it is
    attached to."""
    for node in document.all_nodes():
        if node.kind == "boundaryEvent":
            host = document.node(document.target(node.element.get("attachedToRef")))
            if host is not None and host.scope is not node.scope:
                report("boundary_elsewhere", node.element, host=host.element)


def compensation(document: Document, report: Reporter) -> None:
    """§10.7.1: a compensation event on a boundary has an association to an activity of its scope
    that is marked for compensation, and what is so marked has such an association. What is
    undone is undone by one activity."""
    joined: set[DiagramNode] = set()
    for node in document.all_nodes():
        events = [b for b in node.boundary if "compensate" in b.events]
        undoing = {handler for event in events for handler in _handlers(document, event)}
        joined.update(undoing)
        if len(undoing) > 1:
            report("compensation_handlers", node.element, count=len(undoing))
        for event in events:
            if not undoing.intersection(_handlers(document, event)):
                report("compensation_without_handler", event.element)
    for node in document.all_nodes():
        if node.for_compensation and node not in joined:
            report("handler_without_compensation", node.element)


def _handlers(document: Document, event: DiagramNode) -> Iterator[DiagramNode]:
    """The compensation activities that associations lead to from this event. (One that is drawn
    the other way round means the same.)"""
    for element in document.of("association"):
        ends = [local_reference(element.get(name)) for name in ("sourceRef", "targetRef")]
        if event.id and event.id in ends:
            ends.remove(event.id)
            node = document.node(document.by_id.get(ends[0]))
            if node is not None and node.for_compensation and node.scope is event.scope:
                yield node


def compensated(document: Document, report: Reporter) -> None:
    """§10.5.5 "Compensation Event": the activity that an event names to be undone has something
    that undoes it, and is seen by the event: it stands in the same scope, or in the one around the
    event sub-process that the event stands in."""
    for node in document.all_nodes():
        if node.kind not in _THROWING:
            continue
        for definition in node.definitions:
            if kind(definition) != "compensateEventDefinition":
                continue
            named = document.node(document.target(definition.get("activityRef")))
            if named is None:
                continue
            if named.scope not in _seen_from(node.scope):
                report("compensation_out_of_sight", node.element, other=named.element)
            elif not _undone(named):
                report("compensation_target", node.element, other=named.element)


def _seen_from(scope: Scope) -> Iterator[Scope]:
    yield scope
    while scope.owner is not None and scope.owner.event_triggered:
        scope = scope.owner.scope
        yield scope


def _undone(node: DiagramNode) -> bool:
    """True when something undoes the activity: a handler of its own, or what is inside it."""
    if node.kind == "callActivity" or any("compensate" in b.events for b in node.boundary):
        return True
    inside = () if node.inner is None else node.inner.nodes
    return any(
        _undone(each)
        or (each.kind == "startEvent" and "compensate" in each.events)
        or (each.event_triggered and _undone(each))
        for each in inside
    )


def compensation_of_nothing(document: Document, report: Reporter) -> None:
    """§10.7: compensation undoes what has a handler, by a boundary event or an event sub-process.
    Thrown in a process that has no handler at all and calls no other it can never do anything,
    which is not what was meant by drawing it."""
    for process in document.processes:
        if any(node.kind == "callActivity" for node in process.nodes()):
            continue
        nodes = [node for node in process.nodes() if "compensate" in node.events]
        if all(node.kind in _THROWING for node in nodes):
            for node in nodes:
                report("compensation_of_nothing", node.element)


def caught_twice(document: Document, report: Reporter) -> None:
    """§10.5.6: an error or escalation is caught once; of two events on one activity that wait for
    the same one, only one can ever come."""
    for host in document.all_nodes():
        seen: dict[tuple[str, str], DiagramNode] = {}
        for node in host.boundary:
            for definition in node.definitions:
                event = kind(definition).removesuffix("EventDefinition")
                if event not in ("error", "escalation", "cancel"):
                    continue
                first = seen.setdefault(
                    (event, local_reference(definition.get(f"{event}Ref"))), node
                )
                if first is not node:
                    report("boundary_twice", node.element, other=first.element)


def timed_starts(document: Document, report: Reporter) -> None:
    """§10.5.2, Table 10.84: a timer start event starts a process when its time comes. Here a case
    is somebody's, so a person (or the process that calls) starts it, and it waits for the time."""
    for process in document.processes:
        for node in process.scopes[0].of_kind("startEvent"):
            if "timer" in node.events:
                report("timer_start_waits", node.element)


CHECKS = (
    triggers,
    attached,
    interrupting,
    together,
    names,
    operations,
    codes,
    conditions,
    links,
    shared_definitions,
    instantiating,
    instantiating_inside,
    caught_twice,
    compensation,
    compensated,
    compensation_of_nothing,
    timed_starts,
)
"""The checks of this module, in the order in which they run."""
