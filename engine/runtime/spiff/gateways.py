"""Gateways: where tokens split, choose and meet."""

from __future__ import annotations

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import Flow
from engine.runtime.spiff.specs import Spec, conditional_flows, holds
from engine.runtime.spiff.workflow import Process, StepError


class ExclusiveGateway(Spec):
    """The first flow whose condition holds, in the order drawn, else the default
    (BPMN 2.0.2, 13.4.2)."""

    def choose(self, task: Task) -> list[Flow]:
        flows = self.node.outgoing
        if len(flows) == 1 and flows[0].condition is None:
            return [flows[0]]
        for flow in flows:
            if flow.id == self.node.default:
                continue
            if flow.condition is None or holds(task.workflow, flow, task):
                return [flow]
        default = [f for f in flows if f.id == self.node.default]
        if flows and not default:
            raise StepError(self.bpmn_id, _no_way_out(self), kind="no_flow")
        return default


class _Join(Spec):
    """Collects waiting tokens of the same scope, and goes on with one of them."""

    def waiting(self, task: Task) -> dict[str, list[Task]]:
        """The tokens that wait here, by the flow they came on; ``task`` among them."""
        found: dict[str, list[Task]] = {}
        for other in task.workflow.tokens(task.internal_data.get("scope")):
            if other.task_spec is self and not other.has_state(TaskState.READY):
                found.setdefault(other.internal_data.get("flow", ""), []).append(other)
        return found

    def merge(self, task: Task, consumed: list[Task]) -> None:
        """``task`` stands for all of ``consumed``."""
        for other in consumed:
            if other is not task:
                task.data.update(other.data)
                other._set_state(TaskState.CANCELLED)


class ParallelGateway(_Join):
    """One token from each incoming flow; surplus tokens stay (BPMN 2.0.2, 13.4.1)."""

    def arrive(self, task: Task) -> bool:
        waiting = self.waiting(task)
        expected = {flow.id for flow in self.node.incoming}
        if expected - waiting.keys():
            return len(expected) <= 1
        self.merge(task, [tokens[0] for flow, tokens in waiting.items() if flow in expected])
        return True

    def choose(self, task: Task) -> list[Flow]:
        return list(self.node.outgoing)


class InclusiveGateway(_Join):
    """Waits until no other token can come, then takes every flow whose condition holds
    (BPMN 2.0.2, 13.4.3)."""

    def arrive(self, task: Task) -> bool:
        return len(self.node.incoming) <= 1

    def settle(self, task: Task) -> None:
        if not task.has_state(TaskState.WAITING):
            return
        waiting = self.waiting(task)
        if self._more_can_come(task, set(waiting)):
            return
        self.merge(task, [tokens[0] for tokens in waiting.values()])
        task._ready()

    def _more_can_come(self, task: Task, filled: set[str]) -> bool:
        """Is there a token that can reach an empty incoming flow without passing here, and that
        cannot as well reach a filled one?"""
        process: Process = task.workflow
        empty = {f.id for f in self.node.incoming} - filled
        reaches = self._reaching()
        for other in process.tokens(task.internal_data.get("scope")):
            if other.task_spec is self or other.internal_data.get("listener"):
                continue
            reachable = reaches.get(other.task_spec.bpmn_id, set())
            if reachable & empty and not reachable & filled:
                return True
        return False

    def _reaching(self) -> dict[str, set[str]]:
        """For each element, the incoming flows of this gateway that its tokens can get to
        without visiting the gateway. Computed once."""
        if not hasattr(self, "_reach"):
            reach: dict[str, set[str]] = {}
            for flow in self.node.incoming:
                seen = set()
                todo = [flow.source]
                while todo:
                    name = todo.pop()
                    if name in seen or name == self.bpmn_id:
                        continue
                    seen.add(name)
                    reach.setdefault(name, set()).add(flow.id)
                    todo.extend(self._before(name))
            self._reach = reach
        return self._reach

    def _before(self, name: str) -> list[str]:
        node = self._wf_spec.nodes[name]
        before = [f.source for f in node.incoming]
        # A boundary event is reached from the activity that it is attached to.
        return [*before, node.attached_to] if node.attached_to else before

    def choose(self, task: Task) -> list[Flow]:
        flows = conditional_flows(self, task)
        if self.node.outgoing and not flows:
            raise StepError(self.bpmn_id, _no_way_out(self), kind="no_flow")
        return flows


class EventBasedGateway(Spec):
    """All the events that follow wait; the first to come takes the others away
    (BPMN 2.0.2, 13.4.4)."""

    def leave(self, task: Task) -> None:
        process: Process = task.workflow
        scope = task.internal_data.get("scope")
        for flow in self.node.outgoing:
            process.place(flow.target, scope, task, flow=flow.id, race=task.id.hex)
        if not self.node.outgoing:
            process.close_scope(scope)


def _no_way_out(spec: Spec) -> str:
    named = f"{spec.bpmn_name} ({spec.bpmn_id})" if spec.bpmn_name else spec.bpmn_id
    conditions = ", ".join(f"{f.id}: {f.condition}" for f in spec.node.outgoing if f.condition)
    return f"no condition holds at {named}, and it has no default flow: {conditions}"
