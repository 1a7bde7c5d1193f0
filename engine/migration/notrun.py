"""Activities that the new version has before the place where an instance is.

Nobody has done them, and no token will come to them: they are offered, never skipped in silence.
"""

from __future__ import annotations

from engine.bpmn.model import ACTIVITIES, Node
from engine.migration.compare import Comparison
from engine.migration.position import Position
from engine.runtime.spiff.scopes import begins_by_itself
from engine.views import StepToSkip


def not_run(comparison: Comparison, position: Position) -> tuple[StepToSkip, ...]:
    """The activities of the new version, unknown to the old one, on a way to where the instance is
    or has been, to which no token that is there now leads. In the order of the diagram."""
    steps = []
    added = _added(comparison)
    if not added:
        return ()
    here = _here(comparison, position)
    passed = {t for e in position.passed if (t := comparison.target(e))} - here
    graph, spent = comparison.after, _spent(comparison, position)
    for scope in {node.scope for node in added}:
        inside = set(comparison.new.model.children.get(scope, ()))
        standing = here & inside
        ahead = graph.ahead_of(standing - spent, without=spent)
        branches = _branches(comparison, position) & inside
        reached = standing | branches | ((passed & inside) - ahead)
        before = (graph.before(reached) | branches) - ahead - standing
        for node in added:
            if node.scope != scope or node.id in ahead:
                continue
            missed = _missed_start(comparison, node, bool(standing))
            if node.id in before or missed:
                steps.append(_view(comparison, node, reached))
    return tuple(sorted(steps, key=lambda n: (graph.order[n.element_id], n.element_id)))


def _added(comparison: Comparison) -> list[Node]:
    """New activities that a token would come to; what is inside a new sub-process comes with it."""
    known = set(comparison.old.model.nodes)
    reused = set(comparison.mapping.values())
    return [
        node
        for node in comparison.new.model.nodes.values()
        if node.kind in ACTIVITIES
        and node.id not in known | reused
        and not node.event_triggered
        and not node.for_compensation
        and not any(s not in known | reused for s in comparison.after.chain(node.id)[:-1])
    ]


def _here(comparison: Comparison, position: Position) -> set[str]:
    """Where tokens are, in the new version; the sub-processes around them too."""
    elements = set()
    for spot in position.spots:
        if not (spot.passive or spot.beside):
            elements.add(comparison.target(spot.element))
    return {element for element in elements if element}


def _spent(comparison: Comparison, position: Position) -> set[str]:
    """Complex gateways that have gone on, and take away what else comes (BPMN 2.0.2, 13.4.5: the
    second phase gives tokens only to flows with a condition)."""
    gateways = set()
    for spot in position.spots:
        node = comparison.new.model.nodes.get(comparison.target(spot.element) or "")
        if node is None or node.kind != "complexGateway":
            continue
        if spot.waiting and not (spot.flow or any(flow.condition for flow in node.outgoing)):
            gateways.add(node.id)
    return gateways


def _branches(comparison: Comparison, position: Position) -> set[str]:
    """Where new branches end that begin before the place where the instance is, in front of a
    gateway that waits for all."""
    scopes: dict[tuple[str, ...], list[tuple[str, str, bool]]] = {}
    for spot in position.spots:
        if spot.flowing and spot.element in comparison.old.model.nodes:
            place = (spot.element, spot.flow, spot.waiting)
            scopes.setdefault(spot.scope, []).append(place)
    starved = {flow for standing in scopes.values() for flow in comparison.starved(standing)}
    flows = (f for node in comparison.new.model.nodes.values() for f in node.incoming)
    return {flow.source for flow in flows if flow.id in starved}


def _missed_start(comparison: Comparison, node: Node, active: bool) -> bool:
    """In a scope that draws no start event, what nothing leads to begins with the scope: one that
    has been begun has begun without it."""
    starts = (n.kind == "startEvent" for n in comparison.new.model.inside(node.scope))
    return active and begins_by_itself(node) and not any(starts)


def _view(comparison: Comparison, node: Node, reached: set[str]) -> StepToSkip:
    graph = comparison.after
    entries = [e for e in graph.entries(node.scope) if e != node.id]
    round_it = {*entries, *graph.behind(entries, [node.id])}
    behind = graph.ahead_of([node.id])
    always = node.id in reached or (bool(reached & behind) and not reached & behind & round_it)
    meta = comparison.new.meta
    task = meta.tasks.get(node.id)
    role = task.role if task is not None else meta.roles.get(node.id)
    return StepToSkip(node.id, node.name or node.id, role, always)
