"""What a move of an instance's tokens leads to: its events go where they belong, and everything
that its tokens wait for now has its row.

At the end the instances that have changed are written, parents before children, so that two
transactions that meet wait instead of locking each other out; each write is guarded by the
instance's revision.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol

from sqlalchemy import bindparam, update

from engine import feel
from engine.errors import StepError
from engine.runtime import (
    children,
    deadlocks,
    decisions,
    incidents,
    messages,
    signals,
    timers,
    titles,
)
from engine.runtime.executor import Wait
from engine.runtime.running_instance import RUNNING, RunningInstance
from engine.runtime.spiff.workflow import Thrown
from engine.runtime.step import Step
from engine.store.base import table_of
from engine.store.batch import Statement
from engine.store.tables import InstanceTable
from engine.unit_of_work import UnitOfWork

_TABLE: Final = table_of(InstanceTable)
_WRITE: Final = Statement(
    update(_TABLE).where(
        _TABLE.c.id == bindparam("of_id"), _TABLE.c.revision == bindparam("at_revision")
    )
)

Keeper = Callable[[Step, RunningInstance, Sequence[Wait]], None]
"""Makes the rows of an instance agree with what its tokens wait for, of some kinds."""


class UserTasks(Protocol):
    """Keeps the rows of user tasks, which the runtime does not know: a floor above gives it."""

    def sync(self, step: Step, instance: RunningInstance, waits: Sequence[Wait]) -> None:
        """Open a user task for every token that waits for a person, and close the others."""
        ...

    def write(self, step: Step) -> None:
        """Write the user tasks that have been opened."""
        ...


class Advance(Step):
    """A step that sees to all that follows from it."""

    def __init__(self, work: UnitOfWork, user_tasks: UserTasks) -> None:
        super().__init__(work)
        self._user_tasks = user_tasks
        self._keepers: Mapping[frozenset[str], Keeper] = {
            frozenset({"call", "undo"}): children.sync,
            frozenset({"user"}): user_tasks.sync,
            frozenset({"timer"}): timers.sync,
            frozenset({"message", "signal"}): messages.sync,
        }
        """Who keeps the rows of which kinds of wait, in the order of the writing."""

    def run(self) -> None:
        """Do everything that is queued, then write what has changed.

        :raises StepError: when a process cannot go on; the caller rolls back
        """
        super().run()
        self._user_tasks.write(self)
        _write(self, [one for one in self.instances.values() if one.changed])

    def decides(self, instance: RunningInstance) -> None:
        instance.process.decide = partial(decisions.make, self, instance)

    def follow(self, instance: RunningInstance) -> None:
        effects = instance.process.effects
        for element, times in effects.passed.items():
            instance.passed[element] = instance.passed.get(element, 0) + times
        thrown, effects.thrown = effects.thrown, []
        effects.passed.clear()
        effects.trace.clear()
        with self.attribute_errors(instance):
            for event in thrown:
                self._throw(instance, event)
            self.sync(instance)
            if instance.process.ended is not None:
                children.ended(self, instance)

    def _throw(self, instance: RunningInstance, event: Thrown) -> None:
        name = event.name or ""
        if event.kind == "message":
            self.later(partial(messages.forward, self, instance.case_id, name))
        elif event.kind == "signal":
            self.later(partial(signals.broadcast, self, name, instance.id, event.unheard))
        elif event.kind == "escalation":
            children.throw_into_parent(self, instance, "escalation", event.name)

    def sync(self, instance: RunningInstance) -> None:
        running = instance.state in RUNNING
        waits = list(instance.executor.waits(instance.process)) if running else []
        now = frozenset((w.kind, w.token, w.name) for w in waits)
        # What waits as it did has its rows.
        known = instance.waited
        changed = None if known is None else {kind for kind, *_ in known ^ now}
        for kinds, keep in self._keepers.items():
            if changed is None or not changed.isdisjoint(kinds):
                keep(self, instance, [w for w in waits if w.kind in kinds])
        instance.waited = now


# ---------------------------------------------------------------- the end of a transaction


def _write(step: Step, changed: Iterable[RunningInstance]) -> None:
    """Write instances, parents before children and else in the order of their ids, so that two
    transactions that meet wait instead of locking each other out; each is guarded by its revision.

    :raises StepError: when one has grown too large
    """
    ordered = sorted(changed, key=lambda instance: (instance.depth, instance.id))
    values, marked = [], []
    for instance in ordered:
        with step.attribute_errors(instance):
            if instance.moved and _begun(instance):
                stalled = instance.executor.deadlocks(instance.process)
                if stalled or instance.state == "incident":
                    deadlocks.record(step, instance, stalled)
                    marked.append(instance)
            values.append(_values(step, instance))
            if instance.definition.meta.title is not None:
                titles.keep(step, instance, instance.definition.meta.title)
            elif instance.revision == 0 and instance.depth > 1:
                titles.inherit(step, instance)
    for row in values:
        step.work.batch.put(_WRITE, row)
    for instance in ordered:
        instance.revision += 1
        instance.changed = False
        step.work.snapshots.pop(instance.id, None)
        if instance.state not in RUNNING:
            incidents.close_all(step, instance)
        elif instance in marked:
            incidents.mark_case(step.connection, instance.case_id)


def _begun(instance: RunningInstance) -> bool:
    """Can it be stuck? One whose start has failed has an incident of its own that says so."""
    running = instance.state in RUNNING
    return running and (bool(instance.passed) or any(instance.process.tokens(everywhere=True)))


def _values(step: Step, instance: RunningInstance) -> dict[str, Any]:
    variables = {k: feel.to_json(v) for k, v in instance.process.variables.items()}
    _check_size(instance, variables, step.config.limits.variable_bytes)
    ended = instance.state not in RUNNING
    blob = {"state_blob": instance.executor.dump(instance.process)}
    if ended and not children.keeps_state(instance):
        blob = {"state_blob": b""}
    return {
        "of_id": instance.id,
        "at_revision": instance.revision,
        "state": instance.state,
        "revision": instance.revision + 1,
        **({} if instance.load_error is not None else blob),
        "variables": variables,
        "written": sorted(instance.process.written),
        "passed": instance.passed,
        "ended_at": step.now if ended else None,
    }


def _check_size(instance: RunningInstance, variables: Mapping[str, Any], most: int) -> None:
    """:param variables: the instance's, as JSON values
    :raises StepError: when they and those that are local to its tokens take more than ``most``
        bytes as JSON; it names the element that has written the largest
    """
    size = _json_size(variables)
    tokens = instance.process.tokens(everywhere=True) if instance.state in RUNNING else ()
    for task in tokens:
        if task.data:
            size += _json_size({k: feel.to_json(v) for k, v in task.data.items()})
    if size > most:
        largest = max(variables, key=lambda name: _json_size(variables[name]), default="")
        element = instance.process.writers.get(largest, instance.definition.process_id)
        raise StepError(
            element,
            f"{element}: the variables take {size} bytes, more than the {most} that are allowed; "
            f"the largest is {largest}",
            kind="budget",
        )


def _json_size(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
