"""Ways through a diagram in words: the names of what a token passes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lxml import etree

from engine.bpmn.findings import clean
from engine.bpmn.lint.document import DiagramNode, Scope
from engine.bpmn.lint.soundness.explore import Path
from engine.bpmn.lint.soundness.moves import Move
from engine.bpmn.lint.soundness.net import NetTransition, Passed, Place, does

STEPS = 8
"""Elements that a way names at most: its beginning and its end."""
_SHOWN = 24
"""Characters of a name on a way."""
Words = tuple[str, str]
"""The same in Swedish and in English."""


def path(moves: Path, last: Place | None = None) -> Words:
    """``Start → Beslut [nej] → Rätta``, the middle of a long way left out; at its end what is
    passed on the ``last`` place and the step that it leads to."""
    passed = [name for move in moves for name in _passed(move)]
    if last is not None:
        passed += _names((*last.passed, *last.target.nodes))
    names = [name for name, before in zip(passed, [None, *passed], strict=False) if name != before]
    if len(names) > STEPS:
        names = [*names[:3], "…", *names[-(STEPS - 3) :]]
    text = " → ".join(names)
    return text, text


def _passed(move: Move) -> list[str]:
    """What a move passes; a choice with what the flow that it took is called."""
    before = () if move.keeps else (mark for place in move.taken for mark in place.passed)
    chosen = [place.flow for place in move.given if place.flow and len(move.step.ways) > 1]
    return _names((*before, *move.step.nodes, *move.passed, *chosen))


def _names(passed: Passed) -> list[str]:
    names: list[str] = []
    for mark in passed:
        if isinstance(mark, DiagramNode):
            names.append(_name(mark))
        elif names and mark.element.get("name"):
            names[-1] += f" [{clean(mark.element.get('name'), _SHOWN)}]"
    return names


def _name(node: DiagramNode) -> str:
    return clean(node.element.get("name") or node.id or node.kind, _SHOWN)


def sources(places: Iterable[Place]) -> Words:
    """Where the flows come from that no token comes by."""
    names = []
    for place in places:
        before = [place.source.node, *place.passed]
        nodes = [mark for mark in before if isinstance(mark, DiagramNode)]
        names.append(_name(nodes[-1]) if nodes else "start")
    names = list(dict.fromkeys(names))
    some = names[:3]
    rest = len(names) - len(some)
    sv, en = ", ".join(some), ", ".join(some)
    return (f"{sv} och {rest} till", f"{en} and {rest} more") if rest else (sv, en)


def activities_at(place: Place, kinds: Collection[str] = ()) -> str:
    """What a token at the place does first; of these ``kinds``, when any are given."""
    nodes = _nodes(place)
    doing = next((n for n in nodes if (n.kind in kinds if kinds else does(n))), None)
    doing = doing or (nodes[0] if nodes else None)
    return _name(doing) if doing is not None else "?"


def element(step: NetTransition, scope: Scope) -> etree._Element:
    """What a finding about a step is about."""
    return scope.element if step.node is None else step.node.element


def meeting(place: Place, scope: Scope) -> etree._Element:
    """Where tokens come together that go on, one after the other, to the place."""
    node = place.source.meet or place.source.node or place.target.node
    return scope.element if node is None else node.element


def at(place: Place, scope: Scope) -> etree._Element:
    """Where a token at the place is."""
    nodes = _nodes(place)
    return nodes[0].element if nodes else scope.element


def _nodes(place: Place) -> list[DiagramNode]:
    """The elements that a token at the place may be at."""
    return [mark for mark in (*place.passed, place.target.node) if isinstance(mark, DiagramNode)]
