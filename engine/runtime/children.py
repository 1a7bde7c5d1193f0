"""Call activities: each starts an instance of its own, and hears of its end.

Errors, escalations, termination and interruption travel between parent and child as BPMN says
(2.0.2, 10.3.3 and 13.3.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.bpmn.meta import VariableMapping
from engine.errors import NotFound
from engine.runtime import rows
from engine.runtime.executor import StepError, Wait
from engine.runtime.spiff.activities import Undoing
from engine.runtime.spiff.workflow import Thrown
from engine.runtime.state import DAMAGED
from engine.store.tables import InstanceTable

if TYPE_CHECKING:
    from engine.runtime.advance import Advance
    from engine.runtime.running_instance import Live


def sync(advance: Advance, live: Live, waits: Sequence[Wait]) -> None:
    """Start the children that call activities wait for, and cancel those nobody waits for."""
    known = {
        row.parent_token: row.id
        for row in advance.connection.execute(
            select(InstanceTable.id, InstanceTable.parent_token).where(
                InstanceTable.parent_id == live.id, InstanceTable.state.in_(("running", "incident"))
            )
        )
    }
    wanted = {w.token for w in waits}
    for token, child_id in known.items():
        if token not in wanted and advance.live(child_id).process.ended is None:
            advance.cancel(advance.live(child_id), "interrupted")
    fresh = [w for w in waits if w.token not in known]
    most = advance.config.limits.children
    if len(wanted) > most:
        text = f"more than {most} called processes at once"
        raise StepError(fresh[-1].element_id, f"{fresh[-1].element_id}: {text}", kind="budget")
    for wait in fresh:
        begin = _call if wait.kind == "call" else _undo
        begin(advance, live, wait)


def _call(advance: Advance, live: Live, wait: Wait) -> None:
    deepest = advance.config.limits.nesting
    if live.depth + 1 > deepest:
        text = f"{wait.element_id}: processes call each other more than {deepest} deep"
        raise StepError(wait.element_id, text, kind="budget")
    call = live.loaded.meta.calls[wait.element_id]
    seen = {**live.process.variables, **wait.local}
    called = call.called
    if called.startswith("="):
        what = f"what {wait.element_id} calls"
        called = str(live.loaded.executor.value_at(wait.element_id, called, seen, what))
    try:
        loaded = advance.definitions.called(
            advance.connection, live.loaded, replace(call, called=called)
        )
    except NotFound as error:
        raise StepError(wait.element_id, error.message, kind="call") from error
    context = dict(seen) if call.all_in else {}
    context |= _mapped(live, call.id, "in", call.inputs, seen)
    child = advance.create(live.case_id, loaded, context, parent=(live, wait))
    detail = {"process": loaded.name, "version": loaded.version, "instance": child.id}
    advance.note(live, "child.started", wait.element_id, detail)
    advance.start(child)


def kept(live: Live) -> bool:
    """Is the state of an instance that has ended kept, so that its caller can have it undone?"""
    return live.parent_id is not None and live.loaded.executor.undoable(live.process)


def _undo(advance: Advance, live: Live, wait: Wait) -> None:
    """Start an instance that undoes what a called one has done (BPMN 2.0.2, 10.7 and 13.5.5)."""
    before = advance.live(wait.name or "")
    element = before.parent_element or wait.element_id
    if before.damage is not None:
        raise StepError(element, before.damage, kind=DAMAGED)
    loaded = before.loaded
    around = (live, replace(wait, element_id=element))
    child = advance.create(live.case_id, loaded, before.process.variables, parent=around)
    child.process.marks = deepcopy(before.process.marks)
    detail = {"process": loaded.name, "version": loaded.version, "instance": child.id}
    advance.note(live, "child.started", element, {**detail, "undoes": wait.name})
    advance.step_later(child, lambda: loaded.executor.undo(child.process))


def ended(advance: Advance, live: Live) -> None:
    """An instance has ended: its case, or the call activity that waits for it, hears of it."""
    error = live.process.effects.error
    live.state = "completed" if live.process.ended == "completed" else "terminated"
    detail = {"error": error.name or ""} if error is not None else {}
    advance.note(live, f"instance.{live.state}", error.element_id if error else None, detail)
    if live.parent_id is None:
        if live.id == live.case_id:
            rows.end_case(advance.connection, live.case_id, live.state, advance.now)
    elif error is not None:
        throw_into_parent(advance, live, "error", error.name)
    else:
        undoable = live.id if kept(live) else None
        results = _results(advance, live)
        advance.wake(live.parent_id, live.parent_token or "", results, called=undoable)


def _results(advance: Advance, live: Live) -> dict[str, Any]:
    """What a child gives back: by ``sp:out``, or the variables that it has set or was
    given under names of its own."""
    parent = advance.live(live.parent_id or "")
    token = parent.process.token(live.parent_token or "")
    call = parent.loaded.meta.calls.get(token.task_spec.bpmn_id) if token is not None else None
    if token is not None and isinstance(token.task_spec, Undoing):
        return {}
    variables = live.process.variables
    given: dict[str, Any] = {}
    if call is None or call.all_out:
        received = (
            {m.target for m in call.inputs} if call is not None and call.said_all_out else set()
        )
        theirs = live.process.written | received
        given = {name: variables[name] for name in theirs if name in variables}
    if call is not None:
        given |= _mapped(parent, call.id, "out", call.outputs, variables)
    return given


def _mapped(
    caller: Live,
    element_id: str,
    direction: str,
    mappings: Sequence[VariableMapping],
    known: Mapping[str, Any],
) -> dict[str, Any]:
    """The values of ``sp:in`` or ``sp:out``."""
    evaluate = caller.loaded.executor.value_at
    return {
        m.target: evaluate(
            element_id, m.source, known, f"what {element_id} gives {direction} as {m.target}"
        )
        for m in mappings
    }


def throw_into_parent(advance: Advance, live: Live, kind: str, code: str | None) -> None:
    """Let an error or escalation go on in the process that called this one. An error that nobody
    catches there ends that process too; an escalation just goes on upwards."""
    if live.parent_id is None or live.parent_token is None:
        return
    parent, token = advance.live(live.parent_id), live.parent_token

    def throw() -> None:
        task = parent.process.token(token)
        if task is None:
            return
        caught = parent.loaded.executor.throw_into(parent.process, token, kind, code)
        if not caught and kind == "error":
            parent.process.effects.error = Thrown(kind, code, task.task_spec.bpmn_id)
            parent.process.finish("terminated")
        elif not caught:
            throw_into_parent(advance, parent, kind, code)

    advance.step_later(parent, throw)
