"""Call activities: each starts an instance of its own, and hears of its end.

Errors, escalations, termination and interruption travel between parent and child as BPMN says
(2.0.2, 10.3.3 and 13.3.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from engine.bpmn.meta import VariableMapping
from engine.definitions.evaluation import is_storable, unstorable
from engine.errors import NotFound, StepError
from engine.runtime import stored_messages
from engine.runtime.executor import Wait
from engine.runtime.running_instance import RunningInstance
from engine.runtime.spiff.activities import Undoing
from engine.runtime.spiff.workflow import Thrown
from engine.runtime.state import DAMAGED
from engine.runtime.step import Step
from engine.store.tables import CaseTable, InstanceTable


def sync(step: Step, instance: RunningInstance, waits: Sequence[Wait]) -> None:
    """Start the children that call activities wait for, and cancel those nobody waits for."""
    known = {
        row.parent_token: row.id
        for row in step.connection.execute(
            select(InstanceTable.id, InstanceTable.parent_token).where(
                InstanceTable.parent_id == instance.id,
                InstanceTable.state.in_(("running", "incident")),
            )
        )
    }
    wanted = {w.token for w in waits}
    for token, child_id in known.items():
        if token not in wanted and step.instance(child_id).process.ended is None:
            step.cancel(step.instance(child_id), "interrupted")
    fresh = [w for w in waits if w.token not in known]
    most = step.config.limits.children
    if len(wanted) > most:
        text = f"more than {most} called processes at once"
        raise StepError(fresh[-1].element_id, f"{fresh[-1].element_id}: {text}", kind="budget")
    for wait in fresh:
        begin = _call if wait.kind == "call" else _undo
        begin(step, instance, wait)


def _call(step: Step, instance: RunningInstance, wait: Wait) -> None:
    deepest = step.config.limits.nesting
    if instance.depth + 1 > deepest:
        text = f"{wait.element_id}: processes call each other more than {deepest} deep"
        raise StepError(wait.element_id, text, kind="budget")
    call = instance.definition.meta.calls[wait.element_id]
    seen = {**instance.process.variables, **wait.local}
    called = call.called
    if called.startswith("="):
        what = f"what {wait.element_id} calls"
        called = str(instance.definition.evaluator.value_at(wait.element_id, called, seen, what))
    try:
        definition = step.definitions.called(
            step.connection, instance.definition, replace(call, called=called)
        )
    except NotFound as error:
        raise StepError(wait.element_id, error.message, kind="call") from error
    context = dict(seen) if call.all_in else {}
    context |= _mapped(instance, call.id, "in", call.inputs, seen)
    child = step.create(instance.case_id, definition, context, parent=(instance, wait))
    detail = {"process": definition.name, "version": definition.version, "instance": child.id}
    step.note(instance, "child.started", wait.element_id, detail)
    step.start(child)


def keeps_state(instance: RunningInstance) -> bool:
    """Is the state of an instance that has ended kept, so that its caller can have it undone?"""
    return instance.parent_id is not None and instance.executor.undoable(instance.process)


def _undo(step: Step, instance: RunningInstance, wait: Wait) -> None:
    """Start an instance that undoes what a called one has done (BPMN 2.0.2, 10.7 and 13.5.5)."""
    before = step.instance(wait.name or "")
    element = before.parent_element or wait.element_id
    if before.load_error is not None:
        raise StepError(element, before.load_error, kind=DAMAGED)
    definition = before.definition
    around = (instance, replace(wait, element_id=element))
    child = step.create(instance.case_id, definition, before.process.variables, parent=around)
    child.process.marks = deepcopy(before.process.marks)
    detail = {"process": definition.name, "version": definition.version, "instance": child.id}
    step.note(instance, "child.started", element, {**detail, "undoes": wait.name})
    step.move_later(child, lambda: child.executor.undo(child.process))


def ended(step: Step, instance: RunningInstance) -> None:
    """An instance has ended: its case, or the call activity that waits for it, hears of it."""
    error = instance.process.effects.error
    instance.state = "completed" if instance.process.ended == "completed" else "terminated"
    detail = {"error": error.name or ""} if error is not None else {}
    step.note(instance, f"instance.{instance.state}", error.element_id if error else None, detail)
    if instance.parent_id is None:
        if instance.id == instance.case_id:
            _end_case(step, instance)
    elif error is not None:
        throw_into_parent(step, instance, "error", error.name)
    else:
        undoable = instance.id if keeps_state(instance) else None
        results = _results(step, instance)
        step.wake(instance.parent_id, instance.parent_token or "", results, called=undoable)


def _end_case(step: Step, instance: RunningInstance) -> None:
    """A case has ended with its root instance; nobody will ever take the messages that still wait
    in it."""
    step.connection.execute(
        update(CaseTable)
        .where(CaseTable.id == instance.case_id)
        .values(state=instance.state, ended_at=step.now)
    )
    step.note(instance, f"case.{instance.state}")
    for name, times in stored_messages.unread(step.connection, instance.case_id).items():
        step.note(instance, "message.unread", detail={"message": name, "times": times})


def _results(step: Step, instance: RunningInstance) -> dict[str, Any]:
    """What a child gives back: by ``sp:out``, or the variables that it has set or was
    given under names of its own."""
    parent = step.instance(instance.parent_id or "")
    token = parent.process.token(instance.parent_token or "")
    call = parent.definition.meta.calls.get(token.task_spec.bpmn_id) if token is not None else None
    if token is not None and isinstance(token.task_spec, Undoing):
        return {}
    variables = instance.process.variables
    given: dict[str, Any] = {}
    if call is None or call.all_out:
        received = (
            {m.target for m in call.inputs} if call is not None and call.said_all_out else set()
        )
        theirs = instance.process.written | received
        given = {name: variables[name] for name in theirs if name in variables}
    if call is not None:
        given |= _mapped(parent, call.id, "out", call.outputs, variables)
    return given


def _mapped(
    caller: RunningInstance,
    element_id: str,
    direction: str,
    mappings: Sequence[VariableMapping],
    known: Mapping[str, Any],
) -> dict[str, Any]:
    """The values of ``sp:in`` or ``sp:out``."""
    values = {}
    for mapping in mappings:
        what = f"what {element_id} gives {direction} as {mapping.target}"
        value = caller.definition.evaluator.value_at(element_id, mapping.source, known, what)
        if not is_storable(value):
            raise unstorable(element_id, mapping.target)
        values[mapping.target] = value
    return values


def throw_into_parent(step: Step, instance: RunningInstance, kind: str, code: str | None) -> None:
    """Let an error or escalation go on in the process that called this one. An error that nobody
    catches there ends that process too; an escalation just goes on upwards."""
    if instance.parent_id is None or instance.parent_token is None:
        return
    parent, token = step.instance(instance.parent_id), instance.parent_token

    def throw() -> None:
        task = parent.process.token(token)
        if task is None:
            return
        caught = parent.executor.throw_into(parent.process, token, kind, code)
        if not caught and kind == "error":
            parent.process.effects.error = Thrown(kind, code, task.task_spec.bpmn_id)
            parent.process.finish("terminated")
        elif not caught:
            throw_into_parent(step, parent, kind, code)

    step.move_later(parent, throw)
