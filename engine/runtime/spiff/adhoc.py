"""Ad-hoc sub-processes: activities in no drawn order, until a condition says that it is done."""

from __future__ import annotations

from collections.abc import Iterator

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import StepError
from engine.runtime.spiff.scopes import CLOSING, SubProcess, begins_by_itself, start_listeners
from engine.runtime.spiff.specs import Awaited, truth
from engine.runtime.spiff.workflow import TokenTree


class AdHocSubProcess(SubProcess):
    """All activities that nothing leads to are enabled with it (BPMN 2.0.2, 13.3.5): all at once,
    or, ordered Sequential, one after another as drawn. Each begins once by itself; a person may
    begin one again while the sub-process is open.

    Its completion condition is looked at whenever an inner activity completes; without one it is
    done when nothing is active in it. When the condition holds, what is still active is taken
    away (``cancelRemainingInstances``) or finished, and nothing new begins.
    """

    def enabled(self, process: TokenTree) -> Iterator[str]:
        """The inner elements that may begin by themselves or by a person."""
        for node in process.spec.inside(self.bpmn_id):
            if begins_by_itself(node):
                yield node.id

    def act(self, task: Task) -> bool:
        process: TokenTree = task.workflow
        marks = task.internal_data
        if marks.get("inside_done"):
            return True
        start_listeners(process, task.id.hex, self.bpmn_id)
        ids = list(self.enabled(process))
        marks["rest"] = ids[1:] if self._sequential else []
        for name in ids[:1] if self._sequential else ids:
            process.enter(process.place(name, task.id.hex))
        if not ids:
            process.close_scope(task.id.hex)
        return bool(marks.get("inside_done"))

    @property
    def _sequential(self) -> bool:
        return self.node.ad_hoc is not None and self.node.ad_hoc.sequential

    def one_inside_completed(self, task: Task, inner: Task) -> bool:
        process: TokenTree = task.workflow
        rules = self.node.ad_hoc
        closing = bool(task.internal_data.get(CLOSING))
        if rules is None or not (closing or self._complete(task)):
            return True
        task.internal_data["rest"] = []
        task.internal_data[CLOSING] = True
        if closing or not rules.cancel_remaining:
            process.close_scope(task.id.hex)
            return False
        for other in list(process.tokens(task.id.hex)):
            process.cancel_token(other)
        self.inside_done(task)
        return False

    def _complete(self, task: Task) -> bool:
        rules = self.node.ad_hoc
        if rules is None or rules.completion is None:
            return False
        return truth(task, rules.completion, f"the completion condition of {self.bpmn_id}")

    def goes_on_inside(self, task: Task) -> bool:
        process: TokenTree = task.workflow
        marks = task.internal_data
        if marks.get(CLOSING):
            return False
        if marks.get("rest"):
            name = marks["rest"].pop(0)
            process.enter(process.place(name, task.id.hex))
            return True
        rules = self.node.ad_hoc
        return rules is not None and rules.completion is not None and not self._complete(task)

    def awaits(self, task: Task) -> Iterator[Awaited]:
        if task.has_state(TaskState.STARTED) and self.idle(task):
            yield "adhoc", None, None

    def choices(self, task: Task) -> list[str]:
        """What a person may begin now."""
        process: TokenTree = task.workflow
        marks = task.internal_data
        if marks.get("inside_done") or marks.get(CLOSING):
            return []
        if self._sequential and not self.idle(task):
            return []
        return list(self.enabled(process))

    @staticmethod
    def idle(task: Task) -> bool:
        """Nothing is active inside."""
        inside = task.workflow.tokens(task.id.hex)
        return all(t.internal_data.get("listener") for t in inside)

    def begin_inner(self, task: Task, name: str) -> None:
        """A person begins an inner activity."""
        process: TokenTree = task.workflow
        if name not in self.choices(task):
            raise StepError(self.bpmn_id, f"{name} cannot begin now in {self.bpmn_id}")
        if name in task.internal_data["rest"]:
            task.internal_data["rest"].remove(name)
        process.enter(process.place(name, task.id.hex))
