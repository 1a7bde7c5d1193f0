"""Activities that are done several times: standard loops and multi-instances."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.task import Task

from engine.bpmn.model import Loop, Node
from engine.definitions.evaluation import shown, unevaluable
from engine.errors import StepError
from engine.runtime.spiff import events
from engine.runtime.spiff.activities import ActivitySpec
from engine.runtime.spiff.marks import LOOPS_APART, NEW, OWN
from engine.runtime.spiff.specs import Spec, evaluate, truth
from engine.runtime.spiff.workflow import ACTIVE, TokenTree

BODY = " [body]"
"""Ends the name of the spec that does one round; the wrapper around it has the element's own name.
"""


class Repeated(ActivitySpec):
    """The wrapper of an activity that is done several times; its body is a spec of its own."""

    def __init__(self, wf_spec: WorkflowSpec, node: Node, most: int) -> None:
        super().__init__(wf_spec, node)
        self.visible = False
        self.most = most

    @property
    def loop(self) -> Loop:
        loop = self.node.loop
        if loop is None:
            raise ValueError(f"{self.bpmn_id} is not repeated")
        return loop

    def scope(self, process: TokenTree) -> dict[str, Any]:
        """The mark that makes each round a data scope of its own; none where it is not."""
        raise NotImplementedError

    def body(self, task: Task, index: int, /, **local: Any) -> None:
        process: TokenTree = task.workflow
        own = self.scope(process)
        child = process.place(f"{self.bpmn_id}{BODY}", task.id.hex, index=index, **own)
        child.data.update({"loopCounter": Decimal(index + 1), **local})
        process.enter(child)

    def act(self, task: Task) -> bool:
        if task.internal_data.get("inside_done"):
            return True
        return self.begin_rounds(task)

    def begin_rounds(self, task: Task) -> bool:
        """Start the first rounds; True when there is nothing to do."""
        raise NotImplementedError

    def finish(self, task: Task) -> None:
        """All rounds are over."""
        task.internal_data["inside_done"] = True
        for other in list(task.workflow.tokens(task.id.hex)):
            task.workflow.cancel_token(other)
        task._ready()

    def inside_done(self, task: Task) -> None:
        """Rounds end one by one, in ``round_done``."""

    def round_done(self, task: Task, body: Task) -> None:
        raise NotImplementedError


class StandardLoop(Repeated):
    """Again while the condition holds, and at most ``maximum`` times (BPMN 2.0.2, 13.3.6). The
    condition sees what the round that is done has set."""

    def scope(self, process: TokenTree) -> dict[str, Any]:
        return {OWN: NEW} if LOOPS_APART in process.marks else {}

    def _again(self, task: Task, done: int, /, **local: Any) -> bool:
        loop = self.loop
        if loop.maximum is not None and done >= loop.maximum:
            return False
        if loop.condition is None:
            return loop.maximum is not None
        if done == 0 and not loop.test_before:
            return True
        what = f"the loop condition of {self.bpmn_id}"
        return truth(task, loop.condition, what, **{**local, "loopCounter": Decimal(done)})

    def begin_rounds(self, task: Task) -> bool:
        if not self._again(task, 0):
            return True
        self.body(task, 0)
        return False

    def round_done(self, task: Task, body: Task) -> None:
        done = int(body.internal_data["index"]) + 1
        seen = body.data if OWN in body.internal_data else {}
        if self._again(task, done, **seen):
            self.body(task, done)
        else:
            self.finish(task)


class MultiInstance(Repeated):
    """Once for each item, or ``cardinality`` times; all at once or one after the other, until
    the completion condition holds (BPMN 2.0.2, 13.3.7)."""

    def scope(self, process: TokenTree) -> dict[str, Any]:
        return {OWN: True} if process.layered else {}

    def _items(self, task: Task) -> Sequence[Any]:
        items = self._counted(task) if self.loop.cardinality else self._collected(task)
        if len(items) > self.most:
            text = f"{self.bpmn_id} would run {len(items)} times; at most {self.most}"
            raise StepError(self.bpmn_id, text, kind="budget")
        return items

    def _counted(self, task: Task) -> Sequence[Any]:
        text, what = self.loop.cardinality or "", f"the cardinality of {self.bpmn_id}"
        value = evaluate(task, text, what)
        try:
            number = -1 if isinstance(value, bool) else int(value)
        except (TypeError, ValueError, OverflowError):
            number = -1
        if number >= 0 and (not isinstance(value, Decimal) or value == number):
            return range(min(number, sys.maxsize))
        problem = f"it gave {shown(value)}, not a number of rounds"
        raise unevaluable(self.bpmn_id, what, text, problem, task.workflow.context(task))

    def _collected(self, task: Task) -> Sequence[Any]:
        name, known = self.loop.collection or "", task.workflow.context(task)
        what = f"the collection of {self.bpmn_id}"
        value = evaluate(task, name, what) if name.startswith("=") else known.get(name)
        if isinstance(value, list):
            return value
        problem = f"it is {shown(value)}, and must be a list to go over"
        raise unevaluable(self.bpmn_id, what, name, problem, known)

    def begin_rounds(self, task: Task) -> bool:
        items = self._items(task)
        task.internal_data["rounds_total"] = len(items)
        task.internal_data["rounds_done"] = 0
        if self.loop.output:
            task.workflow.write({self.loop.output: [None] * len(items)}, task)
        if not items:
            return True
        if self.loop.kind == "sequential":
            items = items[:1]
        for index, item in enumerate(items):
            self._round(task, index, item)
        return False

    def _round(self, task: Task, index: int, item: Any) -> None:
        local = {} if self.loop.cardinality or not self.loop.item else {self.loop.item: item}
        if self.loop.output_item and not self.loop.output_item.startswith("="):
            local[self.loop.output_item] = None
        self.body(task, index, **local)

    def round_done(self, task: Task, body: Task) -> None:
        process: TokenTree = task.workflow
        index = int(body.internal_data["index"])
        marks = task.internal_data
        marks["rounds_done"] += 1
        self._collect(process, task, body, index)
        total, done = marks["rounds_total"], marks["rounds_done"]
        counts: dict[str, Any] = {
            "numberOfInstances": Decimal(total),
            "numberOfCompletedInstances": Decimal(done),
            "numberOfActiveInstances": Decimal(sum(1 for _ in self._running(task))),
        }
        self._throw(task, done, {**body.data, **counts})
        if not task.has_state(ACTIVE):
            return
        condition = self.loop.condition
        what = f"the completion condition of {self.bpmn_id}"
        enough = condition is not None and truth(task, condition, what, **{**body.data, **counts})
        if enough or done >= total:
            self.finish(task)
        elif self.loop.kind == "sequential":
            self._round(task, index + 1, self._items(task)[index + 1])

    def _throw(self, task: Task, done: int, local: dict[str, Any]) -> None:
        """The events of behaviours None (at each completion), One (at the first) and Complex (each
        whose condition holds); boundary events catch them (BPMN 2.0.2, Table 10.27)."""
        if self.loop.behaviour == "One" and done > 1:
            return
        for condition, event in self.loop.events:
            if task.has_state(ACTIVE) and (
                condition is None
                or truth(task, condition, f"a complex behaviour of {self.bpmn_id}", **local)
            ):
                events.throw(task.workflow, event, task)

    def _running(self, task: Task) -> Iterator[Task]:
        process: TokenTree = task.workflow
        return process.tokens(task.id.hex)

    def _collect(self, process: TokenTree, task: Task, body: Task, index: int) -> None:
        loop = self.loop
        if not loop.output or not loop.output_item:
            return
        collected = list(process.context(task).get(loop.output) or [])
        if index < len(collected):
            computed = loop.output_item.startswith("=")
            collected[index] = (
                evaluate(body, loop.output_item) if computed else body.data.get(loop.output_item)
            )
        process.write({loop.output: collected}, task)


def body_of(spec_class: type[Spec]) -> type[Spec]:
    """The class of a repeated activity's body: when it is done, it reports to its wrapper
    instead of leaving by sequence flows."""

    class Body(spec_class):  # type: ignore[misc, valid-type]
        def leave(self, task: Task) -> None:
            holder = task.workflow.token(task.internal_data["scope"])
            if holder is not None:
                holder.task_spec.round_done(holder, task)

    Body.__name__ = f"{spec_class.__name__}Body"
    return Body
