"""Sequence flows: what they join, what must have one, and what can never be reached."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.document import DiagramFlow, DiagramNode, Document, Scope
from engine.bpmn.lint.report import Reporter
from engine.bpmn.model import ACTIVITIES
from engine.bpmn.names import flag, kind, local_reference, model_children, text


def borders(document: Document, report: Reporter) -> None:
    """§7.6.1 "Sequence Flow Connections Rules": a sequence flow crosses neither the border of a
    pool nor that of a sub-process."""
    for process in document.processes:
        for flow in process.flows():
            source, target = flow.source, flow.target
            if source is None or target is None or source.scope is target.scope:
                continue
            same_pool = source.scope.process is target.scope.process
            code = "flow_crosses_subprocess" if same_pool else "flow_crosses_pool"
            report(code, flow.element, source=source.element, target=target.element)


def start_and_end_events(document: Document, report: Reporter) -> None:
    """§10.5.2: a start event is no target of a sequence flow and must be a source of one; §10.5.3:
    an end event is no source of one and must be a target of one."""
    for node in document.all_nodes():
        if node.kind == "startEvent":
            if node.incoming:
                report("start_with_incoming", node.element)
            if not node.outgoing:
                report("start_without_outgoing", node.element)
        elif node.kind == "endEvent":
            if node.outgoing:
                report("end_with_outgoing", node.element)
            if not node.incoming:
                report("node_without_incoming", node.element)


def listed_once(document: Document, report: Reporter) -> None:
    """§8.4.13: a flow is listed by its source (outgoing) and by its target (incoming). Most tools
    list all flows or none; when only one end lists it, nobody can say whether the flow is meant,
    and where a process starts or ends that must be known."""
    outgoing = {node: _listed(node, "outgoing") for node in document.all_nodes()}
    incoming = {node: _listed(node, "incoming") for node in document.all_nodes()}
    for process in document.processes:
        for flow in process.flows():
            if flow.source is None or flow.target is None or not flow.id:
                continue
            at_source = flow.id in outgoing[flow.source]
            at_target = flow.id in incoming[flow.target]
            if at_source == at_target:
                continue
            if flow.source.kind == "startEvent" and at_target:
                report("flow_not_listed", flow.source.element, flow=flow.element)
            elif flow.target.kind == "endEvent" and at_source:
                report("flow_not_listed", flow.target.element, flow=flow.element)
            else:
                silent = flow.target if at_source else flow.source
                report("flow_not_listed", silent.element, weight="warning", flow=flow.element)


def _listed(node: DiagramNode, name: str) -> frozenset[str]:
    return frozenset(local_reference(text(e)) for e in model_children(node.element, name))


def starts_and_ends(document: Document, report: Reporter) -> None:
    """§10.5.2: "If there is an End Event, then there MUST be at least one Start Event"; §10.5.3
    says it the other way round. What begins or ends without a sign still runs (§13.2), and what
    goes on until it is stopped has no end, so this is only told."""
    for scope in document.scopes():
        if kind(scope.element) == "adHocSubProcess" or not scope.nodes:
            continue
        starts = any(True for _ in scope.of_kind("startEvent"))
        ends = any(True for _ in scope.of_kind("endEvent"))
        if ends and not starts and not _instantiated(scope):
            report("end_without_start", scope.element)
        elif starts and not ends:
            report("start_without_end", scope.element)


def _instantiated(scope: Scope) -> bool:
    return any(flag(node.element, "instantiate") for node in scope.nodes)


def boundary_events(document: Document, report: Reporter) -> None:
    """§10.5.4 "Boundary Events": no incoming flow, at least one outgoing; a compensation event
    has an association to its handler instead and no outgoing flow, which nothing would follow."""
    for node in document.all_nodes():
        if node.kind != "boundaryEvent":
            continue
        if node.incoming:
            report("boundary_with_incoming", node.element)
        if "compensate" in node.events:
            if node.outgoing:
                report("compensation_boundary_with_flow", node.element)
        elif not node.outgoing:
            report("boundary_without_outgoing", node.element)


def intermediate_events(document: Document, report: Reporter) -> None:
    """§10.5.4 "Sequence Flow Connections": an intermediate event is a source and, in normal flow, a
    target of a sequence flow; a link that jumps away has no outgoing flow, and one that is jumped
    to no incoming. In an ad-hoc sub-process, which has no end events, work may end anywhere."""
    for node in document.all_nodes():
        if node.kind not in ("intermediateCatchEvent", "intermediateThrowEvent"):
            continue
        link = "link" in node.events
        if link and node.kind == "intermediateThrowEvent":
            if node.outgoing:
                report("link_throw_with_outgoing", node.element)
        elif not node.outgoing and kind(node.scope.element) != "adHocSubProcess":
            report("intermediate_without_outgoing", node.element)
        if not node.link_target:
            if not node.incoming and not _may_begin(node):
                report("intermediate_without_incoming", node.element)
        elif node.incoming:
            report("link_catch_with_incoming", node.element)


def _may_begin(node: DiagramNode) -> bool:
    """Inside an ad-hoc sub-process anything without an incoming flow may begin; where start events
    are used, ``loose_ends`` tells what has none."""
    if kind(node.scope.element) == "adHocSubProcess":
        return True
    return any(True for _ in node.scope.of_kind("startEvent"))


def outside_the_flow(document: Document, report: Reporter) -> None:
    """§10.3.5 (event sub-processes) and §10.7.1 (compensation activities): neither has incoming
    or outgoing sequence flows."""
    for node in document.all_nodes():
        if not (node.incoming or node.outgoing):
            continue
        if node.event_triggered:
            report("event_subprocess_with_flow", node.element)
        elif node.for_compensation:
            report("compensation_activity_with_flow", node.element)


def loose_ends(document: Document, report: Reporter) -> None:
    """§10.5.2: "If a Start Event is used, all flow objects that are not a start event must be the
    target of a sequence flow" (boundary events, compensation activities, event sub-processes and
    link targets aside); §10.5.3 says the same of end events and outgoing flows."""
    for scope in document.scopes():
        if kind(scope.element) == "adHocSubProcess":
            continue
        if any(True for _ in scope.of_kind("startEvent")):
            for node in scope.nodes:
                if not node.incoming and _needs_incoming(node):
                    report("node_without_incoming", node.element)
        if any(True for _ in scope.of_kind("endEvent")):
            for node in scope.nodes:
                if not node.outgoing and _needs_outgoing(node):
                    report("node_without_outgoing", node.element)


def _needs_incoming(node: DiagramNode) -> bool:
    if node.kind in ("startEvent", "boundaryEvent", "endEvent") or node.event_triggered:
        return False
    if node.kind in ("receiveTask", "eventBasedGateway") and flag(node.element, "instantiate"):
        return False
    return not node.for_compensation and not node.link_target


def _needs_outgoing(node: DiagramNode) -> bool:
    # Boundary, start and intermediate events have findings of their own.
    if node.kind.endswith("Event") or node.event_triggered:
        return False
    return not node.for_compensation


def unreachable(document: Document, report: Reporter) -> None:
    """§13.2: tokens come from start events, or, without any, from every node that no flow leads to;
    what has an incoming flow and yet gets no token can never happen."""
    for scope in document.scopes():
        reached: set[DiagramNode] = set()
        pending = [node for node in scope.nodes if _begins(node, scope)]
        while pending:
            node = pending.pop()
            if node in reached:
                continue
            reached.add(node)
            pending.extend(node.boundary)
            pending.extend(_next(node, scope))
        for node in scope.nodes:
            if node not in reached and node.incoming:
                report("node_unreachable", node.element)


def _begins(node: DiagramNode, scope: Scope) -> bool:
    if node.kind == "startEvent" or node.event_triggered or node.for_compensation:
        return True
    return not node.incoming and node.kind != "boundaryEvent" and not node.link_target


def _next(node: DiagramNode, scope: Scope) -> Iterator[DiagramNode]:
    for flow in node.outgoing:
        if flow.target is not None and flow.target.scope is scope:
            yield flow.target
    if node.kind == "intermediateThrowEvent" and "link" in node.events:
        yield from (other for other in scope.nodes if other.link_target)


def repeated_flows(document: Document, report: Reporter) -> None:
    """Two flows between the same two nodes are mostly a slip of the hand; legal, and told."""
    for process in document.processes:
        seen: dict[tuple[DiagramNode, DiagramNode], DiagramFlow] = {}
        for flow in process.flows():
            if flow.source is None or flow.target is None:
                continue
            first = seen.setdefault((flow.source, flow.target), flow)
            if first is not flow and not flow.conditional and not first.conditional:
                report("flow_twice", flow.element, other=first.element)


def completions(document: Document, report: Reporter) -> None:
    """Table 8.60: isImmediate="false" lets other things happen between a step and the next one; in
    an executable process it MUST NOT be false."""
    for process in document.processes:
        for flow in process.flows():
            if not flag(flow.element, "isImmediate", True):
                report("flow_not_immediate", flow.element)


def sure_ways_out(document: Document, report: Reporter) -> None:
    """§10.3: an activity with a conditional flow has another flow, or the token has nowhere to go
    when the condition does not hold."""
    for node in document.all_nodes():
        sure = [f for f in node.outgoing if not f.conditional or f.id == node.default]
        if node.kind in ACTIVITIES and node.outgoing and not sure:
            report("conditions_only", node.element)


CHECKS = (
    borders,
    start_and_end_events,
    listed_once,
    starts_and_ends,
    boundary_events,
    intermediate_events,
    outside_the_flow,
    loose_ends,
    unreachable,
    repeated_flows,
    completions,
    sure_ways_out,
)
"""The checks of this module, in the order in which they run."""
