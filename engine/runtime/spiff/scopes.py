"""Tokens that hold others: sub-processes, event sub-processes and transactions."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import Node
from engine.errors import StepError
from engine.runtime.spiff.activities import ActivitySpec
from engine.runtime.spiff.events import CatchEvent, listens_again, stored_marks
from engine.runtime.spiff.workflow import TokenTree


def open_scope(process: TokenTree, scope: str | None, scope_id: str) -> None:
    """Start what is drawn in a process or sub-process: first its listeners, then its starts.

    Without a start event, everything that nothing leads to starts (BPMN 2.0.2, 10.5.2). Start
    events that wait are alternatives: the first to happen takes the others away (13.2).
    """
    start_listeners(process, scope, scope_id)
    inside = list(process.spec.inside(scope_id))
    starts = [n for n in inside if n.kind == "startEvent"]
    plain = [n for n in starts if not n.events]
    marks: dict[str, Any] = {}
    if len(starts) > 1 and not plain:
        marks["race"] = f"start of {scope or scope_id}"
    chosen = plain or starts or [n for n in inside if begins_by_itself(n)]
    placed = [process.place(n.id, scope, **marks) for n in chosen]
    for task in placed:
        process.enter(task)
    if not placed:
        process.close_scope(scope)


def start_listeners(process: TokenTree, scope: str | None, scope_id: str) -> None:
    """Let the event sub-processes of a scope wait for their events."""
    for node in process.spec.inside(scope_id):
        if node.event_triggered:
            process.spec.task_specs[node.id].start_listening(process, scope)


def begins_by_itself(node: Node) -> bool:
    """Starts with its scope when the scope draws no start event."""
    return (
        not node.incoming
        and node.kind != "boundaryEvent"
        and not node.event_triggered
        and not node.for_compensation
        and not any(e.kind == "link" for e in node.events if node.kind == "intermediateCatchEvent")
    )


class SubProcess(ActivitySpec):
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


class Transaction(SubProcess):
    """A sub-process that a cancel end event inside it takes back (``compensation.cancel``)."""

    def compensated(self, task: Task) -> None:
        # Of a repeated transaction, the boundary is its wrapper's: all instances end with it.
        around = (task.id.hex, task.internal_data.get("scope"))
        catchers = (
            task.workflow.catcher("cancel", None, attached=token) for token in around if token
        )
        catcher = next((token for token in catchers if token is not None), None)
        if catcher is None:
            text = f"{self.bpmn_id} was cancelled, but has no cancel boundary event to leave by"
            raise StepError(self.bpmn_id, text)
        catcher.task_spec.trigger(catcher)


def compensates(node: Node) -> bool:
    """Has the event a compensation definition? Such a start or boundary event never waits: it
    says what undoes an activity that has completed."""
    return any(e.kind == "compensate" for e in node.events)


class EventSubProcess(SubProcess):
    """A sub-process that an event starts, while the scope around it is active.

    Its start event listens in that scope. Interrupting: everything else in the scope is taken
    away. Otherwise a new listener takes the old one's place (BPMN 2.0.2, 10.3.5).
    """

    def start_listening(self, process: TokenTree, scope: str | None, **marks: Any) -> None:
        for node in process.spec.inside(self.bpmn_id):
            if node.kind == "startEvent" and node.events and not compensates(node):
                name = f"{node.id}{LISTENER}"
                process.enter(process.place(name, scope, listener=True, **marks))

    def triggered(self, process: TokenTree, listener: Task) -> None:
        scope = listener.internal_data.get("scope")
        spec = listener.task_spec
        data = dict(listener.data)
        if spec.node.interrupting:
            for other in list(process.tokens(scope)):
                process.cancel_token(other)
            holder = process.token(scope) if scope else None
            if holder is not None:
                # Nothing else begins any more in an ad-hoc sub-process.
                holder.internal_data[CLOSING] = True
        else:
            process.cancel_token(listener)
            if listens_again(spec, listener):
                marks = stored_marks(listener)
                process.enter(process.place(spec.name, scope, listener=True, **marks))
        task = process.place(self.name, scope, start=spec.node.id)
        task.data.update(data)
        process.enter(task)

    def act(self, task: Task) -> bool:
        if task.internal_data.get("inside_done"):
            return True
        process: TokenTree = task.workflow
        start = task.internal_data.get("start") or next(
            n.id for n in process.spec.inside(self.bpmn_id) if n.kind == "startEvent"
        )
        start_listeners(process, task.id.hex, self.bpmn_id)
        process.enter(process.place(start, task.id.hex, fired=True))
        return False

    def choose(self, task: Task) -> list[Any]:
        return []


CLOSING = "closing"
"""Marks a scope in which nothing new may begin."""
LISTENER = " [listener]"
"""Ends the name of the spec that listens for the start event of an event sub-process."""


class Listener(CatchEvent):
    """The start event of an event sub-process, as its surrounding scope sees it."""

    def __init__(self, wf_spec: WorkflowSpec, node: Node, owner: str) -> None:
        super().__init__(wf_spec, node, f"{node.id}{LISTENER}")
        self.owner = owner
        self.visible = False

    def happen(self, task: Task) -> None:
        process: TokenTree = task.workflow
        process.spec.task_specs[self.owner].triggered(process, task)
