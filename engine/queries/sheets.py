"""The paper form of a case: every activity of its plan with all its rounds, and the plan itself.

The rows are those of ``plan_item``; a row's rounds are the user tasks of its process and element.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final

from sqlalchemy import Connection, String, bindparam, select

from engine.bpmn.meta import CheckItem
from engine.queries.case_rows import CaseRows
from engine.queries.rows import (
    AnyRow,
    PeopleById,
    people_by_id,
    tickers,
    ticks_view,
    title_view,
    withdrawal_view,
)
from engine.store.tables import (
    DefinitionTable,
    InstanceTable,
    PlanItemTable,
    TaskTable,
)
from engine.views import (
    PhaseDiagram,
    PlanRow,
    RowState,
    Sheet,
    SheetEntry,
    SheetRow,
    SheetTab,
    SignatureView,
)

Points = Callable[[str, str], Sequence[CheckItem]]
"""``points(definition_id, element_id)``: an activity's checklist in that version's diagram."""

ActivityKey = tuple[str, str]
"""Process id and element id of an activity: what joins a row of the plan and its tasks."""


def no_points(definition_id: str, element_id: str) -> Sequence[CheckItem]:
    """No checklist: for callers that show none."""
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
    activities that were never opened are then ``not_reached``.

    An open activity shows the person and the date of its open task; every other activity shows the
    person and the date that are planned for its next round.
    """
    plan = _plan(connection, case_id)
    rounds = _rounds(connection.execute(select(*_ROUND).where(TaskTable.case_id == case_id)))
    people = people_by_id(connection, _plan_people(plan, rounds))
    return tuple(_plan_row(row, rounds.get(_key(row), []), people, running) for row in plan)


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows that a sheet is made of: those of its plan, each with the tasks of its activity, the
    oldest first. ``diagram`` is that of its phase, None when no version has the phase now."""

    key: str
    rows: Sequence[tuple[AnyRow, Sequence[AnyRow]]]
    diagram: PhaseDiagram | None


def of_case(
    connection: Connection, rows: CaseRows, ahead: Mapping[str, PhaseDiagram]
) -> tuple[SheetRows, ...]:
    """The rows of the sheets of a case, in the sheets' order.

    :param ahead: the diagram of each phase that a case would start today
    """
    rounds = _rounds(rows.tasks)
    by_phase: dict[str, list[tuple[AnyRow, Sequence[AnyRow]]]] = {}
    for row in rows.plan:
        by_phase.setdefault(row.phase, []).append((row, rounds.get(_key(row), ())))
    started = _started(connection, rows, by_phase)
    return tuple(
        SheetRows(key, listed, started.get(key) or ahead.get(key))
        for key, listed in by_phase.items()
    )


def sheet(of: SheetRows, people: PeopleById, *, running: bool, points: Points = no_points) -> Sheet:
    """A sheet with all its rows. ``people`` are those whom ``people_in`` names."""
    context = _SheetContext(people, cache(points), running)
    diagram, first = of.diagram, of.rows[0][0]
    return Sheet(
        key=of.key,
        title=first.phase_title,
        process_id=diagram.process_id if diagram else first.process_id,
        definition_id=diagram.definition_id if diagram else "",
        version=diagram.version if diagram else 0,
        instance_id=diagram.instance_id if diagram else None,
        rows=tuple(_sheet_row(row, rounds, context) for row, rounds in of.rows),
    )


def tab(of: SheetRows, today: date) -> SheetTab:
    """How far a sheet has come."""
    done, opened, late = 0, 0, 0
    for _, rounds in of.rows:
        now = [task for task in rounds if task.state == "open"]
        opened += len(now)
        late += sum(task.due is not None and task.due < today for task in now)
        done += not now and bool(rounds) and row_state(_states(rounds), running=True) == "done"
    return SheetTab(of.key, of.rows[0][0].phase_title, done, len(of.rows), opened, late)


def people_in(of: SheetRows) -> set[str | None]:
    """The ids of the people whom a sheet shows."""
    ids: set[str | None] = set()
    for row, rounds in of.rows:
        ids.add(row.person_id)
        for task in rounds:
            ids.update((task.assignee_id, task.completed_by, *tickers(task.ticks)))
    return ids


def row_state(states: Iterable[tuple[str, object]], *, running: bool) -> RowState:
    """The state of an activity, given ``(state, opened_at)`` of each of its tasks."""
    rounds = list(states)
    if not rounds:
        return "ahead" if running else "not_reached"
    if any(state == "open" for state, _ in rounds):
        return "open"
    # Of two that were opened at the same time the completed one counts.
    last = max(rounds, key=lambda pair: (pair[1], pair[0] == "completed"))
    return "done" if last[0] == "completed" else "cancelled"


# ---------------------------------------------------------------- parts


@dataclass(frozen=True, slots=True)
class _SheetContext:
    """What all rows of a case's sheets have in common: the people whom they show, the source of
    checklists, and whether the case is running."""

    people: PeopleById
    points: Points
    running: bool


def _plan(connection: Connection, case_id: str) -> Sequence[AnyRow]:
    statement = select(*_PLAN).where(PlanItemTable.case_id == case_id)
    return connection.execute(
        statement.order_by(PlanItemTable.phase_order, PlanItemTable.row_order)
    ).all()


def _key(row: AnyRow) -> ActivityKey:
    return row.process_id, row.element_id


def _rounds(rows: Iterable[AnyRow]) -> dict[ActivityKey, list[AnyRow]]:
    """The tasks of each activity, oldest first."""
    rounds: dict[ActivityKey, list[AnyRow]] = {}
    for row in sorted(rows, key=lambda r: (r.opened_at, *_end(r), r.id)):
        rounds.setdefault(_key(row), []).append(row)
    return rounds


def _end(row: AnyRow) -> tuple[bool, datetime]:
    return row.ended_at is None, row.ended_at or row.opened_at


def _plan_people(
    plan: Iterable[AnyRow], rounds: Mapping[ActivityKey, Sequence[AnyRow]]
) -> list[str | None]:
    assignees = [row.assignee_id for tasks in rounds.values() for row in tasks]
    return [*(row.person_id for row in plan), *assignees]


def _states(rounds: Iterable[AnyRow]) -> list[tuple[str, datetime]]:
    return [(task.state, task.opened_at) for task in rounds]


def _plan_row(row: AnyRow, rounds: Sequence[AnyRow], people: PeopleById, running: bool) -> PlanRow:
    state = row_state(_states(rounds), running=running)
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


def _sheet_row(row: AnyRow, rounds: Sequence[AnyRow], context: _SheetContext) -> SheetRow:
    plan = _plan_row(row, rounds, context.people, context.running)
    entries = tuple(_entry(task, context) for task in rounds)
    return SheetRow(plan=plan, points=tuple(row.points), entries=entries, state=plan.state)


def _entry(task: AnyRow, context: _SheetContext) -> SheetEntry:
    done = task.state == "completed"
    items = context.points(task.definition_id, task.element_id)
    return SheetEntry(
        task_id=task.id,
        state=task.state,
        person=context.people.get((task.completed_by if done else task.assignee_id) or ""),
        due=task.due,
        opened_at=task.opened_at,
        completed_at=task.ended_at if done else None,
        signature=_signature(task) if task.signature_id is not None else None,
        checklist=ticks_view(items, task.ticks, context.people),
        # An actor who sees a case sees its tasks; what they may do is decided on the task's page.
        can_open=True,
        about=title_view(task),
    )


_STARTED: Final = (
    select(
        DefinitionTable.phase,
        DefinitionTable.process_id,
        DefinitionTable.version,
        InstanceTable.definition_id,
        InstanceTable.id,
    )
    .join(InstanceTable, InstanceTable.definition_id == DefinitionTable.id)
    .where(
        InstanceTable.case_id == bindparam("case", type_=String),
        DefinitionTable.phase.in_(bindparam("phases", expanding=True)),
    )
    .order_by(InstanceTable.started_at)
)


def _started(
    connection: Connection, rows: CaseRows, phases: Collection[str]
) -> dict[str, PhaseDiagram]:
    """The diagram of each phase that the case has started, by the phase's key: that of the instance
    that was started last."""
    instances: Iterable[AnyRow] = sorted(rows.instances, key=lambda row: row.started_at)
    if not rows.whole:
        given = {"case": rows.head.id, "phases": list(phases)}
        instances = connection.execute(_STARTED, given).all()
    return {
        row.phase: PhaseDiagram(row.process_id, row.definition_id, row.version, row.id)
        for row in instances
        if row.phase in phases
    }


def _signature(row: AnyRow) -> SignatureView:
    """The signature of a task's row."""
    return SignatureView(
        id=row.signature_id,
        by=row.signature_signer_id,
        name=row.signature_signer_name,
        meaning=row.signature_meaning,
        at=row.signature_at,
        content_sha256=row.signature_content_sha256,
        method=row.signature_method,
        withdrawn=withdrawal_view(
            row.signature_withdrawn_by_name,
            row.signature_withdrawn_at,
            row.signature_withdrawn_reason,
        ),
    )
