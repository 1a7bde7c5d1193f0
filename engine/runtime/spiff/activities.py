"""Activities: work that people, scripts, messages and other instances do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.bpmn.model import Node
from engine.definitions.evaluation import shown, unevaluable
from engine.errors import StepError
from engine.runtime.spiff import compensation, events
from engine.runtime.spiff.marks import OWN
from engine.runtime.spiff.specs import Awaited, Spec, evaluate
from engine.runtime.spiff.workflow import Thrown, TokenTree

HIDDEN = "hidden"
"""What an activity's own variables hide while it lasts, by name."""


class ActivitySpec(Spec):
    """Work. While it lasts, its boundary events listen."""

    boundary: tuple[str, ...] = ()
    handler: str | None = None
    """The activity that compensates this one, by an association from its boundary."""
    undo: str | None = None
    """The compensation event sub-process inside this one."""

    def arrive(self, task: Task) -> bool:
        if not task.internal_data.get("listening"):
            if not self._enough(task):
                return False
            task.internal_data["listening"] = True
            if self.visible:
                self._take_in(task)
            for name in self.boundary:
                events.listen(task.workflow, task.workflow.spec.task_specs[name], task)
        return self.begin(task)

    def _enough(self, task: Task) -> bool:
        """``startQuantity`` tokens must arrive for one piece of work (BPMN 2.0.2, Table 10.3)."""
        needed = self.node.start_quantity
        if needed <= 1 or task.internal_data.get("index") is not None:
            return True
        process: TokenTree = task.workflow
        here = [
            other
            for other in process.tokens(task.internal_data.get("scope"))
            if other.task_spec is self and not other.internal_data.get("listening")
        ]
        if len(here) < needed:
            return False
        for other in [other for other in here if other is not task][: needed - 1]:
            task.data.update(other.data)
            other._set_state(TaskState.CANCELLED)
        return True

    def deadlock(self, task: Task) -> str:
        needed = self.node.start_quantity
        if needed > 1 and not task.internal_data.get("listening"):
            return f"begins with {needed} tokens, and no more can come"
        return super().deadlock(task)

    def completed(self, task: Task) -> bool:
        process: TokenTree = task.workflow
        if self.visible:
            self._give_out(task)
        if self.handler or self.undo or task.internal_data.keys() & compensation.REMEMBERED:
            compensation.remember(process, task)
        scope = task.internal_data.get("scope")
        holder = process.token(scope) if scope else None
        return holder is None or holder.task_spec.one_inside_completed(holder, task)

    def _take_in(self, task: Task) -> None:
        """``sp:in``: variables that only this activity sees, one after the other."""
        hidden: dict[str, Any] = {}
        for source, target in self.node.inputs:
            if target in task.data and task.workflow.layered:
                hidden.setdefault(target, feel.to_json(task.data[target]))
            task.data[target] = evaluate(task, source)
        if hidden:
            # What the branch has brought along, under the same name.
            task.internal_data[HIDDEN] = hidden

    def _give_out(self, task: Task) -> None:
        """``sp:out``; then the activity's own variables are gone, and those around it of the same
        names are seen again. A round's variables go with its token."""
        values = {target: evaluate(task, source) for source, target in self.node.outputs}
        process: TokenTree = task.workflow
        scope = task.internal_data.get("scope")
        holder = process.token(scope) if scope else None
        if process.layered:
            self._leave_scope(task, holder, values)
            return
        around = {} if holder is None else holder.data
        last_round = task.internal_data.get("index") is not None
        for _, target in self.node.inputs:
            if not last_round or target in values:
                task.data.pop(target, None)
                if target in around:
                    task.data[target] = around[target]
        if values:
            process.write(values, task)

    def _leave_scope(self, task: Task, holder: Task | None, values: dict[str, Any]) -> None:
        """The activity's own variables are gone; what it gives out goes around it."""
        process: TokenTree = task.workflow
        if OWN in task.internal_data:
            process.write(values, holder)
            # A round is still asked what is collected of it.
            task.data.update(values)
            return
        hidden = task.internal_data.pop(HIDDEN, {})
        last_round = task.internal_data.get("index") is not None
        for _, target in self.node.inputs:
            if not last_round or target in values:
                task.data.pop(target, None)
                if target in hidden:
                    task.data[target] = feel.from_json(hidden[target])
        if values:
            process.write(values, task)

    def begin(self, task: Task) -> bool:
        """True when the work can be done at once, False to wait for it."""
        return True


class UserTask(ActivitySpec):
    """Waits, ready, for a person."""

    def __init__(self, wf_spec: WorkflowSpec, node: Node, name: str | None = None) -> None:
        super().__init__(wf_spec, node, name)
        self.manual = True

    def awaits(self, task: Task) -> Iterator[Awaited]:
        if task.has_state(TaskState.READY):
            yield "user", None, None


class ScriptTask(ActivitySpec):
    """A FEEL context whose entries become variables: ``= {total: price * count}``.

    Instead of a context a script may give ``error("CODE")``: then the task fails with that error,
    which a boundary event or an event sub-process catches (BPMN 2.0.2, 13.3.2 and 10.5.1).
    """

    def act(self, task: Task) -> bool:
        process: TokenTree = task.workflow
        known = process.context(task)
        local = {} if "error" in known else {"error": ERROR}
        text, what = self.node.script or "", f"the script of {self.bpmn_id}"
        value = evaluate(task, text, what, **local)
        if isinstance(value, dict) and ERROR_CODE in value:
            process.fail(str(value[ERROR_CODE]), task)
            return False
        if not isinstance(value, dict):
            problem = f"it gave {shown(value)}; it must give a context such as {{total: 1}}"
            raise unevaluable(self.bpmn_id, what, text, problem, known)
        process.write(value, task)
        return True


ERROR_CODE = "\N{BULLET}error"
"""The name of the variable by which a script throws a BPMN error: a bullet keeps it from diagrams.
"""
ERROR = feel.Function(["code"], lambda _, given: {ERROR_CODE: given[0]}, name="error")
"""What scripts call ``error``: it only names the error, the task throws it."""


class BusinessRuleTask(ActivitySpec):
    """Has a decision made, and sets the variables that it gives (BPMN 2.0.2, 10.3.3)."""

    def act(self, task: Task) -> bool:
        process: TokenTree = task.workflow
        call, decide = self.node.decision, process.decide
        if call is None or decide is None:
            raise StepError(self.bpmn_id, f"{self.bpmn_id} has no decision to make")
        given = process.context(task)
        if call.inputs:
            given = {name: evaluate(task, text) for text, name in call.inputs}
        process.write(decide(self.bpmn_id, call, given), task)
        return True


class SendTask(ActivitySpec):
    """Throws its message, and goes on."""

    def act(self, task: Task) -> bool:
        process: TokenTree = task.workflow
        process.effects.thrown.append(Thrown("message", self.node.message, self.bpmn_id))
        return True


class Waiting(ActivitySpec):
    """Work that something outside does."""

    def begin(self, task: Task) -> bool:
        return bool(task.internal_data.get("fired"))

    def trigger(self, task: Task, kind: str = "", name: str | None = None) -> None:
        task.internal_data["fired"] = True
        events.win_race(task)
        task.workflow.enter(task)

    def awaits(self, task: Task) -> Iterator[Awaited]:
        if task.has_state(TaskState.WAITING) and task.internal_data.get("listening"):
            yield self.awaited()

    def awaited(self) -> Awaited:
        raise NotImplementedError


class ReceiveTask(Waiting):
    """Waits for its message."""

    def awaited(self) -> Awaited:
        return "message", self.node.message, None


class CallActivity(Waiting):
    """Waits for another instance, which the engine starts and reports back."""

    def awaited(self) -> Awaited:
        return "call", self.node.called, None


class Undoing(Waiting):
    """Within a compensation: waits for the instance that undoes what a called one has done."""

    def __init__(self, wf_spec: WorkflowSpec, process_id: str) -> None:
        node = Node(id=process_id, kind="compensation", name="", scope=process_id)
        super().__init__(wf_spec, node, compensation.UNDOING)
        self.visible = False

    def awaits(self, task: Task) -> Iterator[Awaited]:
        if task.has_state(TaskState.WAITING):
            yield "undo", task.internal_data[compensation.CALLED], None

    def completed(self, task: Task) -> bool:
        return True
