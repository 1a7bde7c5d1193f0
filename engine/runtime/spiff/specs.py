"""What a token does at an element: the base that events, activities and gateways build on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import Flow, Node
from engine.definitions.evaluation import shown, unevaluable
from engine.errors import StepError
from engine.runtime.spiff.workflow import TokenTree

Awaited = tuple[str, str | None, tuple[str, str] | None]
"""Kind, name and timer (kind and text as drawn) of something that a token waits for."""
BESIDE = "beside"
"""Marks a token that does one activity outside of the sequence flows, and ends after it."""


class Spec(BpmnTaskSpec):  # type: ignore[misc]
    """An element of the diagram. Subclasses say when a token may go on (``arrive``) and what it
    does then (``act``)."""

    def __init__(self, wf_spec: WorkflowSpec, node: Node, name: str | None = None) -> None:
        super().__init__(wf_spec, name or node.id)
        self.node = node
        self.bpmn_id = node.id
        self.bpmn_name = node.name
        self.interrupting = node.interrupts
        self.visible = True
        """False for wrappers (loops, multi-instance) whose bodies are what the reader sees."""

    # -- what subclasses decide

    def arrive(self, task: Task) -> bool:
        """A token reaches the element: True to go on at once, False to wait."""
        return True

    def act(self, task: Task) -> bool:
        """The token does the element's work: True when done, False when it goes on elsewhere."""
        return True

    def look(self, task: Task) -> None:
        """A variable has changed: has a condition become true that this token waits for?"""

    def settle(self, task: Task) -> None:
        """Nothing is ready in the whole process: does this waiting token go on?"""

    def awaits(self, task: Task) -> Iterator[Awaited]:
        """What from outside could wake this token."""
        return iter(())

    def deadlock(self, task: Task) -> str:
        """Why this waiting token does not go on, as the end of a sentence that begins with the
        element's name; for when nothing outside can wake it."""
        return "waits for something that cannot happen any more"

    def named(self, element_id: str) -> str:
        """An element as its owner knows it: name and id."""
        node = self._wf_spec.nodes.get(element_id)
        return f"{node.name} ({element_id})" if node is not None and node.name else element_id

    def waits_for(self, task: Task, kind: str, name: str | None) -> bool:
        """Does this token wait for such an event?"""
        return False

    def catches_exactly(self, kind: str, name: str | None) -> bool:
        """Is it this very code, and not any, that is caught here?"""
        return False

    def trigger(self, task: Task, kind: str = "", name: str | None = None) -> None:
        """What the token waited for has come."""
        raise StepError(self.bpmn_id, f"{self.bpmn_id} does not wait for an event")

    def completed(self, task: Task) -> bool:
        """The element's work is done. False when that has ended the scope around it, so that the
        token goes nowhere."""
        return True

    def one_inside_completed(self, task: Task, inner: Task) -> bool:
        """An activity directly inside this token, which is a scope, has completed. False when the
        scope is over with it."""
        return True

    def goes_on_inside(self, task: Task) -> bool:
        """Nothing is active any more inside this scope: True when that is not its end."""
        return False

    def inside_done(self, task: Task) -> None:
        """This token, which is a scope, has ended inside."""

    def compensated(self, task: Task) -> None:
        """The compensation that this token has waited for is done."""

    def choose(self, task: Task) -> list[Flow]:
        """The sequence flows that a token leaves by.

        Out of anything but a gateway: all without a condition and those whose condition holds,
        or the default when none does (BPMN 2.0.2, 13.2.1, implicit splits).
        """
        return conditional_flows(self, task)

    # -- the library's hooks

    def test(self) -> None:
        """The library demands inputs; a diagram may start anywhere."""

    def _predict(self, my_task: Task, *args: Any, **kwargs: Any) -> None:
        """Successors are made when they are reached."""

    def _update_hook(self, my_task: Task) -> bool:
        if self.arrive(my_task):
            return True
        if my_task.has_state(TaskState.FUTURE):
            my_task._set_state(TaskState.WAITING)
        return False

    def _on_ready_hook(self, my_task: Task) -> None:
        if not self.manual:
            my_task.workflow.queue(my_task)

    def _run_hook(self, my_task: Task) -> bool | None:
        return True if self.act(my_task) else None

    def _on_complete_hook(self, my_task: Task) -> None:
        process: TokenTree = my_task.workflow
        if self.visible:
            process.effects.note(self.bpmn_id)
        for listener in list(process.tokens(everywhere=True)):
            if listener.internal_data.get("attached") == my_task.id.hex:
                process.cancel_token(listener)
        if self.completed(my_task) and process.ended is None:
            self.leave(my_task)

    def leave(self, task: Task) -> None:
        """Put tokens on what follows, as many on each flow as the activity's completionQuantity
        says (BPMN 2.0.2, Table 10.3); without anything, the token ends here."""
        process: TokenTree = task.workflow
        scope = task.internal_data.get("scope")
        flows = [] if task.internal_data.get(BESIDE) else self.choose(task)
        if self.node.completion_quantity > process.spec.most_rounds:
            text = f"{self.bpmn_id} gives {self.node.completion_quantity} tokens at once"
            raise StepError(
                self.bpmn_id, f"{text}; at most {process.spec.most_rounds}", kind="budget"
            )
        for flow in flows:
            for _ in range(self.node.completion_quantity):
                # A flow leads to the element's own spec: a wrapper has taken the plain name.
                process.place(flow.target, scope, task, flow=flow.id)
        if not flows:
            process.close_scope(scope)


class Root(BpmnTaskSpec):  # type: ignore[misc]
    """The foot of the task tree; holds all tokens and does nothing."""

    def __init__(self, wf_spec: WorkflowSpec) -> None:
        super().__init__(wf_spec, "\N{BULLET}root")


def conditional_flows(spec: Spec, task: Task) -> list[Flow]:
    """All flows without a condition and those whose condition holds; the default when no
    condition holds, also beside flows that have none (BPMN 2.0.2, 13.2.1)."""
    process: TokenTree = task.workflow
    rest = [f for f in spec.node.outgoing if f.id != spec.node.default]
    conditional = [f for f in rest if f.condition is not None]
    true = {f.id for f in conditional if holds(process, f, task)}
    flows = [
        flow
        for flow in spec.node.outgoing
        if flow.id in true or (not true if flow.id == spec.node.default else not flow.condition)
    ]
    if spec.node.outgoing and not flows:
        # A token never vanishes: like an inclusive gateway that chooses nothing (13.4.3).
        raise StepError(spec.bpmn_id, no_way_out(spec), kind="no_flow")
    return flows


def no_way_out(spec: Spec) -> str:
    """The message of a token that no sequence flow takes on."""
    named = spec.named(spec.bpmn_id)
    conditions = ", ".join(f"{f.id}: {f.condition}" for f in spec.node.outgoing if f.condition)
    return f"no condition holds at {named}, and it has no default flow: {conditions}"


def holds(process: TokenTree, flow: Flow, task: Task, /, **local: Any) -> bool:
    """The value of a flow's condition."""
    return truth(task, flow.condition or "", f"the condition of flow {flow.id}", **local)


def truth(task: Task, text: str, what: str, /, **local: Any) -> bool:
    """The value of a condition. Null, which is what FEEL makes of a comparison with null, is not
    true; anything but null, true and false is an incident."""
    value = evaluate(task, text, what, **local)
    if value is None or isinstance(value, bool):
        return bool(value)
    problem = f"it gave {shown(value)}, not true or false"
    known = {**task.workflow.context(task), **local}
    raise unevaluable(task.task_spec.bpmn_id, what, text, problem, known)


def evaluate(task: Task, text: str, what: str = "", /, **local: Any) -> Any:
    """The value of an expression as the token sees the variables, with ``local`` beside them."""
    before = task.data
    task.data = {**before, **local}
    try:
        return task.workflow.evaluate(text, task, what)
    finally:
        task.data = before
