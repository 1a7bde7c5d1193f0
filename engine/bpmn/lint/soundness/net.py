"""What is explored: the token game of one scope, as places for tokens and steps that move them.

Every sequence flow is a place; every flow node is a step that takes tokens from the flows that lead
to it and puts tokens on flows that leave it (R. M. Dijkman, M. Dumas, C. Ouyang, Semantics and
analysis of business process models in BPMN, 2008). A token on the flow to an activity is one at the
activity. Nothing here knows variables: a decision is any of its ways.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from engine.bpmn.lint.document import DiagramFlow, DiagramNode
from engine.bpmn.model import ACTIVITIES

Needs = Literal["any", "all", "inclusive", "complex"]
"""How many of its incoming places a transition needs, by the kind of its flow node."""
Passed = tuple[DiagramNode | DiagramFlow, ...]
"""What a token passes, for telling its way: elements, and flows that were chosen."""


@dataclass(eq=False, slots=True)
class Place:
    """Where a token can be. ``passed`` are the elements that it passes between the two steps, once
    the net has been simplified; it may ``rest`` there, waiting for somebody."""

    source: NetTransition
    target: NetTransition
    number: int
    """Its turn, so that the same diagram always gives the same findings."""
    flow: DiagramFlow | None = None
    passed: Passed = ()
    rests: bool = False

    @property
    def matters(self) -> bool:
        """False when nothing is done here: it makes no difference how often it is passed."""
        return self.rests or any(map(does, self.passed))

    @property
    def waits(self) -> bool:
        """True when a token here may wait for somebody."""
        return self.rests or self.target.rests

    @property
    def works(self) -> bool:
        """True when a token here may be one at an activity."""
        at = (*self.passed, self.target.node)
        return any(isinstance(node, DiagramNode) and node.kind in ACTIVITIES for node in at)


Way = frozenset[Place]
"""The places that get a token when one choice of a transition is taken."""


@dataclass(eq=False, slots=True)
class NetTransition:
    """Moves tokens. It takes one ``any`` of its incoming places holds, or one of each (``all``), or
    waits as inclusive and complex gateways do; then it chooses one of its ``ways``, each with what
    else it passes by them.

    ``extras`` are the non-interrupting boundary events: each puts tokens beside the one that stays.
    ``listeners`` are the places that an inclusive gateway looks at as tokens of their own.
    ``ends`` is ``terminate`` or ``fail`` for what takes away all tokens of the scope.
    """

    node: DiagramNode | None
    needs: Needs = "any"
    ins: list[Place] = field(default_factory=list)
    ways: dict[Way, Passed] = field(default_factory=dict)
    extras: list[tuple[DiagramNode, list[Way]]] = field(default_factory=list)
    listeners: list[set[Place]] = field(default_factory=list)
    ends: Literal["", "terminate", "fail"] = ""
    rests: bool = False
    nodes: Passed = ()
    """The elements of the step, ``node`` the last of them."""
    meet: DiagramNode | None = None
    """Where several flows come together in it."""

    def outs(self) -> list[Place]:
        """The places that it puts tokens on, each once."""
        ways = [*self.ways, *(way for _, spare in self.extras for way in spare)]
        return list(dict.fromkeys(place for way in ways for place in ordered(way)))


class Net:
    """The steps of one scope. ``root`` places the first tokens, one way for each manner in which
    the scope can begin; tokens at ``end`` are gone."""

    def __init__(self) -> None:
        self.root = NetTransition(None)
        self.end = NetTransition(None, ways={frozenset(): ()})
        self.steps: list[NetTransition] = []
        self._numbers = count()

    def place(
        self, source: NetTransition, target: NetTransition, flow: DiagramFlow | None = None
    ) -> Place:
        """A new place between two transitions."""
        place = Place(source, target, next(self._numbers), flow)
        target.ins.append(place)
        return place

    def places(self) -> list[Place]:
        """All places, in the order drawn."""
        return [place for step in (self.root, *self.steps) for place in step.outs()]


def does(passed: DiagramNode | DiagramFlow | None) -> bool:
    """False for what only leads tokens: gateways, events without any effect, and ends, where it is
    usual that several ways meet."""
    if not isinstance(passed, DiagramNode) or passed.kind == "endEvent":
        return False
    return passed.kind in ACTIVITIES or bool(passed.events)


def ordered(way: Way) -> list[Place]:
    """The places of a way, in the order drawn."""
    return sorted(way, key=_number)


def _number(place: Place) -> int:
    return place.number
