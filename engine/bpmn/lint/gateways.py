"""Gateways: directions, conditions, defaults, and what may follow an event-based one."""

from __future__ import annotations

from engine.bpmn.lint.document import DiagramNode, Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import flag, model_child

_DECIDING = ("exclusiveGateway", "inclusiveGateway", "complexGateway")
_PLAIN = (*_DECIDING, "parallelGateway")
_AFTER_EVENT_GATEWAY = frozenset({"message", "signal", "timer", "conditional"})


def directions(document: Document, report: Reporter) -> None:
    """§8.4.9 "Gateway": a converging gateway has one outgoing flow at most, a diverging one
    one incoming, a mixed one several of both."""
    for node in document.all_nodes():
        direction = node.element.get("gatewayDirection")
        if not node.kind.endswith("Gateway") or direction is None:
            continue
        ins, outs = len(node.incoming), len(node.outgoing)
        wrong = {
            "Converging": outs > 1,
            "Diverging": ins > 1,
            "Mixed": ins < 2 or outs < 2,
        }.get(direction, direction != "Unspecified")
        if wrong:
            report("gateway_direction", node.element, direction=direction, ins=ins, outs=outs)


def idle(document: Document, report: Reporter) -> None:
    """§10.6.1: a gateway has several incoming or several outgoing flows; one that has neither does
    nothing. Event-based ones have a rule of their own."""
    for node in document.all_nodes():
        single = len(node.incoming) < 2 and len(node.outgoing) < 2
        if node.kind in _PLAIN and single:
            report("gateway_idle", node.element)


def event_gateway_kinds(document: Document, report: Reporter) -> None:
    """§10.6.6: only an event-based gateway that starts the process may be of the type Parallel."""
    for node in document.all_nodes():
        parallel = node.element.get("eventGatewayType") == "Parallel"
        starts = flag(node.element, "instantiate")
        if node.kind == "eventBasedGateway" and parallel and not starts:
            report("event_gateway_parallel", node.element)


def defaults(document: Document, report: Reporter) -> None:
    """§8.4.13 "Sequence Flow", §10.6.2: a default flow leaves the element that names it, and needs
    no condition."""
    for node in document.all_nodes():
        if not node.default:
            continue
        flow = next((f for f in node.outgoing if f.id == node.default), None)
        if flow is None:
            default = document.by_id.get(node.default)
            if default is not None:
                report("default_not_outgoing", node.element, flow=default)
        elif flow.conditional:
            report("default_with_condition", flow.element, source=node.element)


def decisions(document: Document, report: Reporter) -> None:
    """§13.4.2: out of an exclusive gateway one condition must come true, or the process stops
    with an exception, so every flow but the default needs a condition and a default is wise. Of
    several flows without a condition only the first is ever taken: that is no decision yet."""
    for node in document.all_nodes():
        if node.kind not in _DECIDING or len(node.outgoing) < 2:
            continue
        open_ended = [f for f in node.outgoing if not f.conditional and f.id != node.default]
        for flow in open_ended:
            report("flow_without_condition", flow.element, source=node.element)
        if node.kind == "exclusiveGateway" and len(open_ended) > 1:
            report("gateway_without_choice", node.element, count=len(open_ended))
        if not node.default and not open_ended:
            report("gateway_without_default", node.element)


def activations(document: Document, report: Reporter) -> None:
    """Table 10.53 "Complex Gateway": the activation condition says which tokens are waited for;
    without one the first goes on."""
    for node in document.all_nodes():
        joins = node.kind == "complexGateway" and len(node.incoming) > 1
        if joins and model_child(node.element, "activationCondition") is None:
            report("complex_without_activation", node.element)


def idle_conditions(document: Document, report: Reporter) -> None:
    """§8.4.13 "Sequence Flow", §10.5.2, §10.6.4: flows out of parallel and event-based gateways and
    out of events have no conditions."""
    for node in document.all_nodes():
        if node.kind in ("parallelGateway", "eventBasedGateway") or node.kind.endswith("Event"):
            for flow in node.outgoing:
                if flow.conditional:
                    report("condition_not_used", flow.element, source=node.element)


def after_event_gateways(document: Document, report: Reporter) -> None:
    """§10.6.6 "Event-Based Gateway": at least two ways out; only receive tasks and catching
    message, signal, timer and conditional events (or several of these) follow, not both receive
    tasks and message events, the tasks without boundary events, and nothing else leads to them."""
    for node in document.all_nodes():
        if node.kind != "eventBasedGateway":
            continue
        targets = [flow.target for flow in node.outgoing if flow.target is not None]
        if len(targets) < 2:
            report("event_gateway_one_way", node.element)
        for target in targets:
            if not _may_follow(target):
                report("event_gateway_target", node.element, target=target.element)
            elif len(target.incoming) > 1:
                report("event_gateway_target_shared", target.element, gateway=node.element)
        for target in targets:
            if target.kind == "receiveTask" and target.boundary:
                report("event_gateway_boundary", target.element, gateway=node.element)
        receives = any(t.kind == "receiveTask" for t in targets)
        if receives and any("message" in t.events for t in targets):
            report("event_gateway_mixed", node.element)


def _may_follow(node: DiagramNode) -> bool:
    if node.kind == "receiveTask":
        return True
    return (
        node.kind == "intermediateCatchEvent"
        and bool(node.events)
        and set(node.events) <= _AFTER_EVENT_GATEWAY
    )


CHECKS = (
    directions,
    idle,
    defaults,
    decisions,
    activations,
    idle_conditions,
    event_gateway_kinds,
    after_event_gateways,
)
"""The checks of this module, in the order in which they run."""
