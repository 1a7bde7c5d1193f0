"""Compensation: what has completed is remembered, and undone in reverse order when asked for.

BPMN 2.0.2, 10.7 and 13.5.5. Each scope remembers, in order of completion, its activities that
somebody could undo: those with a handler (an association from a compensation boundary event),
sub-processes with a compensation event sub-process, and those with such activities inside. The
memory is part of the scope's marks and is stored with them; it goes when the scope goes.

What a called process has done is undone by that process: its state is kept when it ends, the
call's record names the instance (``called``), and undoing it waits for another instance that
begins with what the first remembered.

A record is ``[spec's name, local variables as JSON, records inside]``. What a loop repeats is
folded to ``[times, records]``, so a case that goes round for years remembers no more than one
round, as long as the rounds are alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.bpmn.model import EventDefinition, Node
from engine.errors import StepError
from engine.runtime.spiff.specs import Spec
from engine.runtime.spiff.workflow import TokenTree

COMPENSATING = "\N{BULLET}compensating"
"""The name of the spec whose token undoes what a scope remembers, one record after the other."""
UNDOING = "\N{BULLET}undoing a call"
"""The name of the spec whose token waits for a called process to undo what it has done."""
CALLED = "called"
"""Marks a call activity's token with the instance that it has called and that can be undone; in
the record of an undoing, the same."""
RECORDS = "records"
"""The mark under which a scope remembers what was done in it and can be undone."""
LONGEST_ROUND = 50
"""The most records that a round of a loop may have to be recognised as one."""

Record = list[Any]
"""Name of the spec, local variables as JSON, and the records of what was done inside it."""


REMEMBERED = frozenset({RECORDS, CALLED})
"""Marks of a token that has something inside, or has called something, that can be undone."""

# -------------------------------------------------------------------------------- memory


def remember(process: TokenTree, task: Task) -> None:
    """An activity has completed: its scope remembers it, if it can be undone."""
    spec = task.task_spec
    inside = task.internal_data.pop(RECORDS, [])
    called = task.internal_data.pop(CALLED, None)
    if called is not None:
        inside = [[UNDOING, {CALLED: called}, []]]
    undoable = spec.visible and (spec.handler or spec.undo)
    if spec.node.for_compensation or not (inside or undoable):
        return
    records = _records(process, task.internal_data.get("scope"))
    local = {k: feel.to_json(v) for k, v in process.local(task).items()}
    records.append([spec.name, local, inside])
    _fold(records)
    if len(records) > process.spec.most_rounds:
        text = f"{spec.bpmn_id}: more than {process.spec.most_rounds} things to undo are remembered"
        raise StepError(spec.bpmn_id, text, kind="budget")


def _records(process: TokenTree, scope: str | None) -> list[Record]:
    holder = process.token(scope) if scope else None
    marks = process.marks if holder is None else holder.internal_data
    records: list[Record] = marks.setdefault(RECORDS, [])
    return records


def _repeats(record: Record) -> bool:
    return isinstance(record[0], int)


def _fold(records: list[Record]) -> None:
    """Put the end of the list together with an equal part just before it."""
    size = 1
    while size < len(records) and size <= LONGEST_ROUND:
        last, before = records[-size:], records[-size - 1]
        if _repeats(before) and before[1] == last:
            records[-size - 1 :] = [[before[0] + 1, last]]
            size = 0
        elif records[-2 * size : -size] == last:
            records[-2 * size :] = [[2, last]]
            size = 0
        size += 1


def _take_last(records: list[Record]) -> Record:
    last = records.pop()
    while _repeats(last):
        times, block = last
        if times > 1:
            records.append([times - 1, block])
        records.extend(deepcopy(block))
        last = records.pop()
    return last


def _split(records: list[Record], activity: str) -> tuple[list[Record], list[Record]]:
    """The records of one activity, and the rest."""
    taken: list[Record] = []
    rest: list[Record] = []
    for record in records:
        if _repeats(record):
            ours, others = _split(record[1], activity)
            taken += [[record[0], ours]] if ours else []
            rest += [[record[0], others]] if others else []
        elif record[0].partition(" [")[0] == activity:
            taken.append(record)
        else:
            rest.append(record)
    return taken, rest


# -------------------------------------------------------------------------------- throwing


def throw(process: TokenTree, event: EventDefinition, task: Task) -> bool:
    """Compensate what the event sees: one activity, or all of them. False when the token must
    wait for it. What has not completed is not compensated, and that is no error."""
    todo: list[Record] = []
    for scope in _visible(process, task.internal_data.get("scope")):
        records = _records(process, scope)
        if event.activity is None:
            taken, rest = list(records), list[Record]()
        else:
            taken, rest = _split(records, event.activity)
        records[:] = rest
        todo = taken + todo
    if not todo:
        return True
    waiter = task.id.hex if event.wait else None
    _begin(process, task.internal_data.get("scope"), todo, waiter)
    return not event.wait


def _visible(process: TokenTree, scope: str | None) -> Iterator[str | None]:
    """The scopes whose activities an event sees: its own and, from within an event sub-process,
    the one around that (BPMN 2.0.2, 10.5.5 "Compensation Event")."""
    yield scope
    holder = process.token(scope) if scope else None
    while holder is not None and holder.task_spec.node.event_triggered:
        outer = holder.internal_data.get("scope")
        yield outer
        holder = process.token(outer) if outer else None


def cancel(process: TokenTree, task: Task) -> None:
    """A cancel end event: the transaction around it is taken back. All that is active in it ends,
    all that has completed is compensated; then it leaves by its cancel boundary event (BPMN
    2.0.2, 10.3.5 and 13.5.6)."""
    scope = task.internal_data.get("scope")
    while scope is not None:
        holder = process.token(scope)
        if holder is None:
            break
        if holder.task_spec.node.kind == "transaction":
            todo = list(_inside(process, holder))
            for other in list(process.tokens(holder.id.hex)):
                process.cancel_token(other)
            _begin(process, holder.id.hex, todo, holder.id.hex)
            return
        scope = holder.internal_data.get("scope")
    element = task.task_spec.bpmn_id
    raise StepError(element, f"{element} cancels, but there is no transaction around it")


def undoable(process: TokenTree) -> bool:
    """Has a process that has ended anything that could be undone?"""
    return bool(process.marks.get(RECORDS)) or process.spec.undo is not None


def undo(process: TokenTree) -> None:
    """Undo what a process of the same definition has done; ``process`` has its marks and
    variables, and no token. Its compensation event sub-process does it when it has one."""
    records = process.marks.pop(RECORDS, [])
    if process.spec.undo is None:
        _begin(process, None, records, None)
        return
    event = {"event": process.spec.undo, RECORDS: records}
    process.enter(process.place(COMPENSATING, None, todo=[], waiter=None, **event))


def _inside(process: TokenTree, holder: Task) -> Iterator[Record]:
    """What has completed in a scope, and in the scopes within it that are still active."""
    yield from holder.internal_data.pop(RECORDS, [])
    for inner in list(process.tokens(holder.id.hex)):
        yield from _inside(process, inner)


def _begin(process: TokenTree, scope: str | None, todo: list[Record], waiter: str | None) -> None:
    process.enter(process.place(COMPENSATING, scope, todo=todo, waiter=waiter))


class Compensating(Spec):
    """A token that undoes one record after the other, the last first. It is the scope of the
    handlers; ``waiter`` is the token that goes on when all is undone."""

    def __init__(self, wf_spec: WorkflowSpec, process_id: str) -> None:
        node = Node(id=process_id, kind="compensation", name="", scope=process_id)
        super().__init__(wf_spec, node, COMPENSATING)
        self.visible = False

    def act(self, task: Task) -> bool:
        process: TokenTree = task.workflow
        event = task.internal_data.pop("event", None)
        if event is not None:
            self._handle(process, task, event)
            return False
        todo: list[Record] = task.internal_data["todo"]
        while todo:
            name, local, inside = _take_last(todo)
            if name == UNDOING:
                self._handle(process, task, UNDOING, **local)
                return False
            data = {k: feel.from_json(v) for k, v in local.items()}
            spec = process.spec.task_specs.get(name)
            if spec is not None and spec.visible and spec.handler:
                # The handler knows nothing of the inside: it is a black box (10.7).
                self._handle(process, task, spec.handler, data)
                return False
            if spec is not None and spec.visible and spec.undo:
                marks = {"todo": [], "event": spec.undo, RECORDS: inside}
                self._handle(process, task, COMPENSATING, data, **marks)
                return False
            todo.extend(inside)
        return True

    def _handle(
        self,
        process: TokenTree,
        task: Task,
        name: str,
        data: dict[str, Any] | None = None,
        **marks: Any,
    ) -> None:
        handler = process.place(name, task.id.hex, **marks)
        handler.data.update(data or {})
        process.enter(handler)

    def inside_done(self, task: Task) -> None:
        if not task.has_state(TaskState.READY):
            task._ready()

    def leave(self, task: Task) -> None:
        process: TokenTree = task.workflow
        waiter = task.internal_data.get("waiter")
        waiting = process.token(waiter) if waiter else None
        if waiting is not None:
            waiting.task_spec.compensated(waiting)
        else:
            process.close_scope(task.internal_data.get("scope"))
