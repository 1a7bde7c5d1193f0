"""Timers are rows with a due time; SpiffWorkflow never asks what time it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select, update

from engine.definitions.evaluation import unevaluable
from engine.errors import StepError
from engine.feel import FeelError
from engine.iso8601 import TimeMalformed
from engine.job_queue import timer_job
from engine.runtime.deadlocks import KIND as STUCK
from engine.runtime.executor import Wait
from engine.runtime.running_instance import RunningInstance
from engine.runtime.step import Step
from engine.store.base import new_id, table_of, unclaimed
from engine.store.tables import CaseTable, IncidentTable, InstanceTable, TimerTable
from engine.timer_values import Firing, TimePassed
from engine.unit_of_work import INSTANCE_COLUMNS, snapshot, surroundings
from engine.views import SYSTEM

# Built once: at a full hour thousands of timers fire, and building a statement takes longer than
# running it.
_OF_INSTANCE = select(TimerTable.id, TimerTable.token).where(
    TimerTable.instance_id == bindparam("instance")
)
_ONE = select(TimerTable).where(TimerTable.id == bindparam("timer"))
_INSERT = insert(table_of(TimerTable))
_DROP_ONE = delete(table_of(TimerTable)).where(TimerTable.id == bindparam("timer"))
_CASE_OF = select(TimerTable.case_id).where(TimerTable.id == bindparam("timer")).scalar_subquery()
_HOLD_CASE = select(CaseTable.id).where(CaseTable.id == _CASE_OF).with_for_update(key_share=True)
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


def sync(step: Step, instance: RunningInstance, waits: Sequence[Wait]) -> None:
    """Set a timer for every token that waits for one, and drop those of tokens that are gone."""
    known = {
        row.token: row.id
        for row in step.connection.execute(_OF_INSTANCE, {"instance": instance.id})
    }
    wanted = {w.token for w in waits}
    _drop(step.connection, [i for token, i in known.items() if token not in wanted])
    for wait in waits:
        first = first_firing(step, instance, wait) if wait.token not in known else None
        if first is not None:
            due, rule = first
            step.connection.execute(
                _INSERT,
                {
                    "id": new_id(),
                    "case_id": instance.case_id,
                    "instance_id": instance.id,
                    "token": wait.token,
                    "element_id": wait.element_id,
                    "rule": rule,
                    "due_at": due,
                },
            )
            step.work.jobs.append(timer_job(due, step.now))


def first_firing(
    step: Step, instance: RunningInstance, wait: Wait
) -> tuple[datetime, dict[str, Any]] | None:
    """When a timer fires first, and its rule for the times after. None when its times are over and
    nothing needs it to go on: it listens beside an activity, or in a scope.

    :raises StepError: when it says no time
    """
    try:
        return arm(step, instance, wait)
    except StepError as error:
        beside = wait.marks.get("attached") or wait.marks.get("listener")
        if beside and isinstance(error.__cause__, TimePassed):
            return None
        raise


def set_instead(
    step: Step, instance: RunningInstance, wait: Wait, row: Mapping[str, Any]
) -> datetime:
    """Set a timer that is drawn otherwise now than when ``row`` was set: it counts from when that
    wait began. Returns when it is due, which may be past.

    :raises StepError: when it says no time
    """
    due, rule = arm(step, instance, wait, instead=row)
    step.connection.execute(
        update(TimerTable)
        .where(TimerTable.id == row["id"])
        .values(element_id=wait.element_id, due_at=due, rule=rule, lease_until=None)
    )
    step.work.jobs.append(timer_job(due, step.now))
    return due


def arm(
    step: Step, instance: RunningInstance, wait: Wait, instead: Any = None
) -> tuple[datetime, dict[str, Any]]:
    """When the timer fires first, and its rule for the times after; ``instead`` is the row of the
    timer whose place it takes."""
    going_on = wait.marks.get("cycle")
    if going_on:
        return datetime.fromisoformat(going_on["due"]), going_on["rule"]
    if wait.timer is None:
        raise StepError(wait.element_id, f"the timer {wait.element_id} says no time", kind="timer")
    kind, text = wait.timer
    value: Any = text
    known = {**instance.process.variables, **wait.local}
    try:
        if text.startswith("="):
            value = instance.definition.evaluator.evaluate(text, known)
        firing = _first_firing(step, kind, value, instead)
    except (FeelError, TimeMalformed, ValueError, TypeError) as error:
        failed = unevaluable(wait.element_id, f"the timer {wait.element_id}", text, error, known)
        raise StepError(wait.element_id, failed.message, kind="timer") from error
    return firing.due, dict(firing.rule)


def _first_firing(step: Step, kind: Any, value: Any, instead: Any) -> Firing:
    calendar, now = step.calendar, step.now
    if instead is None:
        return calendar.arm(kind, value, now)
    return calendar.arm_instead(kind, value, instead["rule"], instead["due_at"], now)


def held(connection: Connection, timer_id: str) -> Any:
    """A timer's row, of a case that nobody else moves until the transaction ends; None when it
    is gone. (On SQLite a writer is alone in any case.)"""
    if connection.dialect.name != "sqlite":
        connection.execute(_HOLD_CASE, {"timer": timer_id})
    return connection.execute(_ONE, {"timer": timer_id}).first()


def _drop(connection: Connection, timer_ids: Sequence[str]) -> None:
    """Take timers away."""
    if timer_ids:
        connection.execute(_DROP_ONE, [{"timer": timer_id} for timer_id in timer_ids])


def wake_up(step: Step, *due: Any) -> None:
    """The time of timers has come; ``due`` are their rows, at most one of each case."""
    _drop(step.connection, [timer.id for timer in due])
    for timer in due:
        instance = step.instance(timer.instance_id)
        rest = step.calendar.after_firing(timer.rule, timer.due_at, step.now)
        cycle = None
        if rest is not None and timer.rule.get("kind") == "cycle":
            cycle = {"due": rest.due.isoformat(), "rule": dict(rest.rule)}
        detail = {"due": timer.due_at.isoformat()}
        step.note(instance, "timer.fired", timer.element_id, detail, actor=SYSTEM)
        step.wake(instance.id, timer.token, kind="timer", cycle=cycle)


# ---------------------------------------------------------------- whose turn it is

LEASE = timedelta(seconds=60)
"""For how long a claimed timer is somebody's. Whoever is killed amid the work leaves it to others
after that; whoever is slower than that finds it gone, for the row itself is what fires once."""


def claim_due(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Take timers whose time has come, the earliest first; nobody else gets them for a while.
    Those of an instance in which something has failed wait until that is resolved; one that is
    only stuck may go on by them."""
    chosen = due_timers(now, limit).with_only_columns(TimerTable.id)
    taken = connection.execute(
        update(TimerTable)
        .where(TimerTable.id.in_(chosen))
        .values(lease_until=now + LEASE)
        .returning(TimerTable.id, TimerTable.due_at)
    )
    return [row.id for row in sorted(taken, key=lambda row: (row.due_at, row.id))]


def due_timers(now: datetime, limit: int) -> Any:
    """Timers whose time has come, the earliest first, and that nobody is firing. Whoever selects
    them has them until the transaction ends. Those of one moment come in any order: only the
    index is read, and of it no more than ``limit`` needs."""
    earliest = claimable(now).order_by(TimerTable.due_at).limit(limit)
    return earliest.with_for_update(of=TimerTable, skip_locked=True)


def release(connection: Connection, timer_id: str) -> None:
    """Let others have a timer that did not fire."""
    connection.execute(update(TimerTable).where(TimerTable.id == timer_id).values(lease_until=None))


def claimable(now: datetime, overdue: timedelta = timedelta(0)) -> Any:
    """Timers whose time has come (and is ``overdue`` by so much) and that are nobody's."""
    free = unclaimed(TimerTable.lease_until, now, LEASE)
    failed = select(IncidentTable.id).where(
        IncidentTable.instance_id == InstanceTable.id,
        IncidentTable.resolved_at.is_(None),
        IncidentTable.kind != STUCK,
    )
    # Not a join: PostgreSQL would join, and sort, all that are due for the sake of the first few.
    moves: Any = (
        select(
            or_(
                InstanceTable.state == "running",
                and_(InstanceTable.state == "incident", ~failed.exists()),
            )
        )
        .where(InstanceTable.id == TimerTable.instance_id)
        .scalar_subquery()
    )
    return select(TimerTable).where(TimerTable.due_at <= now - overdue, free, moves)


# ---------------------------------------------------------------- their time has come


def fire_batch(step: Step, limit: int) -> tuple[int, bool]:
    """Fire timers that are due, at most ``limit`` and one of each case, the earliest first. How
    many, and whether there may be more. It waits for nobody: a case that somebody else is moving
    is left out.

    :raises StepError, Conflict, IntegrityError: when one of them cannot; the caller rolls back,
        and fires them one by one
    """
    work = step.work
    chosen = due_timers(work.now, limit).with_only_columns(TimerTable.id, TimerTable.case_id)
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
    wake_up(step, *rows)
    step.run()
    return len(rows), len(rows) < len(due) or len(due) == limit


def fire_one(step: Step, timer_id: str) -> bool:
    """Fire one timer; False when somebody else has, or it was taken away meanwhile.

    :raises StepError: when the process cannot go on
    """
    timer = held(step.connection, timer_id)
    if timer is None or timer.due_at > step.now:
        return False
    wake_up(step, timer)
    step.run()
    return True
