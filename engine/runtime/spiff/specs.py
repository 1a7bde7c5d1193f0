"""What a token does at each kind of element: the base, events and simple activities."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import EventDefinition, Flow, Node
from engine.runtime.spiff.workflow import Process, StepError, Thrown


class Spec(BpmnTaskSpec):  # type: ignore[misc]
    """An element of the diagram. Subclasses say when a token may go on (``arrive``) and what it
    does then (``act``)."""

    def __init__(self, wf_spec: WorkflowSpec, node: Node, name: str | None = None) -> None:
        super().__init__(wf_spec, name or node.id)
        self.node = node
        self.bpmn_id = node.id
        self.bpmn_name = node.name
        self.visible = True
        """False for wrappers (loops, multi-instance) whose bodies are what the reader sees."""

    # -- what subclasses decide

    def arrive(self, task: Task) -> bool:
        """A token reaches the element: True to go on at once, False to wait."""
        return True

    def act(self, task: Task) -> bool:
        """The token does the element's work: True when done, False when it goes on elsewhere."""
        return True

    def settle(self, task: Task) -> None:
        """Nothing is ready in the whole process: does this waiting token go on?"""

    def waits_for(self, task: Task, kind: str, name: str | None) -> bool:
        """Does this token wait for such an event?"""
        return False

    def catches_exactly(self, kind: str, name: str | None) -> bool:
        return False

    def fire(self, task: Task) -> None:
        """What the token waited for has come."""
        raise StepError(self.bpmn_id, f"{self.bpmn_id} does not wait for an event")

    def inside_done(self, task: Task) -> None:
        """Nothing is active any more inside this token, which is a scope."""

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
        process: Process = my_task.workflow
        if self.visible:
            process.effects.note(self.bpmn_id)
        for listener in list(process.tokens(everywhere=True)):
            if listener.internal_data.get("attached") == my_task.id.hex:
                process.cancel_token(listener)
        if process.ended is None:
            self.leave(my_task)

    def leave(self, task: Task) -> None:
        """Put tokens on what follows; without anything, the token ends here."""
        process: Process = task.workflow
        scope = task.internal_data.get("scope")
        flows = self.choose(task)
        for flow in flows:
            # A flow leads to the element's own spec: a wrapper has taken the plain name.
            process.place(flow.target, scope, task, flow=flow.id)
        if not flows:
            process.close_scope(scope)


class Root(BpmnTaskSpec):  # type: ignore[misc]
    """The foot of the task tree; holds all tokens and does nothing."""

    def __init__(self, wf_spec: WorkflowSpec) -> None:
        super().__init__(wf_spec, "\N{BULLET}root")


def conditional_flows(spec: Spec, task: Task) -> list[Flow]:
    process: Process = task.workflow
    default = [f for f in spec.node.outgoing if f.id == spec.node.default]
    rest = [f for f in spec.node.outgoing if f.id != spec.node.default]
    taken = [f for f in rest if f.condition is None or holds(process, f, task)]
    return taken or default


def holds(process: Process, flow: Flow, task: Task) -> bool:
    """The value of a flow's condition; anything but true and false is an incident."""
    value = process.evaluate(flow.condition or "", task)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise StepError(
        task.task_spec.bpmn_id,
        f"the condition of flow {flow.id} ({flow.condition}) gave {value!r}, not true or false",
        kind="expression",
    )


# -------------------------------------------------------------------------------- events


class ThrowEvent(Spec):
    """An intermediate throw event or an end event: throws each of its definitions, in order."""

    def act(self, task: Task) -> bool:
        process: Process = task.workflow
        for event in self.node.events:
            self.throw(process, event, task)
        if task.has_state(TaskState.READY):
            return True
        # What was thrown has taken this token away along with its scope; it did come past.
        process.effects.note(self.bpmn_id)
        return False

    def throw(self, process: Process, event: EventDefinition, task: Task) -> None:
        if event.kind == "terminate":
            self._terminate(process, task)
        elif event.kind == "error":
            self._error(process, event, task)
        elif event.kind == "escalation":
            caught = process.throw_up("escalation", event.name, task)
            if not caught:
                process.effects.thrown.append(Thrown("escalation", event.name, self.bpmn_id))
        elif event.kind == "signal":
            process.signal(event.name)
            process.effects.thrown.append(Thrown("signal", event.name, self.bpmn_id))
        elif event.kind == "message":
            process.effects.thrown.append(Thrown("message", event.name, self.bpmn_id))
        elif event.kind == "link":
            pass
        else:
            raise StepError(self.bpmn_id, f"{event.kind} events cannot be thrown")

    def _terminate(self, process: Process, task: Task) -> None:
        scope = task.internal_data.get("scope")
        if scope is None:
            process.finish("terminated")
            return
        for other in list(process.tokens(scope)):
            process.cancel_token(other)
        process.close_scope(scope)

    def _error(self, process: Process, event: EventDefinition, task: Task) -> None:
        if process.throw_up("error", event.name, task):
            # The catcher has interrupted the scope; a token left over ends here.
            process.cancel_token(task)
            return
        process.effects.error = Thrown("error", event.name, self.bpmn_id)
        process.finish("terminated")

    def choose(self, task: Task) -> list[Flow]:
        if any(e.kind == "link" for e in self.node.events):
            return [Flow("", "", self.node.id, target) for target in self.link_targets]
        return super().choose(task)

    link_targets: tuple[str, ...] = ()


class CatchEvent(Spec):
    """Waits for one of its definitions (for all of them when parallel multiple)."""

    def arrive(self, task: Task) -> bool:
        return bool(task.internal_data.get("fired")) or not self.definitions

    @property
    def definitions(self) -> tuple[EventDefinition, ...]:
        return tuple(e for e in self.node.events if e.kind != "link")

    def waits_for(self, task: Task, kind: str, name: str | None) -> bool:
        if not task.has_state(TaskState.WAITING):
            return False
        return any(_matches(e, kind, name) for e in self.definitions)

    def catches_exactly(self, kind: str, name: str | None) -> bool:
        return any(e.kind == kind and e.name == name for e in self.definitions)

    def settle(self, task: Task) -> None:
        """Conditional events fire when their condition becomes true (BPMN 2.0.2, 10.5.5)."""
        for event in self.definitions:
            if event.kind != "conditional" or not task.has_state(TaskState.WAITING):
                continue
            true = task.workflow.evaluate(event.condition or "", task) is True
            was = task.internal_data.get("condition", False)
            task.internal_data["condition"] = true
            if true and not was:
                self.fire(task)

    def fire(self, task: Task) -> None:
        process: Process = task.workflow
        task.internal_data["fired"] = True
        race = task.internal_data.get("race")
        if race is not None:
            for other in list(process.tokens(everywhere=True)):
                if other is not task and other.internal_data.get("race") == race:
                    process.cancel_token(other)
        process.enter(task)


def _matches(event: EventDefinition, kind: str, name: str | None) -> bool:
    if event.kind != kind:
        return False
    if kind in ("error", "escalation"):
        return event.name is None or event.name == name
    return event.name == name


class StartEvent(CatchEvent):
    """Where a process or sub-process begins. One with a definition waits for it, unless the
    event itself has started the process. (The start of an event sub-process waits outside of
    it: ``scopes.Listener``.)"""


class BoundaryEvent(CatchEvent):
    """Listens beside an activity. Interrupting: takes the activity's token away. Otherwise it
    listens on after it has fired."""

    def fire(self, task: Task) -> None:
        process: Process = task.workflow
        attached = task.internal_data.get("attached")
        holder = process.token(attached) if attached else None
        if holder is not None:
            # The token must outlive the activity that it is attached to.
            del task.internal_data["attached"]
            if self.node.interrupting:
                process.cancel_token(holder)
            elif listens_again(self, task):
                listen(process, self, holder, task)
        super().fire(task)


KEPT_MARKS = ("condition", "cycle")
"""What a listener that has fired hands to the one that takes its place: a condition that still
holds must first become false, a cycle has rounds left."""


def listens_again(spec: Spec, task: Task) -> bool:
    """Non-interrupting listeners go on, but a timer only while its cycle has rounds."""
    only_timer = all(e.kind == "timer" for e in spec.node.events)
    return not only_timer or bool(task.internal_data.get("cycle"))


def kept_marks(task: Task) -> dict[str, Any]:
    return {k: v for k, v in task.internal_data.items() if k in KEPT_MARKS}


def listen(process: Process, spec: Spec, holder: Task, before: Task | None = None) -> None:
    """Place a boundary event's token beside the activity ``holder``."""
    marks = kept_marks(before) if before is not None else {}
    scope = holder.internal_data.get("scope")
    task = process.place(spec.name, scope, attached=holder.id.hex, **marks)
    task.data = dict(holder.data)
    process.enter(task)


# -------------------------------------------------------------------------------- activities


class Activity(Spec):
    """Work. While it lasts, its boundary events listen."""

    boundary: tuple[str, ...] = ()

    def arrive(self, task: Task) -> bool:
        if not task.internal_data.get("listening"):
            task.internal_data["listening"] = True
            for name in self.boundary:
                listen(task.workflow, task.workflow.spec.task_specs[name], task)
        return self.begin(task)

    def begin(self, task: Task) -> bool:
        """True when the work can be done at once, False to wait for it."""
        return True


class UserTask(Activity):
    """Waits, ready, for a person."""

    def __init__(self, wf_spec: WorkflowSpec, node: Node, name: str | None = None) -> None:
        super().__init__(wf_spec, node, name)
        self.manual = True


class ScriptTask(Activity):
    """A FEEL context whose entries become variables: ``= {total: price * count}``."""

    def act(self, task: Task) -> bool:
        value = task.workflow.evaluate(self.node.script or "", task)
        if not isinstance(value, dict):
            raise StepError(
                self.bpmn_id,
                f"the script of {self.bpmn_id} gave {value!r}; it must give a context such as "
                "{total: 1}",
                kind="expression",
            )
        task.workflow.write(value, task)
        return True


class SendTask(Activity):
    """Throws its message, and goes on."""

    def act(self, task: Task) -> bool:
        process: Process = task.workflow
        process.effects.thrown.append(Thrown("message", self.node.message, self.bpmn_id))
        return True


class ReceiveTask(Activity):
    """Waits for its message."""

    def begin(self, task: Task) -> bool:
        return bool(task.internal_data.get("fired"))

    def waits_for(self, task: Task, kind: str, name: str | None) -> bool:
        waiting = task.has_state(TaskState.WAITING)
        return waiting and kind == "message" and name == self.node.message

    def fire(self, task: Task) -> None:
        CatchEvent.fire(self, task)


class CallActivity(Activity):
    """Waits for another instance, which the engine starts and reports back."""

    def begin(self, task: Task) -> bool:
        return bool(task.internal_data.get("fired"))

    def fire(self, task: Task) -> None:
        task.internal_data["fired"] = True
        task.workflow.enter(task)
