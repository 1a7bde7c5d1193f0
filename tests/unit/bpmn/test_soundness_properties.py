"""Soundness of diagrams that nobody has drawn: blocks are sound, and simplifying hides nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.lint.cycles import Resting
from engine.bpmn.lint.document import Document
from engine.bpmn.lint.soundness.build import build
from engine.bpmn.lint.soundness.explore import Outcome, explore
from engine.bpmn.lint.soundness.simplify import simplify
from tests.support.bpmn import process, tree
from tests.support.drawn import drawn

# A block is a task, or a kind and the blocks inside it.
Block = tuple[str, tuple["Block", ...]]
BLOCKS: st.SearchStrategy[Block] = st.recursive(
    st.sampled_from([("task", ()), ("script", ())]),
    lambda inner: st.tuples(
        st.sampled_from(["sequence", "exclusive", "parallel", "inclusive", "loop", "events"]),
        st.lists(inner, min_size=2, max_size=3).map(tuple),
    ),
    max_leaves=12,
)


def text_of(block: Block) -> tuple[str, dict[str, str]]:
    """The block between a start and an end, as ``drawn`` reads it."""
    chains: list[str] = []
    kinds: dict[str, str] = {}
    numbers = count()

    def new(kind: str) -> str:
        ident = f"n{next(numbers)}"
        kinds[ident] = kind
        return ident

    def draw(block: Block, source: str) -> str:
        """Draw the block behind ``source``, which may be ``x?``; give what it ends at."""
        kind, inner = block
        if kind in ("task", "script"):
            ident = new(kind)
            chains.append(f"{source} > {ident}")
            return ident
        if kind == "sequence":
            for part in inner:
                source = draw(part, source)
            return source
        if kind == "loop":
            merge, choice = new("exclusive"), new("exclusive")
            chains.append(f"{source} > {merge}")
            chains.append(f"{draw(inner[0], merge)} > {choice}")
            chains.append(f"{draw(inner[1], choice + '?')} > {merge}")
            return f"{choice}?"
        split = new("eventBased" if kind == "events" else kind)
        join = new("exclusive" if kind == "events" else kind)
        chains.append(f"{source} > {split}")
        for part in inner:
            way = split if kind == "parallel" else f"{split}?"
            if kind == "events":
                way = new("timer")
                chains.append(f"{split} > {way}")
            chains.append(f"{draw(part, way)} > {join}")
        return join

    chains.append(f"{draw(block, 's')} > e")
    return "; ".join(chains), kinds


def outcome(content: str, prepare: Callable[..., None] = simplify) -> Outcome:
    document = Document(tree(process(content, "proc")), "test.bpmn")
    scope = document.processes[0].scopes[0]
    net = build(scope, Resting([document]).at)
    prepare(net)
    return explore(net)


def as_drawn(net: object) -> None:
    """No simplifying."""


@given(BLOCKS)
@settings(max_examples=60, deadline=None)
def test_what_is_drawn_in_blocks_is_sound(block: Block) -> None:
    text, kinds = text_of(block)
    found = outcome(drawn(text, **kinds))
    assert found.completes
    assert found.complete
    assert not any((found.doubled, found.deadlocks, found.trap, found.endless, found.cut))
    assert found.states <= 1


GATEWAYS = ("exclusive", "parallel", "inclusive")


@st.composite
def tangles(draw: st.DrawFn) -> str:
    """Up to seven tasks and gateways, joined anyhow, then a last task before the end; a task may
    have an event at its border."""
    size = draw(st.integers(2, 7))
    kinds = {
        f"n{n}": draw(st.sampled_from(["task", "script", *GATEWAYS, *GATEWAYS]))
        for n in range(size)
    }
    names = [*kinds, "last"]
    chains = ["s > n0", "last > e"]
    for n, (name, kind) in enumerate(kinds.items()):
        ways = draw(st.integers(1, 3 if kind in GATEWAYS else 1))
        mark = "?" if kind in ("exclusive", "inclusive") and ways > 1 else ""
        # Mostly onwards, or hardly anything would come to an end.
        onwards = st.sampled_from(names[n + 1 :])
        targets = draw(st.lists(onwards | onwards | st.sampled_from(names), min_size=ways,
                                max_size=ways, unique=True) if ways <= len(names) - n - 1
                       else st.lists(st.sampled_from(names), min_size=1, max_size=1))  # fmt: skip
        chains += [f"{name}{mark} > {target}" for target in targets]
        if kind == "task" and draw(st.integers(0, 3)) == 0:
            mark = draw(st.sampled_from("@~"))
            chains.append(f"{name}{mark} > {draw(onwards)}")
    return drawn("; ".join(chains), **kinds)


@given(tangles())
@settings(max_examples=60, deadline=None)
def test_simplifying_hides_nothing_and_invents_nothing(content: str) -> None:
    plain, simple = outcome(content, as_drawn), outcome(content)
    assert simple.states <= plain.states
    assert (simple.completes, bool(simple.doubled)) == (plain.completes, bool(plain.doubled))
    if not plain.doubled:
        assert bool(simple.deadlocks) == bool(plain.deadlocks)
        assert bool(simple.trap) == bool(plain.trap)
        assert simple.hopeless == plain.hopeless
