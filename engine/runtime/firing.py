"""Timers that fire together: at a full hour thousands are due, and what many have in common (the
transaction, a statement for each kind of row) is done once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from engine.records import history
from engine.runtime import running_instance, timers
from engine.runtime.advance import Advance
from engine.store.base import table_of
from engine.store.tables import CaseTable, InstanceTable, PlanItemTable, TimerTable
from engine.unit_of_work import Work

_TIMER: Final = table_of(TimerTable)
_CASE: Final = table_of(CaseTable)
_INSTANCE: Final = table_of(InstanceTable)

_READ: Final = (
    select(
        *_TIMER.c,
        _CASE.c.people,
        *running_instance.COLUMNS,
        *history.newest(_TIMER.c.instance_id),
        select(PlanItemTable.id)
        .where(PlanItemTable.case_id == _TIMER.c.case_id)
        .correlate(_TIMER)
        .exists()
        .label("planned"),
    )
    .join_from(_TIMER, _CASE, _CASE.c.id == _TIMER.c.case_id)
    .join(_INSTANCE, _INSTANCE.c.id == _TIMER.c.instance_id)
    .where(_TIMER.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_TIMER.c.due_at, _TIMER.c.id)
)


def fire_together(work: Work, limit: int) -> tuple[int, bool]:
    """Fire timers that are due, at most ``limit`` and one of each case, the earliest first. How
    many, and whether there may be more. It waits for nobody: a case that somebody else is moving
    is left out.

    :raises StepError, Conflict, IntegrityError: when one of them cannot; the caller rolls back,
        and fires them one by one
    """
    chosen = timers.due(work.now, limit).with_only_columns(TimerTable.id, TimerTable.case_id)
    found = work.connection.execute(chosen).all()
    if not found:
        return 0, False
    first: dict[str, str] = {}
    for timer_id, case_id in found:
        first.setdefault(case_id, timer_id)
    mine = [first[case_id] for case_id in work.hold_free(list(first))]
    due = work.connection.execute(_READ, {"ids": mine}).all() if mine else []
    work.read.update((row.instance_id, row) for row in due)
    advance = Advance(work)
    timers.fire(advance, *due)
    advance.run()
    return len(due), len(due) < len(found) or len(found) == limit
