"""The running process: SpiffWorkflow's task tree, a queue of ready tokens, and what happened."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from engine.bpmn.model import DecisionCall
from engine.definitions.evaluation import unevaluable
from engine.errors import StepError
from engine.runtime.spiff.marks import LAYERED, LOOPS_APART, NEW, OWN

# At INFO the library builds a dictionary of all tasks for every change of state.
logging.getLogger("spiff.task").setLevel(logging.WARNING)
logging.getLogger("spiff.workflow").setLevel(logging.WARNING)

Token: TypeAlias = Task
"""A token is a task of the library's tree."""
TokenState: TypeAlias = TaskState
"""Where a token is in its life, as the library counts it."""
ACTIVE = TaskState.FUTURE | TaskState.WAITING | TaskState.READY | TaskState.STARTED
"""The states of a token that has not ended."""
PRUNE_EVERY = 500
"""After how many elements finished tokens are forgotten amid a run, so that a long run stays small.
"""

Evaluate = Callable[[str, Mapping[str, Any]], Any]
"""Evaluates an expression of the diagram in a context of variables."""

Decide = Callable[[str, DecisionCall, Mapping[str, Any]], Mapping[str, Any]]
"""Makes the decision that an element asks for, from these variables; the variables it gives."""


class Catcher(Protocol):
    """What the process must know of an element at which a token waits for an event."""

    def waits_for(self, task: Task, kind: str, name: str | None) -> bool:
        """Does this token wait for such an event?"""
        ...

    def catches_exactly(self, kind: str, name: str | None) -> bool:
        """Is it this very code, and not any, that is caught here?"""
        ...


@dataclass(frozen=True, slots=True)
class Thrown:
    """An event that left the process: a ``message``, ``signal``, ``error`` or ``escalation``."""

    kind: str
    name: str | None
    element_id: str
    unheard: tuple[str, ...] = ()
    """The tokens of the same process that are still to hear a signal."""


@dataclass(slots=True)
class Effects:
    """What one step did, for those who keep the records."""

    passed: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
    error: Thrown | None = None
    """The error that nobody in this process caught."""
    received: bool = False
    """Has a token of this process heard a signal that another one has thrown?"""

    def note(self, element_id: str) -> None:
        """A token has completed the element."""
        self.passed[element_id] += 1
        self.trace.append(element_id)


class TokenTree(Workflow):  # type: ignore[misc]
    """One instance of a process. ``variables`` are the process's, by name; a token's own data
    (the item of a multi-instance activity) hides them."""

    def __init__(self, spec: WorkflowSpec, evaluate: Evaluate, variables: dict[str, Any]) -> None:
        super().__init__(spec, deserializing=True)
        self.task_tree = Task(self, spec.start, state=TaskState.COMPLETED)
        self.variables = variables
        self.marks: dict[str, Any] = {LAYERED: True, LOOPS_APART: True}
        """What the process remembers as a scope, as a token does in its internal data."""
        self.written: set[str] = set()
        self.writers: dict[str, str] = {}
        """Which element has set a variable, of those that were set in this transaction."""
        self.effects = Effects()
        self.apart = False
        """Is a signal that is thrown here heard here later, in transactions of its own?"""
        self.ended: str | None = None
        """None while running, then ``completed`` or ``terminated``."""
        self.decide: Decide | None = None
        """Makes decisions, given by those who know the deployed ones."""
        self._evaluate = evaluate
        self._ready: deque[Task] = deque()
        self._gone: set[UUID] = set()
        self.look = False
        """Has anything changed that a condition could look at?"""
        self.steps = 0
        """How many elements have been passed in this transaction, in all its runs: a loop through
        other instances is a loop too."""

    # ------------------------------------------------------------ tokens

    def tokens(self, scope: str | None = None, *, everywhere: bool = False) -> Iterator[Task]:
        """The active tokens directly in ``scope`` (None: the process itself), or all of them."""
        for task in list(self.tasks.values()):
            if task is self.task_tree or not task.has_state(ACTIVE):
                continue
            if everywhere or task.internal_data.get("scope") == scope:
                yield task

    def token(self, token_id: str) -> Task | None:
        """The active token with this id (32 hexadecimal digits), if there is one."""
        task: Task | None = self.tasks.get(UUID(token_id))
        return task if task is not None and task.has_state(ACTIVE) else None

    def place(self, name: str, scope: str | None, parent: Task | None = None, **marks: Any) -> Task:
        """Put a token on the element ``name``. ``marks`` go into its internal data."""
        spec = self.spec.task_specs[name]
        task = (parent or self.task_tree)._add_child(spec, TaskState.FUTURE)
        task.internal_data.update(scope=scope, **marks)
        holder = self.token(scope) if scope else None
        source = parent if parent is not None and parent is not self.task_tree else None
        if source is None and not self.layered:
            source = holder
        if source is not None:
            task.data = dict(source.data)
        return task

    def enter(self, task: Task) -> None:
        """Let a placed token take effect at its element."""
        task.task_spec._update(task)

    def queue(self, task: Task) -> None:
        """Put a token that is ready at the end of the queue."""
        self._ready.append(task)

    def cancel_token(self, task: Task) -> None:
        """Take a token away, with its listeners and everything inside it."""
        if not task.has_state(ACTIVE):
            return
        token_id = task.id.hex
        task._set_state(TaskState.CANCELLED)
        self._gone.add(task.id)
        for other in list(self.tokens(everywhere=True)):
            marks = other.internal_data
            if marks.get("scope") == token_id or marks.get("attached") == token_id:
                self.cancel_token(other)

    def prune(self) -> None:
        """Forget finished tasks: nothing ever looks at them again."""
        self._gone.clear()
        root = self.task_tree
        self.tasks = {root.id: root} | {t.id: t for t in self.tokens(everywhere=True)}
        root._children = [task_id for task_id in self.tasks if task_id != root.id]
        for task in self.tasks.values():
            if task is not root:
                task._parent = root.id
                task._children = []

    # ------------------------------------------------------------ variables

    @property
    def layered(self) -> bool:
        """Do tokens look up the variables of the scopes around them?"""
        return LAYERED in self.marks

    def context(self, task: Task | None) -> Mapping[str, Any]:
        """The variables as a token sees them: its own data hides those of the process."""
        return {**self.variables, **self.local(task)} if task is not None else self.variables

    def local(self, task: Task) -> dict[str, Any]:
        """What a token sees beside the variables of the process: its own data, which hide those
        of the scopes around it."""
        scope = task.internal_data.get("scope")
        if scope is None or not self.layered:
            return dict(task.data)
        holder = self.token(scope)
        around = self.local(holder) if holder is not None else {}
        return {**around, **task.data}

    def evaluate(self, text: str, task: Task, what: str = "") -> Any:
        """The value of an expression as this token sees the variables. ``what`` says what it is,
        for the error when it fails."""
        known = self.context(task)
        try:
            return self._evaluate(text, known)
        except Exception as error:
            raise unevaluable(task.task_spec.bpmn_id, what, text, error, known) from error

    def write(self, values: Mapping[str, Any], task: Task | None = None) -> None:
        """Set variables: those that are local to the token's scope there, others globally."""
        self.look = True
        if self.layered:
            self._write(values, task)
            return
        for name, value in values.items():
            holder = task
            if holder is not None and name in holder.data:
                while holder is not None and name in holder.data:
                    holder.data[name] = value
                    scope = holder.internal_data.get("scope")
                    holder = self.token(scope) if scope else None
            else:
                self.variables[name] = value
                self.written.add(name)
                if task is not None:
                    self.writers[name] = task.task_spec.bpmn_id

    def _write(self, values: Mapping[str, Any], task: Task | None) -> None:
        for name, value in values.items():
            holder = self._home(name, task)
            if holder is not None:
                holder.data[name] = value
                continue
            self.variables[name] = value
            self.written.add(name)
            if task is not None:
                self.writers[name] = task.task_spec.bpmn_id

    def _home(self, name: str, task: Task | None) -> Task | None:
        """The token that has a variable: the innermost that knows it, or that keeps what is written
        inside it; None for one of the process."""
        while task is not None:
            scope = task.internal_data.get("scope")
            holder = self.token(scope) if scope else None
            own = task.internal_data.get(OWN)
            if name in task.data or (own and (own != NEW or name not in self.context(holder))):
                return task
            task = holder
        return None

    # ------------------------------------------------------------ running

    def run(self, budget: int, *, most_tokens: int) -> None:
        """Move tokens until every one of them waits.

        :param budget: the most elements that may be passed; more is a ``StepError``
        :param most_tokens: the most tokens that may be active at once
        """
        while self.ended is None:
            if not self._ready and not self._settle():
                break
            while self._ready and self.ended is None:
                self._look()
                task = self._ready.popleft()
                if not task.has_state(TaskState.READY):
                    continue
                self.steps += 1
                element = task.task_spec.bpmn_id
                if self.steps > budget:
                    raise StepError(element, _too_long(element, budget), kind="budget")
                task.run()
                if task.id in self._gone:
                    # The library would call a token that its own work took away "started".
                    task._set_state(TaskState.CANCELLED)
                if self.steps % PRUNE_EVERY == 0 or len(self.tasks) > 2 * most_tokens:
                    self.prune()
                    if len(self.tasks) > most_tokens:
                        raise StepError(element, _too_many(element, most_tokens), kind="budget")
        self.prune()

    def _look(self) -> None:
        """Conditional events fire as soon as what they look at has changed."""
        while self.look:
            self.look = False
            for task in list(self.tokens(everywhere=True)):
                if task.has_state(ACTIVE):
                    task.task_spec.look(task)

    def _settle(self) -> bool:
        """With nothing ready: joins that need the whole picture, conditions, ends of scopes."""
        for task in list(self.tokens(everywhere=True)):
            if task.has_state(ACTIVE):
                task.task_spec.settle(task)
        return bool(self._ready)

    def finish(self, how: str) -> None:
        """End the process: nothing in it is active any more."""
        for task in list(self.tokens(everywhere=True)):
            self.cancel_token(task)
        self._ready.clear()
        self.completed = True
        self.ended = how

    def close_scope(self, scope: str | None) -> None:
        """A token has ended in ``scope``: when it was the last, the scope ends too."""
        if self.ended is not None:
            return
        if any(not t.internal_data.get("listener") for t in self.tokens(scope)):
            return
        holder = self.token(scope) if scope else None
        if holder is not None and holder.task_spec.goes_on_inside(holder):
            return
        for listener in list(self.tokens(scope)):
            self.cancel_token(listener)
        if scope is None:
            self.finish("completed")
        elif holder is not None:
            holder.task_spec.inside_done(holder)

    def _task_completed_notify(self, task: Task) -> None:
        """The library's own version looks for a task called "End" and visits all waiting ones."""
        self.last_task = task

    # ------------------------------------------------------------ events

    def signal(self, name: str | None) -> tuple[str, ...]:
        """Tell all tokens that wait for the signal; returns those that are to hear it later."""
        unheard = []
        for task in list(self.tokens(everywhere=True)):
            if not task.has_state(ACTIVE) or not task.task_spec.waits_for(task, "signal", name):
                continue
            if self.apart:
                unheard.append(task.id.hex)
            else:
                self.effects.received = True
                task.task_spec.trigger(task, "signal", name)
        return tuple(unheard)

    def throw_up(self, kind: str, code: str | None, task: Task) -> bool:
        """Let an error or escalation travel outwards from ``task``; True when it was caught.

        In each scope first the event sub-processes, then the boundary events of the activity
        that is the scope (BPMN 2.0.2, 10.5.1: the innermost enclosing catcher wins). What an event
        sub-process throws itself goes outwards: those beside it do not hear it (10.5.6).
        """
        token_id: str | None = task.id.hex
        scope = task.internal_data.get("scope")
        handled = False
        while True:
            catcher = self.catcher(kind, code, attached=token_id)
            if catcher is None and not handled:
                catcher = self.catcher(kind, code, listening=(scope,))
            if catcher is not None:
                catcher.task_spec.trigger(catcher, kind, code)
                return True
            if scope is None:
                return False
            holder = self.token(scope)
            if holder is None:
                return False
            token_id, scope = scope, holder.internal_data.get("scope")
            handled = holder.task_spec.node.event_triggered

    def fail(self, code: str | None, task: Task) -> None:
        """Throw an error from ``task``. When nobody catches it, the process ends with it (BPMN
        2.0.2, 10.5.5 "Error Event")."""
        if self.throw_up("error", code, task):
            # The catcher has interrupted the scope; a token left over ends here.
            self.cancel_token(task)
            return
        self.effects.error = Thrown("error", code, task.task_spec.bpmn_id)
        self.finish("terminated")

    def catcher(
        self,
        kind: str,
        code: str | None,
        *,
        attached: str | None = None,
        listening: tuple[str | None] | None = None,
    ) -> Task | None:
        """The catcher of exactly this code, else one that catches all."""
        catches_all = None
        for task in self.tokens(everywhere=True):
            marks = task.internal_data
            here = (
                marks.get("attached") == attached
                if listening is None
                else bool(marks.get("listener")) and marks.get("scope") == listening[0]
            )
            spec: Catcher = task.task_spec
            if here and spec.waits_for(task, kind, code):
                if spec.catches_exactly(kind, code):
                    return task
                catches_all = catches_all or task
        return catches_all


def _too_long(element: str, budget: int) -> str:
    return (
        f"{element}: more than {budget} steps without waiting for anyone; "
        "there is probably a loop that nothing stops"
    )


def _too_many(element: str, most: int) -> str:
    return f"{element}: more than {most} tokens at once; a loop probably multiplies them"
