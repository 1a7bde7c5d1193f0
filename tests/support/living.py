"""One instance without a database that moves between versions, and what is seen of it.

Elements of the other version may be called as before with ``other_`` in front; what is seen names
them as before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn.meta import ProcessMeta
from engine.definitions.library import ExecutableDefinition
from engine.feel import to_json
from engine.migration.assess import Assessment, assess
from engine.migration.compare import Comparison
from engine.migration.position import position
from engine.migration.rewrite import Rewriting
from engine.runtime.executor import Executor, executor_of
from tests.support.processes import EVALUATOR, NOON, Life

OTHER = "other_"


def plain(name: str) -> str:
    return name.removeprefix(OTHER)


def loaded(made: Executor, version: int) -> ExecutableDefinition:
    """The process of ``made`` as a deployed version of its own."""
    key, meta = made.model.id, ProcessMeta(made.model.id, "", executable=True)
    return ExecutableDefinition(
        f"d{version}", key, version, NOON, "", "", made.model, meta, EVALUATOR, made._limits
    )


def compared(old: Executor, new: Executor, mapping: Mapping[str, str] | None = None) -> Comparison:
    """Without a ``mapping``: elements that are called other_… now."""
    other = {n: OTHER + n for n in old.model.nodes if OTHER + n in new.model.nodes}
    return Comparison(loaded(old, 1), loaded(new, 2), other if mapping is None else mapping)


class Moving(Life):
    """A life that can move to another version."""

    def look(self, comparison: Comparison) -> Assessment:
        return assess(comparison, position(self.process, dict(self.done)))

    def move(self, comparison: Comparison) -> Moving:
        new = executor_of(comparison.new)
        process = new.new(self.process.variables)
        Rewriting(comparison, self.process, process).run()
        self.process, self.executor = new.load(new.dump(process), process.variables), new
        new.look_again(self.process)
        self._after()
        return self

    def stands_at(self, element: str) -> bool:
        return any(t.task_spec.name == element for t in self.process.tokens())

    @property
    def seen(self) -> tuple[object, ...]:
        """Open tasks, variables, how it ended, where it is stuck, and what was done."""
        variables: dict[str, Any] = {k: to_json(v) for k, v in self.process.variables.items()}
        stuck = self.stuck and plain(self.stuck)
        return (
            sorted(map(plain, self.open)),
            variables,
            self.ended,
            stuck,
            sorted(map(plain, self.trace)),
        )

    def step(self, seed: int, number: int) -> bool:
        """Complete one of the open tasks; False when there is none."""
        offered = sorted(self.open, key=plain)
        if offered:
            self.do(offered[(seed + number * 7) % len(offered)], x=(seed + number) % 9)
        return bool(offered)
