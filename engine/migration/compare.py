"""Two versions of a process: what of the one is what of the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.definitions.library import ExecutableDefinition
from engine.migration.graph import Graph
from engine.migration.position import Spot, element_of
from engine.runtime.spiff.compensation import COMPENSATING, UNDOING
from engine.views import (
    MigrationNote,
)

UNDRAWN = frozenset({COMPENSATING, UNDOING})
"""Specs of tokens that stand on no element: they undo what was done."""


class Comparison:
    """Two versions of a process, and where work that is under way goes on (``mapping``: element
    of the old version → of the new one; every other element goes on as itself)."""

    def __init__(
        self, old: ExecutableDefinition, new: ExecutableDefinition, mapping: Mapping[str, str]
    ) -> None:
        self.old = old
        self.new = new
        self.mapping = mapping
        self.before = Graph(old.model)
        self.after = Graph(new.model)

    # ------------------------------------------------------------ elements

    def target(self, element: str) -> str | None:
        """The element of the new version that stands for one of the old, None when it is gone."""
        wanted = self.mapping.get(element, element)
        return wanted if wanted in self.new.model.nodes else None

    def spec(self, name: str) -> str | None:
        """Like ``target``, for the name of a token's spec."""
        if name in UNDRAWN:
            return name
        element = element_of(name)
        wanted = self.target(element)
        return None if wanted is None else wanted + name[len(element) :]

    def flow(self, element: str, flow: str) -> str:
        """The flow into the new element by which a token came: the one of the same id, else the
        one from the same element, else as it was."""
        wanted, node = self.target(element), self.old.model.nodes.get(element)
        if wanted is None or node is None:
            return flow
        into = self.new.model.nodes[wanted].incoming
        if any(f.id == flow for f in into):
            return flow
        source = next((f.source for f in node.incoming if f.id == flow), "")
        return next((f.id for f in into if f.source == self.target(source)), flow)

    def events_changed(self, element: str) -> bool:
        """Does an event or receive task wait for something else than before?"""
        old, wanted = self.old.model.nodes.get(element), self.target(element)
        if old is None or wanted is None:
            return True
        new = self.new.model.nodes[wanted]
        return (old.events, old.message) != (new.events, new.message)

    def starved(self, standing: Iterable[tuple[str, str, bool]]) -> set[str]:
        """Flows of the new version into parallel gateways ahead that no token will come by, though
        one would have in the old version: branches that begin before the place where the instance
        is.

        :param standing: the tokens of one scope: element and flow in the old version, and whether
            the token waits (at a gateway, for others)
        """
        tokens = [t for t in standing if self.target(t[0])]
        if not tokens:
            return set()
        old, new = self.old.model.nodes, self.new.model.nodes
        places = [self.target(element) or "" for element, _, _ in tokens]
        filled = {self.flow(element, flow) for element, flow, waiting in tokens if waiting}
        now = {flow.id for flow in self.after.starved(new[places[0]].scope, places, filled)}
        if not now:
            return now
        elements = [element for element, _, _ in tokens]
        were = {flow for _, flow, waiting in tokens if waiting}
        before = self.before.starved(old[elements[0]].scope, elements, were)
        return now - {self.flow(flow.target, flow.id) for flow in before}

    def note(self, code: str, element: str, *, new: bool = False, **params: str) -> MigrationNote:
        """A note about an element of the old version, or of the ``new`` one."""
        definition = self.new if new else self.old
        return MigrationNote(code, element, definition.element_name(element), params)

    def drops(self, spot: Spot) -> bool:
        """One of several events of which the first will win is gone: the others wait on."""
        others = list(spot.race)
        if spot.spec in others:
            others.remove(spot.spec)
        left = any(self.spec(name) for name in others)
        return bool(spot.race) and self.target(spot.element) is None and left
