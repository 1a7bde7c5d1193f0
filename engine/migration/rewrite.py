"""The tokens of an instance on the other version's diagram: same ids, same data, same waits."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from engine.migration.compare import Comparison
from engine.migration.listeners import Listeners
from engine.migration.position import element_of, spots
from engine.runtime.spiff import events
from engine.runtime.spiff.activities import ActivitySpec
from engine.runtime.spiff.compensation import RECORDS
from engine.runtime.spiff.repetition import BODY
from engine.runtime.spiff.scopes import CLOSING, LISTENER, SubProcess
from engine.runtime.spiff.specs import BESIDE
from engine.runtime.spiff.workflow import Token, TokenState, TokenTree

WAITING_FOR = ("got", "condition", "cycle")
"""Marks of an event that say what of its definitions has come; they go with the definitions."""


class Rewriting:
    """Puts the tokens of one process (of the comparison's old version) into an empty process of
    the new version. ``assess`` has said that it can be done."""

    def __init__(self, comparison: Comparison, old: TokenTree, new: TokenTree) -> None:
        self._c = comparison
        self._listeners = Listeners(comparison)
        self._old = old
        self._new = new

    def run(self) -> None:
        """Put the tokens over, and open the listeners that the new version has in addition."""
        self._new.marks = self._marks("", self._old.marks)
        for task in self._going_on():
            spec = self._new.spec.task_specs[self._c.spec(task.task_spec.name)]
            rewritten = Token(self._new, spec, self._new.task_tree, state=task.state, id=task.id)
            rewritten.internal_data = self._marks(
                element_of(task.task_spec.name), task.internal_data
            )
            rewritten.data = dict(task.data)
        for task in list(self._new.tokens(everywhere=True)):
            self._open_boundary(task)
            self._open_race(task)
            self._open_other_starts(task)
        for scope in [None, *(t.id.hex for t in self._new.tokens(everywhere=True))]:
            self._open_starts(scope)
            self._open_joins(scope)

    def _going_on(self) -> Iterator[Token]:
        """The tokens that go on: all but those that listened for what is no longer drawn."""
        places = spots(self._old)
        for task in list(self._old.tokens(everywhere=True)):
            spot = places[task.id.hex]
            gone = self._c.drops(spot) or (spot.passive and not self._listeners.stays(spot))
            if not gone:
                yield task

    # ------------------------------------------------------------ marks

    def _marks(self, element: str, marks: dict[str, Any]) -> dict[str, Any]:
        """A token's internal data, with what names elements and flows renamed."""
        new = deepcopy(marks)
        if "flow" in new:
            new["flow"] = self._c.flow(element, new["flow"])
        if "reset" in new:
            new["reset"] = sorted(self._c.flow(element, flow) for flow in new["reset"])
        for name in ("start", "event"):
            if new.get(name):
                new[name] = self._c.target(new[name]) or new[name]
        if "rest" in new:
            new["rest"] = self._rest(element, new["rest"])
        for name in (RECORDS, "todo"):
            if name in new:
                new[name] = [self._record(record) for record in new[name]]
        if element and self._c.events_changed(element):
            for name in WAITING_FOR:
                new.pop(name, None)
        return new

    def _record(self, record: list[Any]) -> list[Any]:
        if isinstance(record[0], int):
            return [record[0], [self._record(inner) for inner in record[1]]]
        name, local, inside = record
        return [self._c.spec(name) or name, local, [self._record(inner) for inner in inside]]

    def _rest(self, element: str, rest: list[str]) -> list[str]:
        """What a sequential ad-hoc sub-process has still to begin, in the order drawn; one that is
        new comes too."""
        left = {self._c.target(name) for name in rest}
        spec = self._new.spec.task_specs[self._spec_of(element)]
        rules = spec.node.ad_hoc
        known = set(self._c.old.model.nodes) | set(self._c.mapping.values())
        sequential = rules is not None and rules.sequential
        names: Iterator[str] = spec.enabled(self._new)
        return [n for n in names if n in left or (sequential and n not in known)]

    def _spec_of(self, element: str) -> str:
        wanted = self._c.target(element) or element
        repeated = self._c.new.model.nodes[wanted].loop is not None
        return f"{wanted}{BODY}" if repeated else wanted

    # ------------------------------------------------------------ what is new

    def _origin(self, task: Token) -> str | None:
        """The element of the old version that a token stands on, None when it is new."""
        old = self._old.tasks.get(task.id)
        return None if old is None else element_of(old.task_spec.name)

    def _open_boundary(self, task: Token) -> None:
        marks, spec, origin = task.internal_data, task.task_spec, self._origin(task)
        if not isinstance(spec, ActivitySpec) or origin is None:
            return
        if marks.get(BESIDE) or not marks.get("listening") or spec.name.endswith(BODY):
            return
        for name in self._listeners.added_beside(origin):
            events.listen(self._new, self._new.spec.task_specs[name], task)

    def _open_race(self, task: Token) -> None:
        """An event behind an event-based gateway that the old version did not have waits too."""
        race, origin = task.internal_data.get("race"), self._origin(task)
        if race is None or origin is None:
            return
        gateways = (f.source for f in self._c.old.model.nodes[origin].incoming)
        for gateway in gateways:
            wanted = self._c.target(gateway)
            if wanted is None or self._c.old.model.nodes[gateway].kind != "eventBasedGateway":
                continue
            had = {self._c.target(f.target) for f in self._c.old.model.nodes[gateway].outgoing}
            had |= {t.task_spec.bpmn_id for t in self._rivals(race)}
            for flow in self._c.new.model.nodes[wanted].outgoing:
                if flow.target not in had:
                    scope = task.internal_data.get("scope")
                    marks = {"flow": flow.id, "race": race}
                    self._new.enter(self._new.place(flow.target, scope, **marks))

    def _rivals(self, race: str) -> Iterator[Token]:
        for task in self._new.tokens(everywhere=True):
            if task.internal_data.get("race") == race:
                yield task

    def _open_other_starts(self, task: Token) -> None:
        """Where start events wait, each an alternative, one that is new waits too."""
        origin, spec = self._origin(task), task.task_spec
        old = self._c.old.model.nodes.get(origin or "")
        waits = task.has_state(TokenState.WAITING) and not task.internal_data.get("listener")
        if old is None or old.kind != "startEvent" or not waits:
            return
        had = {self._c.target(n.id) for n in self._c.old.model.inside(old.scope)}
        inside = self._c.new.model.inside(spec.node.scope)
        added = [n.id for n in inside if n.kind == "startEvent" and n.events and n.id not in had]
        scope = task.internal_data.get("scope")
        race = task.internal_data.get("race") or f"start of {scope or self._c.new.model.id}"
        here = {t.task_spec.bpmn_id for t in self._rivals(race)}
        for name in added:
            task.internal_data["race"] = race
            if name not in here:
                self._new.enter(self._new.place(name, scope, race=race))

    def _open_starts(self, scope: str | None) -> None:
        """Event sub-processes that are new in a scope listen, unless one has interrupted it."""
        holder = self._new.token(scope) if scope else None
        if holder is not None and (
            not isinstance(holder.task_spec, SubProcess)
            or not holder.has_state(TokenState.STARTED)
            or holder.internal_data.get(CLOSING)
        ):
            return
        inside = [t for t in self._new.tokens(scope) if not t.internal_data.get("listener")]
        origins = [self._origin(t) for t in inside]
        if not inside or any(self._listeners.interrupts(o) for o in origins if o):
            return
        origin = self._origin(holder) if holder is not None else None
        for start in self._listeners.added_inside(origin):
            self._new.enter(self._new.place(f"{start}{LISTENER}", scope, listener=True))

    def _open_joins(self, scope: str | None) -> None:
        """A branch that is new in front of a parallel gateway ahead will never bring a token: the
        gateway does not wait for it. (What the branch would have done is offered as not run.)"""
        standing = []
        for task in self._new.tokens(scope):
            marks, origin = task.internal_data, self._origin(task)
            passive = marks.get("listener") or marks.get("attached") or marks.get(BESIDE)
            body = task.task_spec.name.endswith(BODY)
            if origin in self._c.old.model.nodes and not passive and not body:
                came = self._old.tasks[task.id].internal_data.get("flow") or ""
                standing.append((str(origin), came, bool(task.has_state(TokenState.WAITING))))
        starved = self._c.starved(standing)
        for node in self._c.new.model.nodes.values() if starved else ():
            for flow in node.incoming:
                if flow.id in starved:
                    self._new.enter(self._new.place(node.id, scope, flow=flow.id))
