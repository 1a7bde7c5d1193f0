"""Timers that fire together: at a full hour thousands are due, and what many have in common (the
transaction, a statement for each kind of row) is done once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from engine.queries.instance_snapshot import INSTANCE_COLUMNS, snapshot, surroundings
from engine.runtime import timers
from engine.runtime.step import Step
from engine.store.base import table_of
from engine.store.tables import CaseTable, InstanceTable, TimerTable

_TIMER: Final = table_of(TimerTable)
_CASE: Final = table_of(CaseTable)
_INSTANCE: Final = table_of(InstanceTable)

_READ: Final = (
    select(
        *_TIMER.c,
        *INSTANCE_COLUMNS,
        *surroundings(_TIMER.c.case_id, _TIMER.c.instance_id, _TIMER),
    )
    .join_from(_TIMER, _CASE, _CASE.c.id == _TIMER.c.case_id)
    .join(_INSTANCE, _INSTANCE.c.id == _TIMER.c.instance_id)
    .where(_TIMER.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_TIMER.c.due_at, _TIMER.c.id)
)


def fire_batch(step: Step, limit: int) -> tuple[int, bool]:
    """Fire timers that are due, at most ``limit`` and one of each case, the earliest first. How
    many, and whether there may be more. It waits for nobody: a case that somebody else is moving
    is left out.

    :raises StepError, Conflict, IntegrityError: when one of them cannot; the caller rolls back,
        and fires them one by one
    """
    work = step.work
    chosen = timers.due(work.now, limit).with_only_columns(TimerTable.id, TimerTable.case_id)
    due = work.connection.execute(chosen).all()
    if not due:
        return 0, False
    first: dict[str, str] = {}
    for timer_id, case_id in due:
        first.setdefault(case_id, timer_id)
    mine = [first[case_id] for case_id in work.hold_free(list(first))]
    rows = work.connection.execute(_READ, {"ids": mine}).all() if mine else []
    for row in rows:
        work.remember(snapshot(row))
    timers.ring(step, *rows)
    step.run()
    return len(rows), len(rows) < len(due) or len(due) == limit


def fire_one(step: Step, timer_id: str) -> bool:
    """Fire one timer; False when somebody else has, or it was taken away meanwhile.

    :raises StepError: when the process cannot go on
    """
    timer = timers.held(step.connection, timer_id)
    if timer is None or timer.due_at > step.now:
        return False
    timers.ring(step, timer)
    step.run()
    return True
