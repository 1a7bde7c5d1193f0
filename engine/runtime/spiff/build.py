"""From a diagram's model to SpiffWorkflow's specs."""

from __future__ import annotations

from collections.abc import Iterator

from SpiffWorkflow.specs import WorkflowSpec

from engine.bpmn import model
from engine.bpmn.model import Node
from engine.runtime.spiff import (
    activities,
    adhoc,
    compensation,
    events,
    gateways,
    repetition,
    scopes,
    specs,
)
from engine.runtime.spiff.specs import Spec

CLASSES: dict[str, type[Spec]] = {
    "startEvent": events.StartEvent,
    "endEvent": events.ThrowEvent,
    "intermediateThrowEvent": events.ThrowEvent,
    "intermediateCatchEvent": events.CatchEvent,
    "boundaryEvent": events.BoundaryEvent,
    "task": activities.ActivitySpec,
    "manualTask": activities.ActivitySpec,
    "userTask": activities.UserTask,
    "scriptTask": activities.ScriptTask,
    "businessRuleTask": activities.BusinessRuleTask,
    "sendTask": activities.SendTask,
    "receiveTask": activities.ReceiveTask,
    "callActivity": activities.CallActivity,
    "subProcess": scopes.SubProcess,
    "transaction": scopes.Transaction,
    "adHocSubProcess": adhoc.AdHocSubProcess,
    "exclusiveGateway": gateways.ExclusiveGateway,
    "parallelGateway": gateways.ParallelGateway,
    "inclusiveGateway": gateways.InclusiveGateway,
    "complexGateway": gateways.ComplexGateway,
    "eventBasedGateway": gateways.EventBasedGateway,
}
"""The spec that a node's kind is built as."""


class ProcessSpec(WorkflowSpec):  # type: ignore[misc]
    """All elements of one process, those inside sub-processes too, by id."""

    def __init__(self, process: model.Process, most_rounds: int) -> None:
        super().__init__(name=process.id)
        self.nodes = process.nodes
        self.most_rounds = most_rounds
        self._inside = process
        self.start = specs.Root(self)
        compensation.Compensating(self, process.id)
        activities.Undoing(self, process.id)
        self.undo = next(iter(_undoing(process, process.id)), None)
        """The compensation event sub-process of the process itself."""

    def inside(self, scope: str) -> Iterator[Node]:
        """The specs of the nodes directly in a scope."""
        return self._inside.inside(scope)


def build(process: model.Process, *, most_rounds: int) -> ProcessSpec:
    """The specs of a process. ``most_rounds`` bounds a multi-instance activity.

    :raises ValueError: naming the element that has no spec; ``lint`` refuses such a diagram
        before it gets here
    """
    spec = ProcessSpec(process, most_rounds)
    for node in process.nodes.values():
        for made in _add(spec, node):
            if isinstance(made, activities.ActivitySpec):
                _attach(process, made, node)
            elif isinstance(made, events.ThrowEvent):
                made.link_targets = tuple(_link_targets(process, node))
    return spec


def _attach(process: model.Process, made: activities.ActivitySpec, node: Node) -> None:
    """Tell an activity what stands on its boundary, and what undoes it."""
    boundary = list(process.boundary_events(node.id))
    if made.name == node.id:
        made.boundary = tuple(n.id for n in boundary if not scopes.compensates(n))
    for event in boundary:
        handlers = (process.nodes.get(i) for i in event.associated if scopes.compensates(event))
        made.handler = next((h.id for h in handlers if h and h.for_compensation), made.handler)
    if node.is_scope:
        made.undo = next(iter(_undoing(process, node.id)), None)


def _undoing(process: model.Process, scope: str) -> list[str]:
    """The compensation event sub-processes of a scope."""
    return [
        inner.id
        for inner in process.inside(scope)
        if inner.event_triggered
        and any(scopes.compensates(s) for s in process.inside(inner.id) if s.kind == "startEvent")
    ]


def _add(spec: ProcessSpec, node: Node) -> Iterator[Spec]:
    base = CLASSES.get(node.kind)
    if base is None:
        raise ValueError(f"{node.kind} {node.id} cannot be run")
    if node.kind == "subProcess" and node.event_triggered:
        for start in spec.inside(node.id):
            if start.kind == "startEvent":
                scopes.Listener(spec, start, node.id)
        yield scopes.EventSubProcess(spec, node)
    elif node.loop is None:
        yield base(spec, node)
    else:
        yield repetition.body_of(base)(spec, node, f"{node.id}{repetition.BODY}")
        one_by_one = node.loop.kind == "loop"
        wrapper = repetition.StandardLoop if one_by_one else repetition.MultiInstance
        yield wrapper(spec, node, spec.most_rounds)


def _link_targets(process: model.Process, node: Node) -> Iterator[str]:
    names = {e.name for e in node.events if e.kind == "link"}
    for other in process.inside(node.scope):
        if other.kind == "intermediateCatchEvent" and any(
            e.kind == "link" and e.name in names for e in other.events
        ):
            yield other.id
