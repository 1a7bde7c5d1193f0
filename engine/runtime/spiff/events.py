"""Events: what throws, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.bpmn.model import EventDefinition, Flow
from engine.errors import StepError
from engine.runtime.spiff import compensation
from engine.runtime.spiff.specs import Awaited, Spec, truth
from engine.runtime.spiff.workflow import Thrown, TokenTree


class ThrowEvent(Spec):
    """An intermediate throw event or an end event: throws each of its definitions, in order."""

    link_targets: tuple[str, ...] = ()

    def act(self, task: Task) -> bool:
        process: TokenTree = task.workflow
        first = task.internal_data.get("thrown", 0)
        for number, event in enumerate(self.node.events[first:], first):
            task.internal_data["thrown"] = number + 1
            if not self.throw(process, event, task):
                return False
        if task.has_state(TaskState.READY):
            return True
        # What was thrown has taken this token away along with its scope; it did come past.
        process.effects.note(self.bpmn_id)
        return False

    def throw(self, process: TokenTree, event: EventDefinition, task: Task) -> bool:
        """False when the token must wait until what it has thrown is done."""
        if event.kind == "terminate":
            self._terminate(process, task)
        elif event.kind == "error":
            process.fail(event.name, task)
        elif event.kind == "compensate":
            return compensation.throw(process, event, task)
        elif event.kind == "cancel":
            compensation.cancel(process, task)
        elif event.kind != "link":
            throw(process, event, task)
        return True

    def compensated(self, task: Task) -> None:
        task._ready()

    def _terminate(self, process: TokenTree, task: Task) -> None:
        scope = task.internal_data.get("scope")
        if scope is None:
            process.finish("terminated")
            return
        for other in list(process.tokens(scope)):
            process.cancel_token(other)
        process.close_scope(scope)

    def choose(self, task: Task) -> list[Flow]:
        if any(e.kind == "link" for e in self.node.events):
            return [Flow("", "", self.node.id, target) for target in self.link_targets]
        return super().choose(task)


def throw(process: TokenTree, event: EventDefinition, task: Task) -> None:
    """Throw a signal, message or escalation (BPMN 2.0.2, 10.5.1): escalations travel outwards,
    the others leave the process."""
    element = task.task_spec.bpmn_id
    unheard: tuple[str, ...] = ()
    if event.kind == "escalation":
        if process.throw_up("escalation", event.name, task):
            return
    elif event.kind == "signal":
        unheard = process.signal(event.name)
    elif event.kind != "message":
        raise StepError(element, f"{event.kind} events cannot be thrown")
    process.effects.thrown.append(Thrown(event.kind, event.name, element, unheard))


class CatchEvent(Spec):
    """Waits for one of its definitions, or for every one when it is parallel multiple (BPMN
    2.0.2, Table 10.89)."""

    def arrive(self, task: Task) -> bool:
        if task.internal_data.get("fired") or not self.definitions:
            return True
        if any(e.kind == "conditional" for e in self.definitions):
            # Its condition may hold already.
            task.workflow.look = True
        return False

    @property
    def definitions(self) -> tuple[EventDefinition, ...]:
        return tuple(e for e in self.node.events if e.kind != "link")

    def pending(self, task: Task) -> tuple[EventDefinition, ...]:
        """The definitions that this token still waits for."""
        got = task.internal_data.get("got", ())
        return tuple(e for n, e in enumerate(self.definitions) if n not in got)

    def awaits(self, task: Task) -> Iterator[Awaited]:
        if task.has_state(TaskState.WAITING):
            for event in self.pending(task):
                yield event.kind, event.name, event.timer

    def waits_for(self, task: Task, kind: str, name: str | None) -> bool:
        if not task.has_state(TaskState.WAITING):
            return False
        return any(_matches(e, kind, name) for e in self.pending(task))

    def catches_exactly(self, kind: str, name: str | None) -> bool:
        return any(e.kind == kind and e.name == name for e in self.definitions)

    def settle(self, task: Task) -> None:
        self.look(task)

    def look(self, task: Task) -> None:
        """Conditional events fire when their condition becomes true (BPMN 2.0.2, 10.5.5)."""
        for number, event in enumerate(self.definitions):
            if event.kind != "conditional" or not task.has_state(TaskState.WAITING):
                continue
            true = self._holds(task, event)
            held: list[int] = task.internal_data.get("condition", [])
            was = number in held
            if true != was:
                held = [*held, number] if true else [n for n in held if n != number]
                task.internal_data["condition"] = held
            if true and not was and self._all_come(task, number):
                self.happen(task)

    @staticmethod
    def _holds(task: Task, event: EventDefinition) -> bool:
        """Is the condition true now? While a variable that it asks for is still to come, it is
        not."""
        try:
            what = f"the condition of {task.task_spec.bpmn_id}"
            return truth(task, event.condition or "", what)
        except StepError as error:
            if not isinstance(error.__cause__, feel.FeelNameError):
                raise
            return False

    def trigger(self, task: Task, kind: str = "", name: str | None = None) -> None:
        got = task.internal_data.get("got", ())
        matching = (
            number
            for number, event in enumerate(self.definitions)
            if number not in got and _matches(event, kind, name)
        )
        if self._all_come(task, next(matching, None)):
            self.happen(task)

    def _all_come(self, task: Task, number: int | None) -> bool:
        """The definition of this number has come: is that enough?"""
        if not self.node.parallel_multiple:
            return True
        got = task.internal_data.setdefault("got", [])
        if number is not None and number not in got:
            got.append(number)
        return len(got) >= len(self.definitions)

    def happen(self, task: Task) -> None:
        """All that the token waited for has come."""
        task.internal_data["fired"] = True
        win_race(task)
        task.workflow.enter(task)


def win_race(task: Task) -> None:
    """Take away those that waited together with this token behind one gateway."""
    process: TokenTree = task.workflow
    race = task.internal_data.get("race")
    if race is None:
        return
    for other in list(process.tokens(everywhere=True)):
        if other is not task and other.internal_data.get("race") == race:
            process.cancel_token(other)


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

    def happen(self, task: Task) -> None:
        process: TokenTree = task.workflow
        attached = task.internal_data.get("attached")
        holder = process.token(attached) if attached else None
        if holder is not None:
            # The token must outlive the activity that it is attached to.
            del task.internal_data["attached"]
            if self.node.interrupting:
                process.cancel_token(holder)
            elif listens_again(self, task):
                listen(process, self, holder, task)
        super().happen(task)


KEPT_MARKS = ("condition", "cycle")
"""What a listener that has fired hands to the one that takes its place: a condition that still
holds must first become false, a cycle has rounds left."""


def listens_again(spec: Spec, task: Task) -> bool:
    """Non-interrupting listeners go on, but a timer only while its cycle has rounds."""
    only_timer = all(e.kind == "timer" for e in spec.node.events)
    return not only_timer or bool(task.internal_data.get("cycle"))


def stored_marks(task: Task) -> dict[str, Any]:
    """What a listener remembers of a repeating timer, to be set again when its scope goes on
    listening."""
    return {k: v for k, v in task.internal_data.items() if k in KEPT_MARKS}


def listen(process: TokenTree, spec: Spec, holder: Task, before: Task | None = None) -> None:
    """Place a boundary event's token beside the activity ``holder``."""
    marks = stored_marks(before) if before is not None else {}
    scope = holder.internal_data.get("scope")
    task = process.place(spec.name, scope, attached=holder.id.hex, **marks)
    task.data = dict(holder.data)
    process.enter(task)
