"""Any graph whatever, drawn by chance: whether its state is stored, read and pruned between all
steps or none of it, the same tasks are open, the same variables set, and it ends the same way.

What is drawn need not make sense: loops without end, tokens that pile up and joins that wait for
ever are outcomes like any other, and must be the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.config.settings import LimitSettings
from engine.errors import StepError
from engine.feel import to_json
from engine.runtime.executor import Executor
from tests.support.graphs import graphs
from tests.support.processes import Life, executor

STEPS = 40


class Unpruned(Life):
    """Keeps every finished token."""

    def begin_with(self, made: Executor, known: dict[str, Any]) -> Any:
        process = made.new(known)
        process.prune = lambda: None  # type: ignore[method-assign]
        return process


def lived(life: Life, seed: int) -> Iterator[tuple[object, ...]]:
    """What is to be seen after each step."""
    for step in range(STEPS):
        offered = life.open
        variables = {k: to_json(v) for k, v in life.process.variables.items()}
        yield tuple(offered), variables, life.ended, life.stuck, dict(life.done)
        if not offered:
            return
        life.do(offered[(seed + step * 7) % len(offered)], x=(seed + step) % 9)


@settings(max_examples=100, deadline=None, derandomize=True, phases=[Phase.generate])
@given(graph=graphs(), seed=st.integers(0, 50))
def test_any_graph_goes_the_same_way_stored_and_pruned_or_not(graph: str, seed: int) -> None:
    made = executor(graph, limits=LimitSettings(tokens=200, steps=300))
    seen = []
    for kind, stored in ((Unpruned, False), (Life, False), (Life, True)):
        steps: list[object] = []
        try:
            for step in lived(kind(made, stored=stored, x=0), seed):
                steps.append(step)
        except StepError as error:
            steps.append((error.kind, error.element_id))
        seen.append(steps)
    unpruned, straight, kept = seen
    assert straight == kept
    if not any(isinstance(step, tuple) and step[0] == "budget" for step in unpruned):
        assert unpruned == straight
    # A token never vanishes: what has not ended is open, or stuck, or has an error.
    last = straight[-1]
    assert isinstance(last, tuple)
    if len(last) == 5:
        offered, _, ended, stuck, _ = last
        assert bool(offered) + (ended is not None) + (stuck is not None) == 1
