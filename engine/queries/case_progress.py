"""How far cases have come: activities, open tasks and phases, for a page of a list or one case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from engine.queries.case_rows import CaseRows
from engine.queries.rows import AnyRow, AnySelect
from engine.queries.task_ranges import OPEN
from engine.store.tables import CaseTable, HistoryTable, PlanItemTable, TaskTable


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a case has come: the number of activities of its plan and of those that are done, the
    number of its open tasks and of the late ones, and the keys of the phases with open tasks."""

    activities: int = 0
    done: int = 0
    open: int = 0
    late: int = 0
    phases: tuple[str, ...] = ()


MOST_KEPT: Final = 20_000
"""How many cases' progress is kept; it takes a few hundred bytes each."""
_KEPT: Final[dict[tuple[str, str | None, date], Progress]] = {}


def newest_fact() -> ColumnElement[str]:
    """The hash of the newest fact of a case, for a statement of cases. Whatever changes a case's
    plan or its tasks is noted in the same transaction, so it tells whether ``progress`` is the
    same."""
    fact = select(HistoryTable.hash).where(HistoryTable.case_id == CaseTable.id)
    return fact.order_by(HistoryTable.id.desc()).limit(1).scalar_subquery().label("newest_fact")


def progress(
    connection: Connection, newest: Mapping[str, str | None], today: date
) -> dict[str, Progress]:
    """The progress of each of the cases, in one statement for those that have changed since they
    were counted, and in none when all are as they were.

    An activity is done when none of its tasks is open and the one that ended last was completed.

    :param newest: the hash of each case's ``newest_fact``, by the case's id
    """
    keys = {id: (id, fact, today) for id, fact in newest.items()}
    found = {id: _KEPT[key] for id, key in keys.items() if key in _KEPT}
    missing = [id for id in newest if id not in found]
    if missing:
        counted = _progress(connection, missing, today)
        if len(_KEPT) > MOST_KEPT:
            _KEPT.clear()
        _KEPT.update({keys[id]: one for id, one in counted.items() if newest[id] is not None})
        found |= counted
    return found


def _progress(connection: Connection, ids: Sequence[str], today: date) -> dict[str, Progress]:
    order: dict[tuple[str, str | None], int] = {}
    phases: dict[str, set[str]] = {id: set() for id in ids}
    sums = {(kind, id): 0 for kind in ("planned", "done", "open", "late") for id in ids}
    given = {"cases": ids, "today": today}
    for kind, id, phase, number, count, late in connection.execute(_COUNTED, given):
        sums[kind, id] += count
        if kind == "planned":
            order[id, phase] = number
        elif kind == "open":
            sums["late", id] += int(late)
            if phase is not None:
                phases[id].add(phase)
    return {
        id: Progress(
            activities=sums["planned", id],
            done=sums["done", id],
            open=sums["open", id],
            late=sums["late", id],
            phases=tuple(sorted(phases[id], key=lambda key: (order.get((id, key), 1 << 30), key))),
        )
        for id in ids
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


_CASES: Final[BindParameter[Any]] = bindparam("cases", expanding=True)
_NOTHING: Final[ColumnElement[int]] = literal_column("0")


def _kind(name: str) -> ColumnElement[str]:
    kind: ColumnElement[str] = literal_column(f"'{name}'")
    return kind.label("kind")


def _planned() -> AnySelect:
    """A statement of the activities of each case and phase, and the phase's place."""
    item = PlanItemTable
    counted: AnySelect = select(
        _kind("planned"),
        item.case_id,
        item.phase,
        item.phase_order.label("number"),
        func.count().label("count"),
        _NOTHING.label("late"),
    )
    return counted.where(item.case_id.in_(_CASES)).group_by(
        item.case_id, item.phase, item.phase_order
    )


def _opened() -> AnySelect:
    """A statement of the open tasks of each case and phase, and of the late ones."""
    task = TaskTable
    counted: AnySelect = select(
        _kind("open"),
        task.case_id,
        task.phase,
        _NOTHING,
        func.count(),
        func.sum(case((task.due < bindparam("today", type_=Date), 1), else_=0)),
    )
    return counted.where(task.case_id.in_(_CASES), OPEN).group_by(task.case_id, task.phase)


def _done() -> AnySelect:
    """A statement of how many activities of each case are done."""

    def latest(state: str) -> ColumnElement[Any]:
        return func.max(case((TaskTable.state == state, TaskTable.opened_at)))

    completed, cancelled = latest("completed"), latest("cancelled")
    finished = (
        select(TaskTable.case_id, TaskTable.process_id, TaskTable.element_id)
        .where(TaskTable.case_id.in_(_CASES))
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
    counted: AnySelect = select(
        _kind("done"), PlanItemTable.case_id, null(), _NOTHING, func.count(), _NOTHING
    )
    return counted.join(finished, and_(*same)).group_by(PlanItemTable.case_id)


_COUNTED: Final = union_all(_planned(), _opened(), _done())
"""What the progress of cases consists of: of each kind, the case, its phase, the phase's place, how
many, and how many of them are late."""
