"""What a move of an instance's tokens leads to: its events go where they belong, and everything
that its tokens wait for now has its row.

At the end the instances that have changed are written, parents before children, so that two
transactions that meet wait instead of locking each other out; each write is guarded by the
instance's revision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from engine.runtime import children, decisions, messages, signals, timers, writing
from engine.runtime.executor import Wait
from engine.runtime.running_instance import RUNNING, RunningInstance
from engine.runtime.spiff.workflow import Thrown
from engine.runtime.step import Step
from engine.unit_of_work import UnitOfWork

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
        writing.write(self, [one for one in self.instances.values() if one.changed])

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
            self.later(lambda: signals.broadcast(self, name, instance.id))
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
