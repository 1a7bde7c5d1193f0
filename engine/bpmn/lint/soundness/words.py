"""Ways through a diagram in words: the names of what a token passes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lxml import etree

from engine.bpmn.findings import clean
from engine.bpmn.lint.document import Node, Scope
from engine.bpmn.lint.soundness.explore import Path
from engine.bpmn.lint.soundness.moves import Move
from engine.bpmn.lint.soundness.net import Place, Step, does

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
        passed += map(_name, (*last.passed, *last.target.nodes))
    names = [name for name, before in zip(passed, [None, *passed], strict=False) if name != before]
    if len(names) > STEPS:
        names = [*names[:3], "…", *names[-(STEPS - 3) :]]
    text = " → ".join(names)
    return text, text


def _passed(move: Move) -> Iterable[str]:
    for place in move.taken:
        yield from map(_name, place.passed if not move.keeps else ())
    nodes = [*move.step.nodes, *move.passed]
    for number, node in enumerate(nodes, 1):
        chosen = "/".join(place.name for place in move.given if place.name)
        last = number == len(nodes) and len(move.step.ways) > 1 and chosen
        yield f"{_name(node)} [{clean(chosen, _SHOWN)}]" if last else _name(node)


def _name(node: Node) -> str:
    return clean(node.element.get("name") or node.id or node.kind, _SHOWN)


def sources(places: Iterable[Place]) -> Words:
    """Where the flows come from that no token comes by."""
    names = []
    for place in places:
        before = place.passed[-1] if place.passed else place.source.node
        names.append(_name(before) if before is not None else "start")
    names = list(dict.fromkeys(names))
    some = names[:3]
    rest = len(names) - len(some)
    sv, en = ", ".join(some), ", ".join(some)
    return (f"{sv} och {rest} till", f"{en} and {rest} more") if rest else (sv, en)


def work(place: Place, kinds: Collection[str] = ()) -> str:
    """What a token at the place does first; of these ``kinds``, when any are given."""
    after = (*place.passed, place.target.node)
    nodes = [node for node in after if node is not None]
    doing = next((n for n in nodes if (n.kind in kinds if kinds else does(n))), None)
    doing = doing or (nodes[0] if nodes else None)
    return _name(doing) if doing is not None else "?"


def element(step: Step, scope: Scope) -> etree._Element:
    """What a finding about a step is about."""
    return scope.element if step.node is None else step.node.element


def meeting(place: Place, scope: Scope) -> etree._Element:
    """Where tokens come together that go on, one after the other, to the place."""
    node = place.source.meet or place.source.node or place.target.node
    return scope.element if node is None else node.element


def at(place: Place, scope: Scope) -> etree._Element:
    """Where a token at the place is."""
    node = place.passed[0] if place.passed else place.target.node
    return scope.element if node is None else node.element
