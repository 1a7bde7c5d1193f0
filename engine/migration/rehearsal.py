"""Would an instance go on in the new version? Tried in memory: nothing is written.

``assess`` says where an instance may stand; what its variables make of the new diagram, a timer
that says no time or a condition that fails, shows only when it goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import Any

from engine.errors import StepError
from engine.migration.compare import Comparison
from engine.migration.rewrite import Rewriting
from engine.runtime import decisions, timers
from engine.runtime.executor import Wait, executor_of
from engine.runtime.running_instance import RunningInstance
from engine.runtime.spiff.workflow import TokenTree
from engine.unit_of_work import UnitOfWork
from engine.views import MigrationNote
from engine.work.user_tasks import advance

log = logging.getLogger(__name__)


def would_fail(error: Exception) -> MigrationNote:
    """Why an instance cannot go on; an error that nobody has foreseen is one of the engine's."""
    if isinstance(error, StepError):
        element, text = error.element_id, error.message
    else:
        element, text = "", str(error)[:500]
    return MigrationNote("would_fail", element, element, {"error": text})


def would_wait(comparison: Comparison, process: TokenTree) -> tuple[MigrationNote, ...]:
    """Where a process of the new version would wait for ever; nothing when it need not."""
    stuck = executor_of(comparison.new).deadlocks(process)
    return tuple(comparison.note("would_wait", element, new=True) for element, _ in stuck)


def obstacles(
    work: UnitOfWork, comparison: Comparison, row: Any, process: TokenTree
) -> tuple[MigrationNote, ...]:
    """Why an instance that may stand in the new version cannot go on there. What it would start
    outside (children, messages) is not tried.

    :param row: the instance's
    :param process: the instance in its own version
    """
    if not row.state_blob or not any(process.tokens(everywhere=True)):
        return ()
    try:
        instance = _moved(comparison, row, process)
        step = advance(work)
        instance.process.decide = partial(decisions.make, step, instance)
        executor_of(comparison.new).look_again(instance.process)
        for wait in _new_timers(comparison, process, instance.process):
            timers.first_firing(step, instance, wait)
    except StepError as error:
        return (would_fail(error),)
    except Exception as error:
        # The others are to be looked at all the same.
        log.exception("an instance could not be tried")
        return (would_fail(error),)
    return would_wait(comparison, instance.process) if row.state == "running" else ()


def _moved(comparison: Comparison, row: Any, process: TokenTree) -> RunningInstance:
    """The instance in the new version, as it would be stored and read again."""
    new = executor_of(comparison.new)
    other = new.new(process.variables)
    Rewriting(comparison, process, other).run()
    return RunningInstance(
        id=row.id,
        case_id=row.case_id,
        parent_id=row.parent_id,
        parent_token=row.parent_token,
        parent_element=row.parent_element,
        depth=row.depth,
        definition=comparison.new,
        executor=new,
        process=new.load(new.dump(other), process.variables),
        state=row.state,
        revision=row.revision,
        passed=dict(row.passed),
    )


def _new_timers(comparison: Comparison, old: TokenTree, new: TokenTree) -> Iterator[Wait]:
    """Timers that would be set, or set anew."""
    same = {
        wait.token
        for wait in executor_of(comparison.old).waits(old)
        if wait.kind == "timer" and not comparison.events_changed(wait.element_id)
    }
    for wait in executor_of(comparison.new).waits(new):
        if wait.kind == "timer" and wait.token not in same:
            yield wait
