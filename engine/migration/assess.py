"""Can an instance go on in another version of its process? Pure: two diagrams and a position.

*Safe*: every active token's element is there in the other version, of the same kind and inside the
same sub-processes. *Mapping*: an element is gone, and somebody must say where its work goes on.
*Blocked*: a token stands where nothing can be moved from, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

from engine.bpmn.model import EVENTS, Loop, Node
from engine.migration.compare import UNDRAWN, Comparison
from engine.migration.graph import JOINS
from engine.migration.listeners import Listeners
from engine.migration.notrun import not_run
from engine.migration.position import Position, Spot, element_of
from engine.migration.taskmeta import task_notes
from engine.runtime.executor import executor_of
from engine.views import (
    MigrationNote,
    MigrationQuestion,
    MigrationStatus,
    MigrationTarget,
    StepToSkip,
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What ``assess`` says of a position."""

    status: MigrationStatus
    at: tuple[str, ...]
    questions: tuple[MigrationQuestion, ...]
    reasons: tuple[MigrationNote, ...]
    not_run: tuple[StepToSkip, ...]
    notes: tuple[MigrationNote, ...]


def assess(comparison: Comparison, position: Position) -> Assessment:
    """Whether an instance that stands like this can go on in the new version."""
    return _Assessor(comparison).verdict(position)


class _Assessor:
    def __init__(self, comparison: Comparison) -> None:
        self._c = comparison
        self._listeners = Listeners(comparison)

    def verdict(self, position: Position) -> Assessment:
        """What is to be said of an instance that stands like this."""
        questions: dict[str, MigrationQuestion] = {}
        reasons: dict[tuple[str, str], MigrationNote] = {}
        for spot in position.spots:
            for remark in self._spot(spot):
                if isinstance(remark, MigrationQuestion):
                    questions[remark.element_id] = remark
                else:
                    reasons.setdefault((remark.code, remark.element_id), remark)
        for note in self._together(position):
            reasons.setdefault((note.code, note.element_id), note)
        for remark in self._undoable(position):
            if isinstance(remark, MigrationQuestion):
                questions.setdefault(remark.element_id, remark)
            else:
                reasons.setdefault((remark.code, remark.element_id), remark)
        movable = not (questions or reasons)
        status: MigrationStatus = "blocked" if reasons else "mapping" if questions else "safe"
        return Assessment(
            status=status,
            at=self._names(position),
            questions=tuple(questions.values()),
            reasons=tuple(reasons.values()),
            not_run=not_run(self._c, position),
            notes=tuple(self._notes(position)) if movable else (),
        )

    def _names(self, position: Position) -> tuple[str, ...]:
        """The elements that work is at; sub-processes only show by what is in them."""
        around = {name for spot in position.spots for name in spot.scope}
        hidden = around | UNDRAWN
        here = [s for s in position.spots if not s.passive and s.spec not in hidden]
        return tuple(dict.fromkeys(self._c.old.element_name(s.element) for s in here))

    def _spot(self, spot: Spot) -> Iterator[MigrationNote | MigrationQuestion]:
        if spot.passive or spot.spec in UNDRAWN or self._c.drops(spot):
            return
        old = self._c.old.model.nodes[spot.element]
        wanted = self._c.target(old.id)
        if wanted is None:
            targets = tuple(self._targets(old))
            if targets:
                yield MigrationQuestion(old.id, old.name or old.id, old.kind, targets)
            else:
                yield self._c.note("gone", old.id, kind=old.kind)
            return
        new = self._c.new.model.nodes[wanted]
        reason = self._differs(spot, old, new)
        if reason is not None:
            yield reason

    def _differs(self, spot: Spot, old: Node, new: Node) -> MigrationNote | None:
        """Why a token cannot stand on ``new`` as it stands on ``old``."""
        if _sort(old) != _sort(new):
            return self._c.note("kind_changed", old.id, was=old.kind, now=new.kind)
        if not spot.beside and self._chain(old.id) != self._c.after.chain(new.id):
            return self._c.note("scope_changed", old.id)
        if not same_rounds(old.loop, new.loop):
            return self._c.note("loop_changed", old.id)
        if spot.waiting and self._gathering(spot, old, new):
            return self._c.note("join_changed", old.id)
        if old.kind == "callActivity" and self._called(old) != self._called(new, now=True):
            was, now = self._called(old), self._called(new, now=True)
            return self._c.note("call_changed", old.id, was=was, now=now)
        if old.kind in ("intermediateThrowEvent", "endEvent") and old.events != new.events:
            return self._c.note("event_changed", old.id)
        return None

    def _chain(self, element: str) -> tuple[str, ...]:
        """The sub-processes around an element of the old version, as the new one calls them."""
        *inner, process = self._c.before.chain(element)
        return (*(self._c.target(scope) or "" for scope in inner), process)

    def _gathering(self, spot: Spot, old: Node, new: Node) -> bool:
        """Tokens wait here for others, which would come by other ways."""
        if old.start_quantity != new.start_quantity:
            return True
        if old.kind not in JOINS:
            return False
        return {self._c.flow(old.id, f.id) for f in old.incoming} != {f.id for f in new.incoming}

    def _called(self, node: Node, *, now: bool = False) -> str:
        definition = self._c.new if now else self._c.old
        call = definition.meta.calls.get(node.id)
        return call.called if call is not None else node.called or ""

    # ------------------------------------------------------------ tokens together

    def _together(self, position: Position) -> Iterator[MigrationNote]:
        """Work that goes on side by side must not come one after the other, or at one place, in
        the new version: it would be done twice."""
        here = [s for s in position.spots if s.flowing and self._c.target(s.element)]
        for one, other in permutations(here, 2):
            rivals = bool(one.race) and one.race == other.race
            if one.scope != other.scope or one.element == other.element or rivals:
                continue
            first, second = self._c.target(one.element) or "", self._c.target(other.element) or ""
            if first == second:
                yield self._c.note(
                    "merged", one.element, other=self._c.old.element_name(other.element)
                )
            elif self._now_after(one, other, first, second):
                yield self._c.note(
                    "order_changed", one.element, other=self._c.new.element_name(second)
                )

    def _now_after(self, one: Spot, other: Spot, first: str, second: str) -> bool:
        joins = self._c.new.model.nodes[second].kind in JOINS
        return (
            not joins
            and second in self._c.after.unsynchronised(first)
            and other.element not in self._c.before.behind([one.element])
        )

    def _undoable(self, position: Position) -> Iterator[MigrationNote | MigrationQuestion]:
        """What has been done must remain what can be undone: an activity that is gone asks which
        one's handler undoes it now."""
        names = {*position.remembered, *(n for s in position.spots for n in s.remembered)}
        old, new = executor_of(self._c.old).handlers, executor_of(self._c.new).handlers
        for name in sorted(names):
            if name not in old or self._c.spec(name) in new:
                continue
            node = self._c.old.model.nodes[element_of(name)]
            targets = () if self._c.target(node.id) else tuple(self._targets(node))
            ending = name[len(node.id) :]
            if able := tuple(t for t in targets if t.element_id + ending in new):
                yield MigrationQuestion(node.id, node.name or node.id, node.kind, able)
            else:
                yield self._c.note("compensation_lost", node.id)

    # ------------------------------------------------------------ where work may go on

    def _targets(self, old: Node) -> Iterator[MigrationTarget]:
        """Elements of the same kind in the same place, the likeliest first."""
        ranked = []
        for node in self._c.new.model.nodes.values():
            if _sort(node) != _sort(old):
                continue
            if not _fits(self._chain(old.id), self._c.after.chain(node.id)):
                continue
            if node.kind == "boundaryEvent" or not same_rounds(old.loop, node.loop):
                continue
            added = node.id not in self._c.old.model.nodes
            likely = added and (self._same_name(old, node) or self._same_place(old, node))
            rank = (not likely, not self._same_name(old, node), not added)
            target = MigrationTarget(node.id, node.name or node.id, likely)
            ranked.append((rank, self._c.after.order[node.id], target))
        yield from (target for _, _, target in sorted(ranked, key=lambda f: f[:2]))

    @staticmethod
    def _same_name(old: Node, new: Node) -> bool:
        return bool(old.name) and old.name.strip().casefold() == new.name.strip().casefold()

    def _same_place(self, old: Node, new: Node) -> bool:
        came, went = self._c.before.neighbours(old.id)
        comes, goes = self._c.after.neighbours(new.id)
        return bool(
            {self._c.target(n) for n in came} & comes or {self._c.target(n) for n in went} & goes
        )

    # ------------------------------------------------------------ what changes

    def _notes(self, position: Position) -> Iterator[MigrationNote]:
        seen: set[tuple[str, str]] = set()
        for note in (*self._task_notes(position.spots), *self._listeners.notes(position)):
            key = (note.code, note.element_id)
            if key not in seen:
                seen.add(key)
                yield note

    def _task_notes(self, spots: Iterable[Spot]) -> Iterator[MigrationNote]:
        for spot in spots:
            wanted = self._c.target(spot.element)
            if spot.passive or wanted is None:
                continue
            old, new = self._c.old.meta.tasks.get(spot.element), self._c.new.meta.tasks.get(wanted)
            if wanted != spot.element:
                yield self._c.note("moved", spot.element, to=self._c.new.element_name(wanted))
            if old is not None and new is not None:
                yield from task_notes(old, new)
            node = self._c.new.model.nodes[wanted]
            if node.kind in EVENTS | {"receiveTask"} and self._c.events_changed(spot.element):
                yield self._c.note("event_changed", wanted, new=True)


def _fits(wanted: tuple[str, ...], chain: tuple[str, ...]) -> bool:
    """Is it the same place? A sub-process that is gone, and not mapped yet, may be any."""
    same = (one in ("", other) for one, other in zip(wanted, chain, strict=False))
    return len(wanted) == len(chain) and all(same)


def _sort(node: Node) -> tuple[object, ...]:
    return node.kind, node.event_triggered, node.for_compensation


def same_rounds(old: Loop | None, new: Loop | None) -> bool:
    """Do two loop characteristics go round alike? Conditions may differ: they are asked anew."""
    if old is None or new is None:
        return old is new

    def rounds(loop: Loop) -> tuple[object, ...]:
        names = (loop.collection, loop.item, loop.output, loop.output_item)
        return (loop.kind, loop.cardinality, *names, loop.behaviour)

    return rounds(old) == rounds(new)
