"""Gateways: where tokens split, choose and meet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import EventDefinition, Flow, Node
from engine.errors import StepError
from engine.runtime.spiff.specs import BESIDE, Spec, holds, no_way_out, truth
from engine.runtime.spiff.workflow import TokenTree


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
            raise StepError(self.bpmn_id, no_way_out(self), kind="no_flow")
        return default


RESET = "reset"
"""Marks the token that remembers, at a complex gateway, by which flows tokens have come."""


class _Join(Spec):
    """Collects waiting tokens of the same scope, and goes on with one of them."""

    def waiting(self, task: Task) -> dict[str, list[Task]]:
        """The tokens that wait here, by the flow they came on; ``task`` among them."""
        arrived: dict[str, list[Task]] = {}
        for other in task.workflow.tokens(task.internal_data.get("scope")):
            marks = other.internal_data
            if other.task_spec is self and not other.has_state(TaskState.READY):
                if RESET in marks:
                    continue
                arrived.setdefault(marks.get("flow", ""), []).append(other)
        return arrived

    def merge(self, task: Task, consumed: list[Task]) -> None:
        """``task`` stands for all of ``consumed``."""
        for other in consumed:
            if other is not task:
                task.data.update(other.data)
                other._set_state(TaskState.CANCELLED)

    def deadlock(self, task: Task) -> str:
        waiting = self.waiting(task)
        missing = [f"{self.named(f.source)} by {f.id}" for f in self._without(waiting)]
        return f"waits for a token from {', '.join(missing)}, and none can come"

    def _without(self, waiting: dict[str, list[Task]]) -> list[Flow]:
        return [f for f in self.node.incoming if f.id not in waiting]


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


class _LookingBack(_Join):
    """A join that knows whether more tokens can come (BPMN 2.0.2, 13.4.3)."""

    def more_can_come(self, task: Task, filled: set[str]) -> bool:
        """Is there a token that can reach an empty incoming flow without passing here, and that
        cannot as well reach a filled one?"""
        process: TokenTree = task.workflow
        empty = {f.id for f in self.node.incoming} - filled
        reaches = self._reaching()
        for other in process.tokens(task.internal_data.get("scope")):
            marks = other.internal_data
            if other.task_spec is self or marks.get("listener") or marks.get(BESIDE):
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
        for event in node.events:
            if event.kind == "link" and node.kind == "intermediateCatchEvent":
                before += [n.id for n in self._wf_spec.inside(node.scope) if _links_to(n, event)]
        # A boundary event is reached from the activity that it is attached to.
        return [*before, node.attached_to] if node.attached_to else before

    def choose(self, task: Task) -> list[Flow]:
        """Every flow whose condition holds, else the default."""
        return true_flows(self, task)


def _links_to(node: Node, event: EventDefinition) -> bool:
    throws = node.kind in ("intermediateThrowEvent", "endEvent")
    return throws and any(e.kind == "link" and e.name == event.name for e in node.events)


class InclusiveGateway(_LookingBack):
    """Waits until no other token can come, then takes every flow whose condition holds
    (BPMN 2.0.2, 13.4.3)."""

    def arrive(self, task: Task) -> bool:
        return len(self.node.incoming) <= 1

    def settle(self, task: Task) -> None:
        if not task.has_state(TaskState.WAITING):
            return
        waiting = self.waiting(task)
        if self.more_can_come(task, set(waiting)):
            return
        self.merge(task, [tokens[0] for tokens in waiting.values()])
        task._ready()


class ComplexGateway(_LookingBack):
    """Goes on as soon as its activation condition holds, then waits for the rest and forgets it
    (BPMN 2.0.2, 13.4.5).

    ``activationCount`` is the number of incoming flows on which a token waits; without a
    condition the first token is enough (a discriminator). After that the gateway waits for a
    token on each flow that had none, unless none can come any more, and takes them away: only
    flows with a condition of their own get a token then. Conditions see ``waitingForStart``.
    """

    def arrive(self, task: Task) -> bool:
        if RESET in task.internal_data:
            return False
        if len(self.node.incoming) <= 1:
            return True
        return self._resetting(task) is None and self._activate(task)

    def _resetting(self, task: Task) -> Task | None:
        for other in task.workflow.tokens(task.internal_data.get("scope")):
            if other.task_spec is self and RESET in other.internal_data:
                return other
        return None

    def _activate(self, task: Task) -> bool:
        """The first phase: does the condition hold with the tokens that are here?"""
        process: TokenTree = task.workflow
        waiting = self.waiting(task)
        count = Decimal(len(waiting))
        condition = self.node.activation
        what = f"the activation condition of {self.bpmn_id}"
        known = {"activationCount": count, "waitingForStart": True}
        if condition and not truth(task, condition, what, **known):
            return False
        self.merge(task, [tokens[0] for tokens in waiting.values()])
        if {f.id for f in self.node.incoming} - waiting.keys():
            scope = task.internal_data.get("scope")
            process.enter(process.place(self.name, scope, reset=sorted(waiting)))
        return True

    def settle(self, task: Task) -> None:
        """The second phase ends when every flow has given its token, or none can come."""
        consumed = task.internal_data.get(RESET)
        if consumed is None:
            self._stay(task)
            return
        waiting = {f: t for f, t in self.waiting(task).items() if f not in consumed}
        missing = {f.id for f in self.node.incoming} - set(consumed) - waiting.keys()
        if missing and self.more_can_come(task, {*consumed, *waiting}):
            return
        self.merge(task, [tokens[0] for tokens in waiting.values()])
        self._reset(task)

    def _reset(self, task: Task) -> None:
        process: TokenTree = task.workflow
        scope = task.internal_data.get("scope")
        task._set_state(TaskState.COMPLETED)
        again = [token for tokens in self.waiting(task).values() for token in tokens]
        local = {"waitingForStart": False, "activationCount": Decimal(0)}
        flows = [f for f in self.node.outgoing if f.condition and holds(process, f, task, **local)]
        for flow in flows:
            process.enter(process.place(flow.target, scope, task, flow=flow.id))
        for token in again:
            if token.has_state(TaskState.WAITING):
                process.enter(token)
        if not flows:
            process.close_scope(scope)

    def _stay(self, task: Task) -> None:
        """A token of the first phase waits on; a condition may look at variables."""
        ready = task.has_state(TaskState.WAITING) and len(self.node.incoming) > 1
        if ready and self._resetting(task) is None and self._activate(task):
            task._ready()

    def deadlock(self, task: Task) -> str:
        here = len(self.waiting(task))
        return f"has tokens by {here} flows, and its condition {self.node.activation} does not hold"

    def choose(self, task: Task) -> list[Flow]:
        return true_flows(self, task, waitingForStart=True)


def true_flows(spec: Spec, task: Task, /, **local: Any) -> list[Flow]:
    """The flows out of a gateway that splits: those whose condition holds or that have none, else
    the default. None at all is an incident (BPMN 2.0.2, 13.4.3 "Exception Issues")."""
    process: TokenTree = task.workflow
    rest = [f for f in spec.node.outgoing if f.id != spec.node.default]
    flows = [f for f in rest if f.condition is None or holds(process, f, task, **local)]
    flows = flows or [f for f in spec.node.outgoing if f.id == spec.node.default]
    if spec.node.outgoing and not flows:
        raise StepError(spec.bpmn_id, no_way_out(spec), kind="no_flow")
    return flows


class EventBasedGateway(Spec):
    """All the events that follow wait; the first to come takes the others away, unless the
    gateway is of type Parallel: that one starts a process and needs every event (BPMN 2.0.2,
    13.4.4 and 10.6.6)."""

    def leave(self, task: Task) -> None:
        process: TokenTree = task.workflow
        scope = task.internal_data.get("scope")
        marks = {} if self.node.all_events else {"race": task.id.hex}
        for flow in self.node.outgoing:
            process.place(flow.target, scope, task, flow=flow.id, **marks)
        if not self.node.outgoing:
            process.close_scope(scope)
