"""Any block-structured process does the same whether its state is stored between steps or not,
and ends when all its blocks have been gone through."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config.settings import LimitSettings
from engine.errors import StepError
from tests.support.blocks import BLOCKS, Block, Drawing
from tests.support.processes import Life, executor


def steps(life: Life, pick: Callable[[int], int]) -> Iterator[tuple[object, ...]]:
    """Complete one open task after the other; what is to be seen after each."""
    for _ in range(150):
        offered = life.open
        yield tuple(offered), life.ended, life.stuck, dict(life.done)
        if not offered:
            return
        life.do(offered[pick(len(offered))])


@settings(max_examples=150, deadline=None)
@given(block=BLOCKS, turn=st.integers(0, 2), seed=st.integers(0, 1000))
def test_a_process_goes_the_same_way_with_its_state_stored_between_all_steps(
    block: Block, turn: int, seed: int
) -> None:
    body, first, last = Drawing().draw(block)
    # In the end, all that can be undone is undone: what is remembered must have been kept.
    end = '<endEvent id="e"><compensateEventDefinition/></endEvent>'
    made = executor(
        f'<startEvent id="s"/>{body}{end}[[s > {first}]][[{last} > e]]',
        limits=LimitSettings(tokens=300),
    )
    seen = []
    for stored in (False, True):
        try:
            life = Life(made, stored=stored, turn=turn)
            seen.append(list(steps(life, lambda size: (seed * 7 + size) % size)))
        except StepError as error:
            seen.append([error.kind])
    straight, kept = seen
    assert straight == kept
    if straight != ["budget"]:
        assert straight[-1][1] == "completed" or len(straight) == 150
