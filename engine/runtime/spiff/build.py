"""From a diagram's model to SpiffWorkflow's specs."""

from __future__ import annotations

from collections.abc import Iterator

from SpiffWorkflow.specs import WorkflowSpec

from engine.bpmn import model
from engine.bpmn.model import Node
from engine.runtime.spiff import gateways, scopes, specs
from engine.runtime.spiff.specs import Spec

CLASSES: dict[str, type[Spec]] = {
    "startEvent": specs.StartEvent,
    "endEvent": specs.ThrowEvent,
    "intermediateThrowEvent": specs.ThrowEvent,
    "intermediateCatchEvent": specs.CatchEvent,
    "boundaryEvent": specs.BoundaryEvent,
    "task": specs.Activity,
    "manualTask": specs.Activity,
    "userTask": specs.UserTask,
    "scriptTask": specs.ScriptTask,
    "sendTask": specs.SendTask,
    "receiveTask": specs.ReceiveTask,
    "callActivity": specs.CallActivity,
    "subProcess": scopes.SubProcess,
    "exclusiveGateway": gateways.ExclusiveGateway,
    "parallelGateway": gateways.ParallelGateway,
    "inclusiveGateway": gateways.InclusiveGateway,
    "eventBasedGateway": gateways.EventBasedGateway,
}


class ProcessSpec(WorkflowSpec):  # type: ignore[misc]
    """All elements of one process, those inside sub-processes too, by id."""

    def __init__(self, process: model.Process) -> None:
        super().__init__(name=process.id)
        self.nodes = process.nodes
        self._inside = process
        self.start = specs.Root(self)

    def inside(self, scope: str) -> Iterator[Node]:
        return self._inside.inside(scope)


def build(process: model.Process, *, most_rounds: int) -> ProcessSpec:
    """The specs of a process. ``most_rounds`` bounds a multi-instance activity.

    :raises ValueError: naming the element that has no spec; ``lint`` refuses such a diagram
        before it gets here
    """
    spec = ProcessSpec(process)
    for node in process.nodes.values():
        made = _add(spec, node, most_rounds)
        if isinstance(made, specs.Activity):
            made.boundary = tuple(
                n.id for n in process.boundary_events(node.id) if not _is_compensation(n)
            )
        if isinstance(made, specs.ThrowEvent):
            made.link_targets = tuple(_link_targets(process, node))
    return spec


def _add(spec: ProcessSpec, node: Node, most_rounds: int) -> Spec:
    base = CLASSES.get(node.kind)
    if base is None:
        raise ValueError(f"{node.kind} {node.id} cannot be run")
    if node.kind == "subProcess" and node.event_triggered:
        for start in spec.inside(node.id):
            if start.kind == "startEvent":
                scopes.Listener(spec, start, node.id)
        return scopes.EventSubProcess(spec, node)
    if node.loop is None:
        return base(spec, node)
    scopes.body_of(base)(spec, node, f"{node.id}{scopes.BODY}")
    wrapper = scopes.StandardLoop if node.loop.kind == "loop" else scopes.MultiInstance
    return wrapper(spec, node, most_rounds)


def _is_compensation(node: Node) -> bool:
    return any(e.kind == "compensate" for e in node.events)


def _link_targets(process: model.Process, node: Node) -> Iterator[str]:
    names = {e.name for e in node.events if e.kind == "link"}
    for other in process.inside(node.scope):
        if other.kind == "intermediateCatchEvent" and any(
            e.kind == "link" and e.name in names for e in other.events
        ):
            yield other.id
