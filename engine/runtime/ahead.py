"""What may still happen in a case: can a message be received, by anything that lies ahead?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.bpmn.model import Node, Process
from engine.definitions.library import ExecutableDefinition
from engine.errors import NotFound
from engine.runtime.running_instance import RUNNING, case_instances
from engine.runtime.step import Step

_THROWS = frozenset({"intermediateThrowEvent", "endEvent", "sendTask"})


def may_receive(step: Step, case_id: str, name: str) -> bool:
    """Does anything that tokens of the case can get to wait for the message, in their own processes
    or in those that they call? Or does the message start a process, together with others?"""
    if next(iter(step.definitions.started_by(step.connection, "message", name)), None) is not None:
        return True
    seen: set[str] = set()
    for instance_id in case_instances(step.connection, case_id):
        instance = step.instance(instance_id)
        if instance.state not in RUNNING:
            continue
        if instance.load_error is not None:
            return True
        tokens = [t.task_spec.bpmn_id for t in instance.process.tokens(everywhere=True)]
        nodes = _reached(instance.definition.model, tokens)
        if any(_receives(step, instance.definition, node, name, seen) for node in nodes):
            return True
    return False


def _receives(
    step: Step, definition: ExecutableDefinition, node: Node, name: str, seen: set[str]
) -> bool:
    if node.kind == "callActivity":
        return _call_receives(step, definition, node, name, seen)
    if node.kind in _THROWS:
        return False
    return node.message == name or any(
        event.kind == "message" and event.name == name for event in node.events
    )


def _call_receives(
    step: Step, definition: ExecutableDefinition, node: Node, name: str, seen: set[str]
) -> bool:
    """Which process a call computes is known only then: it may be any."""
    call = definition.meta.calls.get(node.id)
    if call is None or call.called.startswith("="):
        return True
    try:
        called = step.definitions.called(step.connection, definition, call)
    except NotFound:
        return False
    if called.id in seen:
        return False
    seen.add(called.id)
    return any(_receives(step, called, each, name, seen) for each in called.model.nodes.values())


def _reached(process: Process, places: Iterable[str]) -> Iterator[Node]:
    """The nodes that tokens on these places stand on, or can get to."""
    undoing = (node.id for node in process.nodes.values() if node.for_compensation)
    ahead, reached = [*places, *undoing], set[str]()
    while ahead:
        place = ahead.pop()
        if place in reached:
            continue
        reached.add(place)
        if place not in process.nodes:
            # The process itself: its event sub-processes listen.
            ahead += (node.id for node in process.inside(place) if node.event_triggered)
            continue
        node = process.nodes[place]
        yield node
        ahead += (flow.target for flow in node.outgoing)
        ahead += (event.id for event in process.boundary_events(place))
        ahead += _jumps(process, node)
        ahead += process.children.get(place, ()) if node.is_scope else ()
        ahead += _around(process, node.scope)


def _jumps(process: Process, node: Node) -> Iterator[str]:
    """Where link events lead."""
    if any(event.kind == "link" for event in node.events):
        yield from (
            other.id
            for other in process.inside(node.scope)
            if other.kind == "intermediateCatchEvent"
            and any(e.kind == "link" for e in other.events)
        )


def _around(process: Process, scope: str) -> Iterator[str]:
    """What comes when a scope ends or is interrupted, and what listens in it."""
    holder = process.nodes.get(scope)
    if holder is None:
        yield scope
        return
    yield from (node.id for node in process.inside(scope) if node.event_triggered)
    yield from (flow.target for flow in holder.outgoing)
    yield from (event.id for event in process.boundary_events(scope))
    if holder.loop is not None:
        yield scope
    yield from _around(process, holder.scope)
