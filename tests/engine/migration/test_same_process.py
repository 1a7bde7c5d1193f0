"""An instance that moves, amid any process whatever, to a version that is the same process under
other names, or with a step after all others, goes on as one that has never moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from engine.config.settings import LimitSettings
from engine.errors import StepError
from engine.migration.compare import Comparison
from engine.runtime.executor import Executor
from tests.support.blocks import BLOCKS, Block, Drawing
from tests.support.graphs import graphs
from tests.support.living import OTHER, Moving, compared, plain
from tests.support.processes import FLOWS, executor

STEPS = 40
LIMITS = LimitSettings(tokens=200, steps=300)
IDS = re.compile(r'\b(id|sourceRef|targetRef|attachedToRef)="')


def renamed(body: str) -> str:
    """The same process with other ids, of its elements and of its flows."""

    def flows(found: re.Match[str]) -> str:
        path, condition, rest = found[1].partition(" if ")
        return f"[[{' > '.join(OTHER + n.strip() for n in path.split('>'))}{condition}{rest}]]"

    return FLOWS.sub(flows, IDS.sub(lambda found: f"{found[0]}{OTHER}", body))


def lived(life: Moving, seed: int, move: Callable[[Moving, int], None]) -> Iterator[object]:
    """What is to be seen after each step; ``move`` may change the life before each."""
    try:
        for step in range(STEPS):
            move(life, step)
            yield life.seen
            if not life.step(seed, step):
                return
    except StepError as error:
        # Where a process without end is stopped depends on what was stored in between.
        yield error.kind, "" if error.kind == "budget" else plain(error.element_id)


def at(
    steps: Mapping[int, Comparison], told: list[str] | None = None
) -> Callable[[Moving, int], None]:
    """Moves before these steps; what has not been run is told."""

    def move(life: Moving, step: int) -> None:
        if step in steps and life.ended is None:
            found = life.look(steps[step])
            assert found.status == "safe"
            if told is None:
                assert found.not_run == ()
            else:
                told.extend(n.element_id for n in found.not_run)
            life.move(steps[step])

    return move


def begun(made: Executor, **known: Any) -> Moving:
    try:
        return Moving(made, stored=True, **known)
    except StepError:
        assume(False)
        raise


@settings(max_examples=150, deadline=None, derandomize=True, phases=[Phase.generate])
@given(graph=graphs(), seed=st.integers(0, 50), when=st.integers(0, 8), back=st.integers(1, 6))
def test_any_graph_goes_on_the_same_under_other_names_and_back_under_its_own(
    graph: str, seed: int, when: int, back: int
) -> None:
    old = executor(graph, limits=LIMITS)
    new = executor(renamed(graph), limits=LIMITS)
    there = compared(old, new)
    home = compared(new, old, {wanted: name for name, wanted in there.mapping.items()})
    stayed = list(lived(begun(old, x=0), seed, at({})))
    moved = list(lived(begun(old, x=0), seed, at({when: there, when + back: home})))
    assert stayed == moved


@settings(max_examples=150, deadline=None, derandomize=True, phases=[Phase.generate])
@given(block=BLOCKS, turn=st.integers(0, 2), seed=st.integers(0, 50), when=st.integers(0, 8))
def test_a_step_added_after_all_others_changes_nothing_before_it(
    block: Block, turn: int, seed: int, when: int
) -> None:
    body, first, last = Drawing().draw(block)
    end = '<endEvent id="e"><compensateEventDefinition/></endEvent>'
    begins = f'<startEvent id="s"/>{body}{end}[[s > {first}]]'
    old = executor(f"{begins}[[{last} > e]]", limits=LIMITS)
    longer = renamed(f"{begins}[[{last} > more > e]]").replace(OTHER + "more", "more")
    new = executor(f'{longer}<userTask id="more"/>', limits=LIMITS)
    told: list[str] = []
    ran: list[str] = []
    there = at({when: compared(old, new)}, told)

    def move(life: Moving, step: int) -> None:
        there(life, step)
        while "more" in life.open:
            life.do("more")
            life.trace.remove("more")
            ran.append("more")

    stayed = list(lived(begun(old, turn=turn), seed, at({})))
    life = begun(old, turn=turn)
    moved = list(lived(life, seed, move))
    assert stayed == moved
    # What is undone at its end has come past "more": that is told, and it does not come again.
    assert not (told and ran)
    if life.executor.model is new.model and life.ended == "completed":
        assert set(told + ran) == {"more"}
