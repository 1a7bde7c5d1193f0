"""How far cases have come: activities, open tasks and phases, for a page of a list or one case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from engine.queries.case_rows import CaseRows
from engine.queries.rows import AnyRow, AnySelect
from engine.queries.task_ranges import OPEN
from engine.store.tables import PlanItemTable, TaskTable


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a case has come: the number of activities of its plan and of those that are done, the
    number of its open tasks and of the late ones, and the keys of the phases with open tasks."""

    activities: int = 0
    done: int = 0
    open: int = 0
    late: int = 0
    phases: tuple[str, ...] = ()


def progress(connection: Connection, case_ids: Iterable[str], today: date) -> dict[str, Progress]:
    """The progress of each of the cases, in three statements for all of them.

    An activity is done when none of its tasks is open and the one that ended last was completed.
    """
    ids = list(case_ids)
    if not ids:
        return {}
    planned = connection.execute(
        select(
            PlanItemTable.case_id,
            PlanItemTable.phase,
            PlanItemTable.phase_order,
            func.count().label("n"),
        )
        .where(PlanItemTable.case_id.in_(ids))
        .group_by(PlanItemTable.case_id, PlanItemTable.phase, PlanItemTable.phase_order)
    ).all()
    order = {(row.case_id, row.phase): row.phase_order for row in planned}
    activities = _sums((row.case_id, row.n) for row in planned)
    done = {row.case_id: row.n for row in connection.execute(_done(ids))}
    late = func.sum(case((TaskTable.due < today, 1), else_=0)).label("late")
    opened = connection.execute(
        select(TaskTable.case_id, TaskTable.phase, func.count().label("n"), late)
        .where(TaskTable.case_id.in_(ids), OPEN)
        .group_by(TaskTable.case_id, TaskTable.phase)
    ).all()
    phases: dict[str, set[str]] = {i: set() for i in ids}
    for row in opened:
        if row.phase is not None:
            phases[row.case_id].add(row.phase)
    open_counts = _sums((row.case_id, row.n) for row in opened)
    late_counts = _sums((row.case_id, int(row.late)) for row in opened)
    return {
        i: Progress(
            activities=activities.get(i, 0),
            done=done.get(i, 0),
            open=open_counts.get(i, 0),
            late=late_counts.get(i, 0),
            phases=tuple(sorted(phases[i], key=lambda key: (order.get((i, key), 1 << 30), key))),
        )
        for i in ids
    }


def of_rows(rows: CaseRows, today: date) -> Progress:
    """The progress of a case whose rows are there already."""
    order: dict[str, int] = {}
    for item in rows.plan:
        order[item.phase] = item.phase_order
    rounds: dict[tuple[str, str], list[AnyRow]] = {}
    for task in rows.tasks:
        rounds.setdefault((task.process_id, task.element_id), []).append(task)
    done = {key for key, tasks in rounds.items() if _is_done(tasks)}
    opened = [task for task in rows.tasks if task.state == "open"]
    phases = {task.phase for task in opened if task.phase is not None}
    return Progress(
        activities=len(rows.plan),
        done=sum((item.process_id, item.element_id) in done for item in rows.plan),
        open=len(opened),
        late=sum(task.due is not None and task.due < today for task in opened),
        phases=tuple(sorted(phases, key=lambda key: (order.get(key, 1 << 30), key))),
    )


def _is_done(tasks: Iterable[AnyRow]) -> bool:
    latest: dict[str, datetime] = {}
    for task in tasks:
        if task.state == "open":
            return False
        latest[task.state] = max(latest.get(task.state, task.opened_at), task.opened_at)
    completed, cancelled = latest.get("completed"), latest.get("cancelled")
    return completed is not None and (cancelled is None or completed >= cancelled)


def _done(case_ids: list[str]) -> AnySelect:
    """A statement of how many activities of each case are done."""

    def latest(state: str) -> ColumnElement[Any]:
        return func.max(case((TaskTable.state == state, TaskTable.opened_at)))

    completed, cancelled = latest("completed"), latest("cancelled")
    finished = (
        select(TaskTable.case_id, TaskTable.process_id, TaskTable.element_id)
        .where(TaskTable.case_id.in_(case_ids))
        .group_by(TaskTable.case_id, TaskTable.process_id, TaskTable.element_id)
        .having(
            func.sum(case((TaskTable.state == "open", 1), else_=0)) == 0,
            completed.is_not(None),
            or_(cancelled.is_(None), completed >= cancelled),
        )
        .subquery()
    )
    same = (
        PlanItemTable.case_id == finished.c.case_id,
        PlanItemTable.process_id == finished.c.process_id,
        PlanItemTable.element_id == finished.c.element_id,
    )
    counted = select(PlanItemTable.case_id, func.count().label("n")).join(finished, and_(*same))
    return counted.group_by(PlanItemTable.case_id)


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for key, number in pairs:
        sums[key] = sums.get(key, 0) + number
    return sums
