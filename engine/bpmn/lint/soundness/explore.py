"""The states that a net can get into, and what is wrong with some of them.

Every step that can move is followed, nearest states first, so that what is found is told with a
shortest way to it. A second token on a place is not followed: that is a finding already.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from time import monotonic

from engine.bpmn.lint.graph import circles
from engine.bpmn.lint.soundness.moves import Machine, Move
from engine.bpmn.lint.soundness.net import Net, NetTransition, Place

DONE = 0
"""The state in which the scope has come to its end."""
FAILED = -1
"""The state in which the scope has been left by an error."""
LOOK = 16
"""States between two looks at the clock."""

Path = tuple[Move, ...]
"""A way through the net: the moves that were made, in turn."""


@dataclass(slots=True)
class Outcome:
    """How the token game of a scope can go.

    ``doubled``: places that a second token comes to.
    ``deadlocks``: places before a join where a token stays for ever, with those that the join
    waits for.
    ``cut``: ends that take away a token at an activity, and where that token was.
    ``trap``: places in a circle that no way leads out of, though there was one before.
    ``endless``: places in a circle that nothing ever led out of, where somebody is waited for.
    ``complete`` is False when not all was looked at; ``hopeless`` is True when every run ends in a
    deadlock.
    """

    completes: bool = False
    fails: bool = False
    complete: bool = True
    hopeless: bool = False
    states: int = 0
    doubled: list[tuple[Place, Path]] = field(default_factory=list)
    deadlocks: list[tuple[Place, tuple[Place, ...], Path]] = field(default_factory=list)
    cut: list[tuple[NetTransition, Place, Path]] = field(default_factory=list)
    trap: list[tuple[Place, Path]] = field(default_factory=list)
    endless: list[Place] = field(default_factory=list)


def explore(net: Net, *, states: int = 5_000, until: float | None = None) -> Outcome:
    """Look at no more than ``states`` states, and stop soon after the monotonic time ``until``."""
    return _Exploration(net, states, until).run()


class _Exploration:
    def __init__(self, net: Net, states: int, until: float | None):
        self._machine = Machine(net)
        self._most = states
        self._until = until
        self._came: dict[int, tuple[int, Move]] = {}
        """How each state was reached first; a start comes from itself."""
        self._next: dict[int, list[int]] = {}
        self._unfollowed: set[int] = set()
        """States with a move that was not followed, to two tokens on a place."""
        self._queue: deque[int] = deque()
        self._main = _main_course(net)
        self._ending = _ending(net)
        self._out = Outcome()

    def run(self) -> Outcome:
        """Explore the net and give what was seen."""
        out = self._out
        for state, move in self._machine.starts():
            self._reach(state, state, move)
        first = list(self._came)
        while self._queue:
            if len(self._next) >= self._most or self._late():
                out.complete = False
                break
            state = self._queue.popleft()
            self._next[state] = [
                after
                for move in self._machine.enabled(state)
                if (after := self._after(state, move)) is not None
            ]
        out.completes = DONE in self._came
        out.states = len(self._next)
        self._judge(first)
        return out

    def _late(self) -> bool:
        return (
            self._until is not None
            and len(self._next) % LOOK == LOOK - 1
            and monotonic() > self._until
        )

    def _reach(self, state: int, before: int, move: Move) -> None:
        if state not in self._came:
            self._came[state] = (before, move)
            if state not in (DONE, FAILED):
                self._queue.append(state)

    def _after(self, state: int, move: Move) -> int | None:
        """The state that a move leads to; None when it puts a second token on a place."""
        rest = state if move.keeps else state & ~(move.need | move.clears)
        if move.ends:
            after = self._stop(state, rest, move)
        elif rest & move.gives:
            self._double(state, move, rest & move.gives)
            return None
        else:
            after = rest | move.gives
            after = after if after & self._machine.tokens else DONE
        self._reach(after, state, move)
        return after

    def _stop(self, state: int, rest: int, move: Move) -> int:
        """An end takes all tokens away."""
        if move.ends == "fail":
            self._out.fails = True
            return FAILED
        if all(step is not move.step for step, _, _ in self._out.cut):
            cut_short = [
                place
                for place in self._machine.marked(rest)
                if place.works and place in self._main and place in self._ending
            ]
            if cut_short:
                self._out.cut.append((move.step, cut_short[0], self._path(state, move)))
        return DONE

    def _double(self, state: int, move: Move, double: int) -> None:
        self._unfollowed.add(state)
        for place in self._machine.marked(double):
            if all(place not in _after_place(doubled) for doubled, _ in self._out.doubled):
                self._out.doubled.append((place, self._path(state, move)))

    def _path(self, state: int, *last: Move) -> Path:
        moves = list(last)
        while True:
            before, move = self._came[state]
            moves.insert(0, move)
            if before == state:
                return tuple(moves)
            state = before

    # ------------------------------------------------------------ judging

    def _judge(self, first: list[int]) -> None:
        """What is wrong with the states from which none leads to an end: those where nothing moves
        any more are told even when not all states are known."""
        ways = self._next
        for state, after in ways.items():
            if not after and state not in self._unfollowed:
                self._deadlocks_in([state])
        if not self._out.complete:
            return
        lost = self._lost()
        hopeless = bool(first) and lost.issuperset(first) and not self._unfollowed
        parts = [part for part in circles(lost, ways.__getitem__) if self._closed(part)]
        for part in parts:
            if self._deadlocks_in(part):
                continue
            hopeless = False
            state = next(s for s in self._came if s in set(part))
            place = self._machine.marked(state)[0]
            if lost.issuperset(first):
                self._out.endless += [p for p in self._machine.marked(state) if p.waits]
            else:
                self._out.trap.append((place, self._path(state)))
        self._out.hopeless = hopeless and bool(self._out.deadlocks)

    def _lost(self) -> set[int]:
        """The states from which no end can be reached, nor what was not followed."""
        back: dict[int, list[int]] = {}
        for state, after in self._next.items():
            for following in after:
                back.setdefault(following, []).append(state)
        good = {DONE, FAILED} | self._unfollowed
        todo = list(good)
        while todo:
            for state in back.get(todo.pop(), ()):
                if state not in good:
                    good.add(state)
                    todo.append(state)
        return {state for state in self._next if state not in good}

    def _closed(self, part: list[int]) -> bool:
        inside = set(part)
        return all(after in inside for state in part for after in self._next[state])

    def _deadlocks_in(self, part: list[int]) -> bool:
        """Tell the joins at which a token stays through all these states."""
        always = part[0]
        for state in part:
            always &= state
        progress = False
        for place in self._machine.marked(always):
            step = place.target
            if step.needs == "any":
                continue
            if any(m.step is step for s in part for m in self._machine.enabled(s)):
                continue
            progress = True
            if all(other.target is not step for other, _, _ in self._out.deadlocks):
                missing = tuple(p for p in step.ins if not always & self._machine.bit.get(p, 0))
                state = next(s for s in self._came if s in set(part))
                self._out.deadlocks.append((place, missing, self._path(state)))
        return progress


def _main_course(net: Net) -> set[Place]:
    """The places that tokens get to without a non-interrupting event."""
    places: set[Place] = set()
    todo = [net.root]
    while todo:
        for way in todo.pop().ways:
            for place in way - places:
                places.add(place)
                todo.append(place.target)
    return places


def _ending(net: Net) -> set[Place]:
    """The places from which a token can come to an end of its own."""
    steps = (*net.steps, net.end)
    todo = [step for step in steps if frozenset() in step.ways]
    places: set[Place] = set()
    while todo:
        for place in todo.pop().ins:
            if place not in places:
                places.add(place)
                todo.append(place.source)
    return places


def _after_place(place: Place) -> set[Place]:
    """The place and all that a token can get to from there."""
    places = {place}
    todo = [place.target]
    while todo:
        for following in todo.pop().outs():
            if following not in places:
                places.add(following)
                todo.append(following.target)
    return places
