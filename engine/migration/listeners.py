"""What only listens: boundary events and the starts of event sub-processes, in both versions."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.model import ACTIVITIES, Node, Process
from engine.migration.compare import Comparison
from engine.migration.position import Position, Spot, element_of
from engine.runtime.spiff.repetition import BODY
from engine.runtime.spiff.scopes import compensates
from engine.views import MigrationNote


class Listeners:
    """Which listeners stay, which go, and which are new. One that is in both versions and does not
    listen now has fired already: it is not opened again."""

    def __init__(self, comparison: Comparison) -> None:
        self._c = comparison
        self._old: Process = comparison.old.model
        self._new: Process = comparison.new.model

    def stays(self, spot: Spot) -> bool:
        """Does a listening token have the same place in the new version?"""
        wanted = self._c.target(spot.element)
        if wanted is None:
            return False
        node = self._new.nodes[wanted]
        if spot.attached:
            holder = self._c.target(element_of(spot.attached))
            return node.attached_to == holder and not compensates(node)
        around = self._new.nodes.get(node.scope)
        was = self._old.nodes[self._old.nodes[spot.element].scope]
        return (
            around is not None
            and around.event_triggered
            and node.kind == "startEvent"
            and bool(node.events)
            and not compensates(node)
            and around.scope == self._scope(was.scope)
        )

    def _scope(self, scope: str) -> str | None:
        return scope if scope == self._old.id else self._c.target(scope)

    def added_beside(self, activity: str) -> tuple[str, ...]:
        """Boundary events that the new version has on an activity (of the old one) in addition."""
        wanted = self._c.target(activity)
        if wanted is None:
            return ()
        had = {self._c.target(n.id) for n in _boundary(self._old, activity)}
        return tuple(n.id for n in _boundary(self._new, wanted) if n.id not in had)

    def added_inside(self, scope: str | None) -> tuple[str, ...]:
        """Starts of event sub-processes that the new version has in addition in a scope of the old
        one (None: the process)."""
        wanted = self._new.id if scope is None else self._c.target(scope)
        if wanted is None:
            return ()
        had = {self._c.target(n.id) for n in _starts(self._old, scope or self._old.id)}
        return tuple(n.id for n in _starts(self._new, wanted) if n.id not in had)

    # ------------------------------------------------------------ to be told

    def notes(self, position: Position) -> Iterator[MigrationNote]:
        """What is to be told of listeners that open, close or change."""
        for spot in position.spots:
            if not spot.passive:
                if self._c.drops(spot):
                    yield self._c.note("listener_closed", spot.element)
                continue
            if not self.stays(spot):
                yield self._c.note("listener_closed", spot.element)
            elif self._c.events_changed(spot.element):
                yield self._c.note("event_changed", self._c.target(spot.element) or "", new=True)
        for element in self._opened(position):
            yield self._c.note("listener_opened", element, new=True)

    def _opened(self, position: Position) -> Iterator[str]:
        for spot in position.spots:
            node = self._old.nodes.get(spot.element)
            if node is None or spot.passive or spot.beside or spot.spec.endswith(BODY):
                continue
            if node.kind in ACTIVITIES:
                yield from self.added_beside(spot.element)
        for scope, inside in _scopes(position):
            if self.listens(scope) and not any(self.interrupts(s) for s in inside):
                yield from self.added_inside(element_of(scope) if scope else None)

    def listens(self, scope: str | None) -> bool:
        """Is the token of this spec a scope that can have listeners?"""
        if scope is None:
            return True
        node = self._old.nodes.get(element_of(scope))
        return node is not None and node.is_scope and (node.loop is None or scope.endswith(BODY))

    def interrupts(self, spec: str) -> bool:
        """Is it an event sub-process that has taken the place of all else in its scope?"""
        node = self._old.nodes.get(element_of(spec))
        if node is None or not node.event_triggered:
            return False
        starts = (n for n in self._old.inside(node.id) if n.kind == "startEvent")
        return any(n.interrupting and not compensates(n) for n in starts)


def _scopes(position: Position) -> Iterator[tuple[str | None, list[str]]]:
    """Every active scope with the specs directly in it."""
    inside: dict[tuple[str, ...], list[str]] = {}
    for spot in position.spots:
        if not spot.passive:
            inside.setdefault(spot.scope, []).append(spot.spec)
    for scope, specs in inside.items():
        yield (scope[-1] if scope else None), specs


def _boundary(process: Process, activity: str) -> Iterator[Node]:
    return (n for n in process.boundary_events(activity) if not compensates(n))


def _starts(process: Process, scope: str) -> Iterator[Node]:
    for node in process.inside(scope):
        if node.event_triggered:
            for start in process.inside(node.id):
                if start.kind == "startEvent" and start.events and not compensates(start):
                    yield start
