"""Rounds without rest: cycles and calls that go on for ever without waiting for anything.

A token rests at user tasks, receive tasks, catching events and event-based gateways; at a call when
the called process always rests; at a sub-process when its inside always rests. A circle that no
token ever rests in is an error when nothing in it decides to leave, else a warning (the engine
stops a run that takes too many steps).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from engine.bpmn.lint.document import DiagramNode, DiagramProcess, Document, Scope
from engine.bpmn.lint.graph import circles
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import local_reference

_RESTS = frozenset({"userTask", "receiveTask", "eventBasedGateway"})
_DECIDES = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})


class Resting:
    """Where tokens rest, over all files of an upload; a process that is not in it is thought to
    rest, what calls itself is not."""

    def __init__(self, documents: Iterable[Document]):
        processes = [p for d in documents for p in d.processes]
        self._processes = {p.id: p for p in reversed(processes)}
        self._always: set[Scope] = set()
        scopes = [scope for process in processes for scope in process.scopes]
        callers: dict[str, list[Scope]] = {}
        for scope in scopes:
            for node in scope.of_kind("callActivity"):
                callers.setdefault(_called_id(node), []).append(scope)
        queue = deque(reversed(scopes))
        queued = set(scopes)
        while queue:
            scope = queue.popleft()
            queued.discard(scope)
            if scope in self._always or not self._rests(scope):
                continue
            self._always.add(scope)
            around = [scope.owner.scope] if scope.owner else callers.get(scope.process.id, [])
            queue.extend(other for other in around if other not in queued)
            queued.update(around)

    def at(self, node: DiagramNode) -> bool:
        """True when a token that reaches the node always rests there."""
        if node.kind in _RESTS:
            return True
        if node.kind == "intermediateCatchEvent":
            return "link" not in node.events
        if node.inner is not None:
            return node.inner in self._always
        if node.kind == "callActivity":
            called = self.called(node)
            return called is None or called.scopes[0] in self._always
        return False

    def called(self, node: DiagramNode) -> DiagramProcess | None:
        """The process of these files that a call activity calls, None when it is elsewhere."""
        return self._processes.get(_called_id(node))

    def reached(self, scope: Scope, *, deciding: bool = True) -> Iterator[DiagramNode]:
        """The nodes that a token comes to without any rest, each once; without ``deciding`` only
        those that it comes to whatever is decided."""
        seen: set[DiagramNode] = set()
        pending = [node for node in scope.nodes if not node.incoming and not node.apart]
        while pending:
            node = pending.pop()
            if node in seen:
                continue
            seen.add(node)
            yield node
            if not self.at(node) and (deciding or not _decides(node)):
                pending.extend(_following(node))

    def _rests(self, scope: Scope) -> bool:
        """True when there is a way in, and every token that takes it comes to rest."""
        reached = list(self.reached(scope))
        return bool(reached) and all(self.at(node) or node.outgoing for node in reached)


def _called_id(node: DiagramNode) -> str:
    return local_reference(node.element.get("calledElement"))


def _following(node: DiagramNode) -> list[DiagramNode]:
    return [f.target for f in node.outgoing if f.target and f.target.scope is node.scope]


def _decides(node: DiagramNode) -> bool:
    return node.kind in _DECIDES or any(flow.conditional for flow in node.outgoing)


def restless_loops(document: Document, report: Reporter, resting: Resting) -> None:
    """Cycles of sequence flows in which no token ever rests."""
    for scope in document.scopes():
        moving = [node for node in scope.nodes if node.outgoing and not resting.at(node)]
        for cycle in circles(moving, _following):
            inside = set(cycle)
            first = min(cycle, key=lambda node: node.element.sourceline or 0)
            code = "loop_may_not_end" if any(_leaves(n, inside) for n in cycle) else "loop_for_ever"
            report(code, first.element, nodes=_names(node.id for node in cycle))


def _leaves(node: DiagramNode, inside: set[DiagramNode]) -> bool:
    """True when the node decides, and one of its ways leads out of the cycle."""
    return _decides(node) and any(flow.target not in inside for flow in node.outgoing)


def restless_calls(
    documents: Iterable[Document], reporters: Mapping[str, Reporter], resting: Resting
) -> None:
    """Processes that call each other in a circle without anybody waiting on the way.

    ``reporters`` are by process id; the finding stands at the first call of the circle.
    """
    reported: set[DiagramProcess] = set()
    processes = [p for d in documents for p in d.processes if p.id]
    for code, deciding in (("call_for_ever", False), ("call_may_not_end", True)):
        calls = {p: list(_calls(p, resting, deciding)) for p in processes}
        edges = {p: [q for _, q in calls[p]] for p in processes}
        for circle in circles(processes, lambda p, e=edges: e.get(p, [])):  # type: ignore[misc]
            if reported.issuperset(circle):
                continue
            reported.update(circle)
            call = next(node for node, called in calls[circle[0]] if called in circle)
            names = _names(p.id for p in circle)
            reporters[circle[0].id](code, call.element, processes=names)


def _calls(
    process: DiagramProcess, resting: Resting, deciding: bool
) -> Iterator[tuple[DiagramNode, DiagramProcess]]:
    """The calls of processes of the upload that a token reaches without rest."""
    pending = [process.scopes[0]]
    while pending:
        for node in resting.reached(pending.pop(), deciding=deciding):
            if node.inner is not None:
                pending.append(node.inner)
            elif node.kind == "callActivity":
                called = resting.called(node)
                if called is not None:
                    yield node, called


def _names(ids: Iterable[str]) -> str:
    names = list(ids)
    return ", ".join(name[:40] or "?" for name in names[:6]) + (" …" if len(names) > 6 else "")
