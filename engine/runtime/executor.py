"""Runs one process with SpiffWorkflow: start, restore, and the few things that can happen to it.

The executor knows tokens and variables. Rows, people, time and other instances are ``advance``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import model
from engine.config.settings import LimitSettings
from engine.definitions.library import ExecutableDefinition
from engine.errors import StepError
from engine.runtime import state
from engine.runtime.spiff import adhoc, compensation, scopes
from engine.runtime.spiff.build import ProcessSpec, build
from engine.runtime.spiff.workflow import Evaluate, TokenTree

Awaited = tuple[str, str, str | None]
"""Kind, token and name of a wait."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A token that something outside must wake.

    ``kind`` is ``user``, ``call``, ``undo`` (of what a called instance has done), ``timer``,
    ``message``, ``signal``, ``conditional`` or ``adhoc`` (an ad-hoc sub-process in which nothing is
    active until a person begins something); ``name`` the message's or signal's name, or the
    instance to undo; ``timer`` the kind and text as drawn; ``marks`` the
    token's internal data.
    """

    token: str
    element_id: str
    kind: str
    name: str | None
    timer: tuple[str, str] | None
    interrupting: bool
    local: Mapping[str, Any]
    marks: Mapping[str, Any]


_EXECUTORS: Final[WeakKeyDictionary[ExecutableDefinition, Executor]] = WeakKeyDictionary()


def executor_of(definition: ExecutableDefinition) -> Executor:
    """The executor of a definition: built once, and kept as long as the definition is."""
    executor = _EXECUTORS.get(definition)
    if executor is None:
        evaluate = definition.evaluator.evaluate
        executor = Executor(definition.model, evaluate, definition.limits)
        _EXECUTORS[definition] = executor
    return executor


class Executor:
    """One definition, ready to run. Holds no instance: it can be cached and shared."""

    def __init__(self, process: model.Process, evaluate: Evaluate, limits: LimitSettings) -> None:
        """:param evaluate: evaluates the expressions of the diagram"""
        self.model = process
        self._evaluate = evaluate
        self._limits = limits
        self._spec: ProcessSpec = build(process, most_rounds=limits.tokens)

    @property
    def handlers(self) -> frozenset[str]:
        """The specs of the activities that something undoes (see spiff/compensation.py)."""
        specs = self._spec.task_specs.items()
        undone = ((n, getattr(s, "handler", None) or getattr(s, "undo", None)) for n, s in specs)
        return frozenset(name for name, by in undone if by)

    # ------------------------------------------------------------ making and keeping

    def new(self, variables: dict[str, Any]) -> TokenTree:
        """A token tree without any token, with these variables."""
        return TokenTree(self._spec, self._evaluate, variables)

    def load(self, stored: bytes, variables: dict[str, Any]) -> TokenTree:
        """:raises engine.runtime.state.DamagedState: when ``stored`` cannot be understood"""
        process = self.new(variables)
        state.load(process, stored)
        return process

    @staticmethod
    def dump(process: TokenTree) -> bytes:
        """The bytes that ``load`` restores the tokens from."""
        return state.dump(process)

    # ------------------------------------------------------------ what can happen

    def start(self, process: TokenTree, at: str | None = None) -> None:
        """Begin the process, at the start event ``at`` when an event has started it."""
        if at is None:
            scopes.open_scope(process, None, self.model.id)
        else:
            scopes.start_listeners(process, None, self.model.id)
            process.enter(process.place(at, None, fired=True))
            for other in self._also_needed(at):
                process.enter(process.place(other, None))
        self.run(process)

    def _also_needed(self, at: str) -> Iterator[str]:
        """The other events of a starting gateway of type Parallel (BPMN 2.0.2, 10.6.6)."""
        for flow in self.model.nodes[at].incoming:
            gateway = self.model.nodes[flow.source]
            if gateway.kind == "eventBasedGateway" and gateway.all_events:
                yield from (f.target for f in gateway.outgoing if f.target != at)

    def complete(self, process: TokenTree, token: str, values: Mapping[str, Any]) -> None:
        """A person has done the user task: set the variables and go on."""
        task = self._token(process, token)
        process.write(values, task)
        task.run()
        self.run(process)

    def wake(
        self,
        process: TokenTree,
        token: str,
        values: Mapping[str, Any] | None = None,
        *,
        cycle: Mapping[str, Any] | None = None,
        kind: str = "",
        name: str | None = None,
        called: str | None = None,
    ) -> None:
        """What the token waited for has come: a time, a message, a signal, a child's end.

        ``kind`` and ``name`` say which event it was, as its ``Wait`` does: a parallel multiple
        event waits on for the others.

        :param values: a message's payload or a child's results, which become variables
        :param cycle: the rest of a repeating timer that goes on
        :param called: the child instance, when what it has done can be undone
        """
        task = self._token(process, token)
        if called is not None:
            task.internal_data[compensation.CALLED] = called
        if values:
            self._bring(process, task, values)
        if cycle is not None:
            task.internal_data["cycle"] = dict(cycle)
        else:
            task.internal_data.pop("cycle", None)
        task.task_spec.trigger(task, kind, name)
        self.run(process)

    @staticmethod
    def _bring(process: TokenTree, task: Task, values: Mapping[str, Any]) -> None:
        """Give a token what its event has brought. What can happen again has its own each time: an
        event sub-process keeps it to itself; the branch of a boundary event goes on with it, and
        the scope around sees the latest."""
        again = process.layered and not task.task_spec.interrupting
        if not (again and task.internal_data.get("listener")):
            process.write(values, task)
        if again and (task.internal_data.keys() & {"listener", "attached"}):
            process.look = True
            task.data.update(values)

    @staticmethod
    def undoable(process: TokenTree) -> bool:
        """Has a process that has completed anything that its caller could have undone?"""
        return process.ended == "completed" and compensation.undoable(process)

    def undo(self, process: TokenTree) -> None:
        """Undo what was done in the instance whose state ``process`` was loaded from."""
        compensation.undo(process)
        self.run(process)

    def begin_inner(self, process: TokenTree, token: str, element_id: str) -> None:
        """A person begins an activity of an open ad-hoc sub-process.

        :raises StepError: when it cannot begin now
        """
        task = self._token(process, token)
        if not isinstance(task.task_spec, adhoc.AdHocSubProcess):
            raise StepError(task.task_spec.bpmn_id, "only an ad-hoc sub-process offers activities")
        task.task_spec.begin_inner(task, element_id)
        self.run(process)

    def begin_beside(self, process: TokenTree, element_id: str) -> str:
        """Do an activity outside of the sequence flows; the id of its token. It has no boundary
        events, and nothing follows it."""
        task = process.place(element_id, None, beside=True, listening=True)
        process.enter(task)
        self.run(process)
        return str(task.id.hex)

    @staticmethod
    def choices(process: TokenTree) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Token, element and what a person may begin, of every open ad-hoc sub-process."""
        for task in process.tokens(everywhere=True):
            spec = task.task_spec
            if isinstance(spec, adhoc.AdHocSubProcess) and "rest" in task.internal_data:
                names = tuple(spec.choices(task))
                if names:
                    yield task.id.hex, spec.bpmn_id, names

    def throw_into(self, process: TokenTree, token: str, kind: str, code: str | None) -> bool:
        """A called instance has thrown an error or escalation; True when it was caught here."""
        task = self._token(process, token)
        caught = process.throw_up(kind, code, task)
        self.run(process)
        return caught

    def run(self, process: TokenTree) -> None:
        """Move tokens until every one of them waits, within the limits of steps and tokens."""
        process.run(self._limits.steps, most_tokens=self._limits.tokens)

    @staticmethod
    def _token(process: TokenTree, token: str) -> Task:
        task = process.token(token)
        if task is None:
            raise StepError(process.spec.name, "the token is no longer active", kind="gone")
        return task

    # ------------------------------------------------------------ what it waits for

    def waits(self, process: TokenTree) -> Iterator[Wait]:
        """Everything that the process waits for, from outside."""
        for task in process.tokens(everywhere=True):
            for kind, name, timer in task.task_spec.awaits(task):
                yield _wait(process, task, kind, name, timer)

    @staticmethod
    def awaited(process: TokenTree) -> frozenset[Awaited]:
        """The same as ``waits``, in short."""
        return frozenset(
            (kind, task.id.hex, name)
            for task in process.tokens(everywhere=True)
            for kind, name, _ in task.task_spec.awaits(task)
        )

    def deadlocks(self, process: TokenTree) -> tuple[tuple[str, str], ...]:
        """The elements where tokens wait for ever, each with the reason; nothing while there is
        hope: the process has ended, or something outside can wake it."""
        if process.ended is not None:
            return ()
        tokens = [t for t in process.tokens(everywhere=True) if not t.internal_data.get("listener")]
        for task in tokens:
            if any(kind not in HOPELESS for kind, *_ in task.task_spec.awaits(task)):
                return ()
        held = [t for t in tokens if t.has_state(TaskState.WAITING)]
        if not held:
            return ((process.spec.name, "has no token left, and has not ended"),)
        reasons = {t.task_spec.bpmn_id: t.task_spec.deadlock(t) for t in held}
        return tuple(reasons.items())

    def look_again(self, process: TokenTree) -> None:
        """Ask all conditions again, and go on where one holds now."""
        process.look = True
        self.run(process)


HOPELESS = frozenset({"error", "escalation", "cancel"})
"""Waits that only the process itself can end."""


def _wait(
    process: TokenTree, task: Task, kind: str, name: str | None, timer: tuple[str, str] | None
) -> Wait:
    spec = task.task_spec
    return Wait(
        token=task.id.hex,
        element_id=spec.bpmn_id,
        kind=kind,
        name=name,
        timer=timer,
        interrupting=spec.interrupting,
        local=process.local(task),
        marks=dict(task.internal_data),
    )
