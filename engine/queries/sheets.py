"""The paper form of a case: every activity of its plan with all its rounds, and the plan itself.

The rows are those of ``plan_item``; a row's rounds are the user tasks of its process and element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, null, select

from engine.bpmn.meta import CheckItem
from engine.queries.rows import (
    SIGNATURE,
    AnyRow,
    People,
    people_by_id,
    signature_view,
    tickers,
    ticks_view,
)
from engine.store.tables import (
    DefinitionTable,
    InstanceTable,
    PlanItemTable,
    SignatureTable,
    TaskTable,
)
from engine.views import PlanRow, RowState, Sheet, SheetEntry, SheetRow, SignatureView

Points = Callable[[str, str], Sequence[CheckItem]]
"""``points(definition_id, element_id)``: an activity's checklist in that version's diagram."""

Place = tuple[str, str]
"""Process id and element id: what joins a plan row and its tasks."""


def no_points(definition_id: str, element_id: str) -> Sequence[CheckItem]:
    """For callers that show no checklists."""
    return ()


_PLAN = (
    PlanItemTable.id,
    PlanItemTable.phase,
    PlanItemTable.phase_title,
    PlanItemTable.process_id,
    PlanItemTable.element_id,
    PlanItemTable.name,
    PlanItemTable.points,
    PlanItemTable.role,
    PlanItemTable.person_id,
    PlanItemTable.due,
)
_ROUND = (
    TaskTable.id,
    TaskTable.process_id,
    TaskTable.element_id,
    TaskTable.state,
    TaskTable.assignee_id,
    TaskTable.completed_by,
    TaskTable.due,
    TaskTable.opened_at,
    TaskTable.ended_at,
)


def plan_rows(connection: Connection, case_id: str, *, running: bool) -> tuple[PlanRow, ...]:
    """The plan of a case in the order of its sheets. ``running`` is false when the case has ended:
    what was never opened is then ``not_reached``.

    An activity that is open shows the person and the date of its open task; every other one what
    is planned for its next round.
    """
    plan = _plan(connection, case_id)
    rounds = _rounds(connection.execute(select(*_ROUND).where(TaskTable.case_id == case_id)))
    people = people_by_id(connection, _plan_people(plan, rounds))
    return tuple(_plan_row(row, rounds.get(_place(row), []), people, running) for row in plan)


def sheets(
    connection: Connection, case_id: str, *, running: bool, points: Points = no_points
) -> tuple[Sheet, ...]:
    """The sheets of a case in their order, each with all its rows."""
    plan = _plan(connection, case_id)
    statement = select(*_ROUND, TaskTable.definition_id, TaskTable.ticks)
    rounds = _rounds(connection.execute(statement.where(TaskTable.case_id == case_id)))
    signed = connection.execute(select(*SIGNATURE).where(SignatureTable.case_id == case_id))
    ids = {*_plan_people(plan, rounds)}
    for row in (row for found in rounds.values() for row in found):
        ids.update((row.completed_by, *tickers(row.ticks)))
    look = _Look(
        people_by_id(connection, ids),
        {row.task_id: signature_view(row) for row in signed},
        cache(points),
        running,
    )
    by_phase: dict[str, list[AnyRow]] = {}
    for row in plan:
        by_phase.setdefault(row.phase, []).append(row)
    drawn = _diagrams(connection, case_id, by_phase)
    return tuple(_sheet(key, rows, rounds, drawn.get(key), look) for key, rows in by_phase.items())


def row_state(states: Iterable[tuple[str, object]], *, running: bool) -> RowState:
    """The state of an activity from its tasks' ``(state, opened_at)``."""
    found = list(states)
    if not found:
        return "ahead" if running else "not_reached"
    if any(state == "open" for state, _ in found):
        return "open"
    # Of two that were opened at the same time the completed one counts.
    last = max(found, key=lambda pair: (pair[1], pair[0] == "completed"))
    return "done" if last[0] == "completed" else "cancelled"


# ---------------------------------------------------------------- parts


@dataclass(frozen=True, slots=True)
class _Look:
    people: People
    signatures: Mapping[str, SignatureView]
    points: Points
    running: bool


def _plan(connection: Connection, case_id: str) -> Sequence[AnyRow]:
    statement = select(*_PLAN).where(PlanItemTable.case_id == case_id)
    return connection.execute(
        statement.order_by(PlanItemTable.phase_order, PlanItemTable.row_order)
    ).all()


def _place(row: AnyRow) -> Place:
    return row.process_id, row.element_id


def _rounds(rows: Iterable[AnyRow]) -> dict[Place, list[AnyRow]]:
    """The tasks of each activity, oldest first."""
    found: dict[Place, list[AnyRow]] = {}
    for row in sorted(rows, key=lambda r: (r.opened_at, *_end(r), r.id)):
        found.setdefault(_place(row), []).append(row)
    return found


def _end(row: AnyRow) -> tuple[bool, datetime]:
    return row.ended_at is None, row.ended_at or row.opened_at


def _plan_people(
    plan: Iterable[AnyRow], rounds: Mapping[Place, Sequence[AnyRow]]
) -> list[str | None]:
    assignees = [row.assignee_id for found in rounds.values() for row in found]
    return [*(row.person_id for row in plan), *assignees]


def _plan_row(row: AnyRow, rounds: Sequence[AnyRow], people: People, running: bool) -> PlanRow:
    state = row_state(((r.state, r.opened_at) for r in rounds), running=running)
    person_id, due = row.person_id, row.due
    if state == "open":
        latest = next(r for r in reversed(rounds) if r.state == "open")
        person_id, due = latest.assignee_id, latest.due
    return PlanRow(
        id=row.id,
        phase=row.phase,
        phase_title=row.phase_title,
        process_id=row.process_id,
        element_id=row.element_id,
        name=row.name,
        role=row.role,
        person=people.get(person_id or ""),
        due=due,
        state=state,
    )


def _sheet(
    key: str,
    rows: Sequence[AnyRow],
    rounds: Mapping[Place, Sequence[AnyRow]],
    diagram: AnyRow | None,
    look: _Look,
) -> Sheet:
    return Sheet(
        key=key,
        title=rows[0].phase_title,
        process_id=diagram.process_id if diagram else rows[0].process_id,
        definition_id=diagram.definition_id if diagram else "",
        version=diagram.version if diagram else 0,
        instance_id=diagram.instance_id if diagram else None,
        rows=tuple(_sheet_row(row, rounds.get(_place(row), ()), look) for row in rows),
    )


def _sheet_row(row: AnyRow, rounds: Sequence[AnyRow], look: _Look) -> SheetRow:
    plan = _plan_row(row, rounds, look.people, look.running)
    entries = tuple(_entry(task, look) for task in rounds)
    return SheetRow(plan=plan, points=tuple(row.points), entries=entries, state=plan.state)


def _entry(task: AnyRow, look: _Look) -> SheetEntry:
    done = task.state == "completed"
    items = look.points(task.definition_id, task.element_id)
    return SheetEntry(
        task_id=task.id,
        state=task.state,
        person=look.people.get((task.completed_by if done else task.assignee_id) or ""),
        due=task.due,
        opened_at=task.opened_at,
        completed_at=task.ended_at if done else None,
        signature=look.signatures.get(task.id),
        checklist=ticks_view(items, task.ticks, look.people),
        # Who sees a case sees its tasks; what they may do there is decided on the task's page.
        can_open=True,
    )


def _diagrams(
    connection: Connection, case_id: str, phases: Mapping[str, Sequence[AnyRow]]
) -> dict[str, AnyRow]:
    """The diagram of each phase: of the instance that the case started last, else the one that it
    would start today."""
    columns = (
        DefinitionTable.phase,
        DefinitionTable.process_id,
        DefinitionTable.version,
        DefinitionTable.id.label("definition_id"),
    )
    started = (
        select(*columns, InstanceTable.id.label("instance_id"))
        .join(InstanceTable, InstanceTable.definition_id == DefinitionTable.id)
        .where(InstanceTable.case_id == case_id, DefinitionTable.phase.in_(list(phases)))
        .order_by(InstanceTable.started_at)
    )
    found = {row.phase: row for row in connection.execute(started)}
    missing = [key for key in phases if key not in found]
    if missing:
        ahead = (
            select(*columns, null().label("instance_id"))
            .where(DefinitionTable.phase.in_(missing))
            .order_by(DefinitionTable.deployed_at, DefinitionTable.version)
        )
        found |= {row.phase: row for row in connection.execute(ahead)}
    return found
