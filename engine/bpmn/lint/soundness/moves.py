"""A net made ready to run: states are numbers, a bit for each place that holds a token.

Beyond the places a state has bits that are no tokens: which non-interrupting boundary event has
happened (each does once at most, how often it may is nobody's mistake), and by which flows a
complex gateway has had its tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.bpmn.lint.document import DiagramNode
from engine.bpmn.lint.soundness.net import Net, NetTransition, Passed, Place, Way, ordered


@dataclass(eq=False, slots=True)
class Move:
    """What one step does: it takes the tokens of ``need`` (``without`` must not be there) and puts
    tokens on ``gives``. ``ends`` is that of the step, for what takes all tokens away."""

    step: NetTransition
    need: int
    gives: int
    taken: tuple[Place, ...] = ()
    given: tuple[Place, ...] = ()
    passed: Passed = ()
    without: int = 0
    keeps: bool = False
    ends: str = ""
    clears: int = 0


class Machine:
    """The moves of a net by the state they are possible in."""

    def __init__(self, net: Net):
        self.net = net
        self.places = net.places()
        self.bit = {place: 1 << n for n, place in enumerate(self.places)}
        self._all = (1 << len(self.places)) - 1
        self.tokens = self._all
        """All bits that keep a scope from being done."""
        self._spare = len(self.places)
        self._moves: dict[int, list[Move]] = {}
        self._moving = 0
        """Places whose tokens go on by themselves."""
        self._ready: list[int] = []
        """Sets of places that a join takes together, at once."""
        self._late: list[LookingBack] = []
        for step in (*net.steps, net.end):
            self._add(step)

    def starts(self) -> Iterator[tuple[int, Move]]:
        """The moves that begin the scope."""
        root = self.net.root
        for way in root.ways:
            yield self.mask(way), self._move(root, 0, way, ())

    def enabled(self, state: int) -> Iterator[Move]:
        """The moves that are possible in a state (a bit set of places)."""
        rest = state & self._all
        while rest:
            bit = rest & -rest
            rest ^= bit
            for move in self._moves.get(bit, ()):
                if state & move.need == move.need and not state & move.without:
                    yield move
        if self._late and not self._goes_on(state):
            for late in self._late:
                yield from late.moves(state)

    def marked(self, state: int) -> list[Place]:
        """The places that hold a token."""
        return [place for place, bit in self.bit.items() if state & bit]

    def mask(self, places: Iterable[Place]) -> int:
        """The bit set of some places."""
        return sum(self.bit.get(place, 0) for place in places)

    def _goes_on(self, state: int) -> bool:
        return bool(state & self._moving) or any(state & need == need for need in self._ready)

    def _add(self, step: NetTransition) -> None:
        if step.needs in ("inclusive", "complex") and len(step.ins) > 1:
            width = len(step.ins) if step.needs == "complex" else 0
            self._late.append(LookingBack(self, step, self._spare))
            self.tokens |= ((1 << width) - 1) << self._spare
            self._spare += width
        elif step.needs == "all":
            self._join(step)
        else:
            self._each(step)
        for boundary, ways in step.extras:
            self._beside(step, boundary, ways, 1 << self._spare)
            self._spare += 1

    def _join(self, step: NetTransition) -> None:
        need = self.mask(step.ins)
        if not step.ins or any(place not in self.bit for place in step.ins):
            return  # a flow that nothing comes by
        at = self._moves.setdefault(self.bit[step.ins[0]], [])
        at += [self._move(step, need, way, tuple(step.ins)) for way in step.ways]
        if not any(place.waits for place in step.ins):
            self._ready.append(need)

    def _each(self, step: NetTransition) -> None:
        for place in step.ins:
            bit = self.bit.get(place, 0)
            if bit:
                at = self._moves.setdefault(bit, [])
                at += [self._move(step, bit, way, (place,)) for way in step.ways]
                self._moving |= 0 if place.waits else bit

    def _beside(
        self, step: NetTransition, boundary: DiagramNode, ways: list[Way], mark: int
    ) -> None:
        for place in step.ins:
            bit = self.bit.get(place, 0)
            for way in ways if bit else ():
                gives = self.mask(way) | mark
                given = tuple(ordered(way))
                move = Move(step, bit, gives, (place,), given, (boundary,), mark, keeps=True)
                self._moves.setdefault(bit, []).append(move)

    def _move(self, step: NetTransition, need: int, way: Way, taken: tuple[Place, ...]) -> Move:
        ends = "" if way else step.ends
        given = tuple(ordered(way))
        return Move(step, need, self.mask(way), taken, given, step.ways[way], ends=ends)


class LookingBack:
    """An inclusive or complex gateway where flows meet (BPMN 2.0.2, 13.4.3 and 13.4.5): it waits
    while a token can reach an empty flow and cannot as well reach one that has its token."""

    def __init__(self, machine: Machine, step: NetTransition, first: int):
        self._machine = machine
        self._step = step
        self._ins = machine.mask(step.ins)
        self._complex = step.needs == "complex"
        bits = [machine.bit.get(place, 0) for place in step.ins]
        self._had = [(bit, 1 << (first + n)) for n, bit in enumerate(bits) if self._complex]
        """For each flow of a complex gateway the bit that says that its token has come."""
        self._reset = sum(mark for _, mark in self._had)
        self._reach = self._reaching()

    def moves(self, state: int) -> Iterator[Move]:
        """The moves of this gateway that are possible in a state (a bit set of places)."""
        had = sum(bit for bit, mark in self._had if state & mark)
        here = state & self._ins & ~had
        if state & self._reset:
            if not self._more(state, here | had):
                yield self._move(here, gives=0, clears=self._reset)
        elif here and (self._complex or not self._more(state, here)):
            marks = sum(mark for bit, mark in self._had if bit & here)
            waits = 0 if here == self._ins else marks
            for way in self._step.ways:
                yield self._move(here, self._machine.mask(way) | waits, way)

    def _move(self, need: int, gives: int, way: Way = frozenset(), clears: int = 0) -> Move:
        taken = tuple(self._machine.marked(need))
        passed = self._step.ways.get(way, ())
        return Move(self._step, need, gives, taken, tuple(ordered(way)), passed, clears=clears)

    def _more(self, state: int, filled: int) -> bool:
        empty = self._ins & ~filled
        return any(
            reach & empty and not reach & filled
            for bit, reaches in self._reach
            if state & bit
            for reach in reaches
        )

    def _reaching(self) -> list[tuple[int, list[int]]]:
        """For each place that can, which of the incoming flows a token there can get to without
        passing the gateway; one entry more for each event that waits beside it."""
        into: dict[NetTransition, int] = {}
        for place in self._step.ins:
            todo = [place.source]
            seen: set[NetTransition] = set()
            while todo:
                step = todo.pop()
                if step in seen or step is self._step:
                    continue
                seen.add(step)
                into[step] = into.get(step, 0) | self._machine.bit.get(place, 0)
                todo.extend(before.source for before in step.ins)
        steps = []
        for place, bit in self._machine.bit.items():
            target = place.target
            if target is self._step or target not in into:
                continue
            beside = [sum({self._at(p, into) for p in some}) for some in target.listeners]
            steps.append((bit, [into[target], *beside]))
        return steps

    def _at(self, place: Place, into: dict[NetTransition, int]) -> int:
        own = place.target is self._step
        return self._machine.bit.get(place, 0) if own else into.get(place.target, 0)
