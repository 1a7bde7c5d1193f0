"""Tokens that hold others: sub-processes, event sub-processes, loops and multi-instances."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import Loop, Node
from engine.runtime.spiff.specs import Activity, CatchEvent, Spec, kept_marks, listens_again
from engine.runtime.spiff.workflow import Process, StepError


def open_scope(process: Process, scope: str | None, scope_id: str) -> None:
    """Start what is drawn in a process or sub-process: first its listeners, then its starts.

    Without a start event, everything that nothing leads to starts (BPMN 2.0.2, 10.5.2).
    """
    inside = list(process.spec.inside(scope_id))
    for node in inside:
        if node.event_triggered:
            process.spec.task_specs[node.id].start_listening(process, scope)
    starts = [n for n in inside if n.kind == "startEvent"]
    starts = [n for n in starts if not n.events] or starts
    if not starts:
        starts = [n for n in inside if begins_by_itself(n)]
    placed = [process.place(n.id, scope) for n in starts]
    for task in placed:
        process.enter(task)
    if not placed:
        process.close_scope(scope)


def begins_by_itself(node: Node) -> bool:
    """Starts with its scope when the scope draws no start event."""
    return (
        not node.incoming
        and node.kind != "boundaryEvent"
        and not node.event_triggered
        and not node.for_compensation
        and not any(e.kind == "link" for e in node.events if node.kind == "intermediateCatchEvent")
    )


class SubProcess(Activity):
    """An embedded sub-process: its token is the scope of the tokens inside."""

    def act(self, task: Task) -> bool:
        if task.internal_data.get("inside_done"):
            return True
        open_scope(task.workflow, task.id.hex, self.bpmn_id)
        return bool(task.internal_data.get("inside_done"))

    def inside_done(self, task: Task) -> None:
        task.internal_data["inside_done"] = True
        if not task.has_state(TaskState.READY):  # that is: not in the middle of ``act``
            task._ready()


class EventSubProcess(SubProcess):
    """A sub-process that an event starts, while the scope around it is active.

    Its start event listens in that scope. Interrupting: everything else in the scope is taken
    away. Otherwise a new listener takes the old one's place (BPMN 2.0.2, 10.3.5).
    """

    def start_listening(self, process: Process, scope: str | None, **marks: Any) -> None:
        for node in process.spec.inside(self.bpmn_id):
            if node.kind == "startEvent" and node.events:
                name = f"{node.id}{LISTENER}"
                process.enter(process.place(name, scope, listener=True, **marks))

    def triggered(self, process: Process, listener: Task) -> None:
        scope = listener.internal_data.get("scope")
        spec = listener.task_spec
        data = dict(listener.data)
        if spec.node.interrupting:
            for other in list(process.tokens(scope)):
                process.cancel_token(other)
        else:
            process.cancel_token(listener)
            if listens_again(spec, listener):
                marks = kept_marks(listener)
                process.enter(process.place(spec.name, scope, listener=True, **marks))
        task = process.place(self.name, scope, start=spec.node.id)
        task.data.update(data)
        process.enter(task)

    def act(self, task: Task) -> bool:
        if task.internal_data.get("inside_done"):
            return True
        process: Process = task.workflow
        process.enter(process.place(task.internal_data["start"], task.id.hex, fired=True))
        return False

    def choose(self, task: Task) -> list[Any]:
        return []


LISTENER = " [listener]"


class Listener(CatchEvent):
    """The start event of an event sub-process, as its surrounding scope sees it."""

    def __init__(self, wf_spec: WorkflowSpec, node: Node, owner: str) -> None:
        super().__init__(wf_spec, node, f"{node.id}{LISTENER}")
        self.owner = owner
        self.visible = False

    def fire(self, task: Task) -> None:
        process: Process = task.workflow
        process.spec.task_specs[self.owner].triggered(process, task)


# -------------------------------------------------------------------------------- repetition

BODY = " [body]"


class Repeated(Activity):
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

    def body(self, task: Task, index: int, **local: Any) -> None:
        process: Process = task.workflow
        child = process.place(f"{self.bpmn_id}{BODY}", task.id.hex, index=index)
        child.data.update(loopCounter=Decimal(index + 1), **local)
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
    """Again while the condition holds, and at most ``maximum`` times (BPMN 2.0.2, 13.3.6)."""

    def _again(self, task: Task, done: int) -> bool:
        loop = self.loop
        if loop.maximum is not None and done >= loop.maximum:
            return False
        if loop.condition is None:
            return loop.maximum is not None
        if done == 0 and not loop.test_before:
            return True
        context = {**task.data, "loopCounter": Decimal(done)}
        return bool(_evaluate(task, loop.condition, context))

    def begin_rounds(self, task: Task) -> bool:
        if not self._again(task, 0):
            return True
        self.body(task, 0)
        return False

    def round_done(self, task: Task, body: Task) -> None:
        done = int(body.internal_data["index"]) + 1
        if self._again(task, done):
            self.body(task, done)
        else:
            self.finish(task)


class MultiInstance(Repeated):
    """Once for each item, or ``cardinality`` times; all at once or one after the other, until
    the completion condition holds (BPMN 2.0.2, 13.3.7)."""

    def _items(self, task: Task) -> list[Any]:
        loop = self.loop
        if loop.cardinality:
            value = _evaluate(task, loop.cardinality, {})
            try:
                count = int(value)
            except (TypeError, ValueError):
                raise StepError(
                    self.bpmn_id, f"the cardinality of {self.bpmn_id} is {value!r}, not a number"
                ) from None
            items: list[Any] = list(range(min(count, self.most + 1)))
        else:
            name = loop.collection or ""
            value = task.workflow.context(task).get(name)
            if not isinstance(value, list):
                raise StepError(
                    self.bpmn_id, f"{name} is {value!r}; {self.bpmn_id} needs a list to go over"
                )
            items = value
        if len(items) > self.most:
            raise StepError(
                self.bpmn_id, f"{self.bpmn_id} would run {len(items)} times; at most {self.most}"
            )
        return items

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
        if self.loop.output_item:
            local[self.loop.output_item] = None
        self.body(task, index, **local)

    def round_done(self, task: Task, body: Task) -> None:
        process: Process = task.workflow
        index = int(body.internal_data["index"])
        marks = task.internal_data
        marks["rounds_done"] += 1
        self._collect(process, task, body, index)
        total, done = marks["rounds_total"], marks["rounds_done"]
        counts = {
            "numberOfInstances": Decimal(total),
            "numberOfCompletedInstances": Decimal(done),
            "numberOfActiveInstances": Decimal(sum(1 for _ in self._running(task))),
        }
        condition = self.loop.condition
        enough = condition is not None and bool(_evaluate(task, condition, {**body.data, **counts}))
        if enough or done >= total:
            self.finish(task)
        elif self.loop.kind == "sequential":
            self._round(task, index + 1, self._items(task)[index + 1])

    def _running(self, task: Task) -> Iterator[Task]:
        process: Process = task.workflow
        return process.tokens(task.id.hex)

    def _collect(self, process: Process, task: Task, body: Task, index: int) -> None:
        loop = self.loop
        if not loop.output or not loop.output_item:
            return
        collected = list(process.context(task).get(loop.output) or [])
        if index < len(collected):
            collected[index] = body.data.get(loop.output_item)
        process.write({loop.output: collected}, task)


def _evaluate(task: Task, text: str, local: dict[str, Any]) -> Any:
    kept = task.data
    task.data = {**kept, **local}
    try:
        return task.workflow.evaluate(text, task)
    finally:
        task.data = kept


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
