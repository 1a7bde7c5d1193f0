"""The ways through a diagram: what comes before what, within each process or sub-process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from engine.bpmn.model import Flow, Node, Process

JOINS = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})
"""Gateways at which tokens wait for one another."""

Step = Callable[[str], Iterable[str]]
"""What leads on from an element."""


class Graph:
    """The elements of a process as steps: sequence flows, links, and from an activity to the
    events on its boundary. A sub-process is one step; its inside has steps of its own."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._after: dict[str, list[str]] = {n: [] for n in process.nodes}
        self._before: dict[str, list[str]] = {n: [] for n in process.nodes}
        for node in process.nodes.values():
            for target in self._following(node):
                self._after[node.id].append(target)
                self._before[target].append(node.id)
        self.order: dict[str, int] = {}
        for scope in (process.id, *process.nodes):
            self._number(scope)

    def _following(self, node: Node) -> Iterator[str]:
        nodes = self.process.nodes
        yield from (f.target for f in node.outgoing if f.target in nodes)
        yield from (n.id for n in self.process.boundary_events(node.id))
        links = {e.name for e in node.events if e.kind == "link"}
        if links and node.kind != "intermediateCatchEvent":
            for other in self.process.inside(node.scope):
                names = {e.name for e in other.events if e.kind == "link"}
                if other.kind == "intermediateCatchEvent" and names & links:
                    yield other.id

    def _number(self, scope: str) -> None:
        """Reverse postorder: an element comes after those before it, a loop's entrance before its
        body."""
        nodes = list(self.process.children.get(scope, ()))
        starts = [n for n in nodes if not self._before[n]]
        seen: set[str] = set()
        finished: list[str] = []
        for first in [*starts, *nodes]:
            if first in seen:
                continue
            seen.add(first)
            stack = [(first, iter(self._after[first]))]
            while stack:
                name, following = stack[-1]
                later = next((n for n in following if n not in seen), None)
                if later is None:
                    finished.append(name)
                    stack.pop()
                else:
                    seen.add(later)
                    stack.append((later, iter(self._after[later])))
        for number, name in enumerate(reversed(finished)):
            self.order[name] = number

    # ------------------------------------------------------------ questions

    def chain(self, element: str) -> tuple[str, ...]:
        """The sub-processes around an element, the innermost first, and the process last."""
        scopes = []
        scope = self.process.nodes[element].scope
        while scope in self.process.nodes:
            scopes.append(scope)
            scope = self.process.nodes[scope].scope
        return (*scopes, self.process.id)

    def entries(self, scope: str) -> list[str]:
        """Where tokens come into a scope by themselves."""
        return [n for n in self.process.children.get(scope, ()) if not self._before[n]]

    def behind(self, elements: Iterable[str], without: Iterable[str] = ()) -> set[str]:
        """What can be reached from the elements, loops included, not through ``without``; they
        themselves only by a loop."""
        return _reach(elements, lambda n: self._after[n], set(without))

    def ahead_of(self, elements: Iterable[str], without: Iterable[str] = ()) -> set[str]:
        """What comes after the elements when no loop is taken, not through ``without``."""
        return _reach(elements, self._onward, set(without))

    def before(self, elements: Iterable[str]) -> set[str]:
        """What comes before the elements when no loop is taken."""
        return _reach(elements, self._backward, set())

    def unsynchronised(self, element: str) -> set[str]:
        """What a token can reach from the element without meeting others at a join."""
        joins = {
            n.id for n in self.process.nodes.values() if n.kind in JOINS and len(n.incoming) > 1
        }
        return self.behind([element], joins)

    def neighbours(self, element: str) -> tuple[set[str], set[str]]:
        """The elements directly before and directly behind an element."""
        return set(self._before[element]), set(self._after[element])

    def starved(self, scope: str, standing: Iterable[str], filled: set[str]) -> list[Flow]:
        """Flows into parallel gateways of the scope that can never bring a token, although
        a token comes to the gateway by another flow.

        :param standing: elements at which tokens are
        :param filled: flows by which tokens have come that wait at their gateway
        """
        here = set(standing)
        coming = here | self.behind(here)
        flows: list[Flow] = []
        for node in self.process.inside(scope):
            if node.kind == "parallelGateway" and len(node.incoming) > 1 and node.id in coming:
                flows += self._never(node, here, filled)
        return flows

    def _never(self, join: Node, here: set[str], filled: set[str]) -> Iterator[Flow]:
        from_here = here - {join.id}
        reach = from_here | self.behind(from_here, [join.id])
        for flow in join.incoming:
            if flow.id not in filled and flow.source not in reach:
                yield flow

    def _onward(self, name: str) -> Iterator[str]:
        return (n for n in self._after[name] if self.order[n] > self.order[name])

    def _backward(self, name: str) -> Iterator[str]:
        return (n for n in self._before[name] if self.order[n] < self.order[name])


def _reach(start: Iterable[str], step: Step, without: set[str]) -> set[str]:
    seen: set[str] = set()
    todo = [name for element in start for name in step(element)]
    while todo:
        name = todo.pop()
        if name in seen or name in without:
            continue
        seen.add(name)
        todo.extend(step(name))
    return seen
