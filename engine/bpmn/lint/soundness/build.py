"""From a scope of a diagram to its net: what each element does with tokens.

It follows what the runtime does (``engine.runtime.spiff``) with data left out: a condition may be
true or false, work gets done, an event may come. What is decided by counting (``startQuantity``)
is not modelled, nor the inside of an ad-hoc sub-process, whose order nobody has drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations
from typing import TYPE_CHECKING

from engine.bpmn.lint.document import DiagramFlow, DiagramNode, Scope
from engine.bpmn.lint.soundness.net import Needs, Net, NetTransition, Place, Way, does
from engine.bpmn.model import ACTIVITIES
from engine.bpmn.names import flag

if TYPE_CHECKING:
    from engine.bpmn.lint.soundness.explore import Outcome

MOST_FREE = 6
"""Conditional flows of which every combination is tried; of more, each alone and all together."""
_JOINS: dict[str, Needs] = {
    "parallelGateway": "all",
    "inclusiveGateway": "inclusive",
    "complexGateway": "complex",
}
_TAKES_ALL = {"terminate": "terminate", "error": "fail", "cancel": "fail"}


class Uncounted(Exception):
    """An element needs a number of tokens that the net cannot tell."""

    def __init__(self, node: DiagramNode):
        super().__init__(node.id)
        self.node = node


def whole(scope: Scope) -> bool:
    """True when every flow of the scope joins two elements of it: what is torn is not explored."""
    return all(
        flow.source is not None
        and flow.target is not None
        and flow.source.scope is scope
        and flow.target.scope is scope
        for flow in scope.flows
    )


def build(
    scope: Scope,
    rests: Callable[[DiagramNode], bool],
    inside: Callable[[DiagramNode], Outcome | None] = lambda _: None,
) -> Net:
    """The net of a whole scope. ``rests`` says where tokens wait for somebody, ``inside`` how a
    sub-process can end. Raises ``Uncounted``."""
    return _Builder(scope, rests, inside).run()


class _Builder:
    def __init__(
        self,
        scope: Scope,
        rests: Callable[[DiagramNode], bool],
        inside: Callable[[DiagramNode], Outcome | None],
    ):
        self._scope = scope
        self._rests = rests
        self._inside = inside
        self._net = Net()
        self._steps: dict[DiagramNode, NetTransition] = {}
        self._places: dict[DiagramFlow, Place] = {}
        self._hosts = {b: node for node in scope.nodes for b in node.boundary}

    def run(self) -> Net:
        """The net of the scope."""
        net = self._net
        for node in self._scope.nodes:
            if node.kind != "boundaryEvent":
                self._steps[node] = NetTransition(node, self._needs(node), nodes=(node,))
        net.steps = list(self._steps.values())
        for flow in self._scope.flows:
            source, target = flow.source, flow.target
            if source is None or target is None or target not in self._steps:
                continue
            step = self._steps.get(self._hosts.get(source, source)) or net.root
            self._places[flow] = net.place(step, self._steps[target], flow)
        for node, step in self._steps.items():
            self._ways(node, step)
            step.rests = self._rests(node)
        self._begin()
        for step in self._steps.values():
            self._meet(step)
        return net

    def _needs(self, node: DiagramNode) -> Needs:
        if len(node.incoming) > 1 and node.kind in _JOINS:
            return _JOINS[node.kind]
        needed = _quantity(node, "startQuantity")
        if needed == 1:
            return "any"
        given = [_quantity(f.source, "completionQuantity") for f in node.incoming if f.source]
        if all(number % needed == 0 for number in given):
            return "any"
        if sum(given) == needed:
            return "all"
        raise Uncounted(node)

    def _meet(self, step: NetTransition) -> None:
        """Where several flows lead to work there is one place for all of them before it."""
        if len(step.ins) < 2:
            return
        step.meet = step.node
        if step.needs == "any" and does(step.node):
            merge = NetTransition(step.node, ins=step.ins, nodes=step.nodes, meet=step.node)
            for place in step.ins:
                place.target = merge
            step.ins = []
            merge.ways[frozenset({self._net.place(merge, step)})] = ()
            self._net.steps.append(merge)

    def _ways(self, node: DiagramNode, step: NetTransition) -> None:
        if node.kind == "endEvent":
            step.ways[frozenset()] = ()
            taken = next((_TAKES_ALL[e] for e in node.events if e in _TAKES_ALL), "")
            step.ends = taken  # type: ignore[assignment]
            return
        inside = self._inside(node)
        if inside is None or inside.completes or not inside.fails:
            step.ways.update((way, ()) for way in self._leave(node, step))
        catching = [b for b in node.boundary if b.scope is node.scope and _listens(b)]
        for boundary in catching:
            ways = self._leave(boundary, step)
            step.listeners.append({place for way in ways for place in way})
            if flag(boundary.element, "cancelActivity", default=True):
                for way in ways:
                    step.ways.setdefault(way, (boundary,))
            else:
                step.extras.append((boundary, ways))
        if node.kind == "eventBasedGateway":
            step.listeners = [set(way) for way in step.ways]
        if not step.ways:
            step.ways[frozenset()] = ()
            step.ends = "fail"

    def _leave(self, node: DiagramNode, step: NetTransition) -> list[Way]:
        """The sets of flows by which a token may leave an element, as its kind decides."""
        if "link" in node.events and node.kind == "intermediateThrowEvent":
            return [frozenset(self._jumps(node, step))]
        flows = [flow for flow in node.outgoing if flow in self._places]
        if not flows:
            done = node.kind in ACTIVITIES or node.kind.startswith("intermediate")
            return [frozenset({self._net.place(step, self._net.end)} if done else ())]
        places = [self._places[flow] for flow in flows]
        if node.kind == "parallelGateway" or _wants_all(node):
            return [frozenset(places)]
        if node.kind in ("exclusiveGateway", "eventBasedGateway"):
            return [frozenset({place}) for place in places]
        return self._conditional(node, flows)

    def _conditional(self, node: DiagramNode, flows: list[DiagramFlow]) -> list[Way]:
        """Flows without a condition always, of the others any; the default when none holds. A
        gateway without any condition is one whose conditions nobody has written yet."""
        places = self._places
        default = next((f for f in flows if f.id and f.id == node.default), None)
        splits = node.kind in ("inclusiveGateway", "complexGateway")
        unwritten = splits and not any(f.conditional for f in flows)
        rest = [f for f in flows if f is not default]
        free = [places[f] for f in rest if f.conditional or unwritten]
        must = frozenset(places[f] for f in rest if not f.conditional and not unwritten)
        ways = [must | chosen for chosen in _combinations(free)]
        if default is not None and not (splits and must):
            ways.append(must | {places[default]})
        elif must or not splits:
            ways.append(must)
        return list(dict.fromkeys(ways))

    def _jumps(self, node: DiagramNode, step: NetTransition) -> list[Place]:
        names = {d.get("name") for d in node.definitions}
        return [
            self._net.place(step, self._steps[target])
            for target in self._scope.nodes
            if target.link_target and names & {d.get("name") for d in target.definitions}
        ]

    def _begin(self) -> None:
        """As ``scopes.open_scope``: all plain starts, or one of those that wait, or everything
        that nothing leads to."""
        starts = list(self._scope.of_kind("startEvent"))
        plain = [node for node in starts if not node.events]
        waiting = [node for node in starts if node.events]
        if self._scope.owner is not None and not self._scope.owner.event_triggered and plain:
            waiting = []
        groups = [plain, *([node] for node in waiting)] if plain else [[n] for n in waiting]
        if not starts:
            free = [n for n in self._steps if not n.incoming and not n.apart]
            instantiating = [n for n in free if flag(n.element, "instantiate")]
            groups = [[n] for n in instantiating] or [free]
        for group in groups:
            way = frozenset(self._net.place(self._net.root, self._steps[n]) for n in group)
            self._net.root.ways[way] = ()


def _combinations(places: list[Place]) -> Iterable[Way]:
    if len(places) > MOST_FREE:
        return [*(frozenset({place}) for place in places), frozenset(places)]
    sizes = range(1, len(places) + 1)
    return [frozenset(some) for size in sizes for some in combinations(places, size)]


def _listens(boundary: DiagramNode) -> bool:
    return "compensate" not in boundary.events


def _wants_all(node: DiagramNode) -> bool:
    parallel = node.element.get("eventGatewayType") == "Parallel"
    return node.kind == "eventBasedGateway" and parallel


def _quantity(node: DiagramNode, name: str) -> int:
    given = (node.element.get(name) or "").strip()
    return int(given) if given.isdecimal() and 0 < len(given) < 7 and int(given) > 0 else 1
