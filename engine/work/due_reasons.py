"""Why a date is what it is: the rule, what it was counted from, the days that do not count."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import bindparam, select

from engine import feel
from engine.access import actions
from engine.access.rules import authorize
from engine.bpmn.meta import DueRule, TaskMeta
from engine.definitions.library import ExecutableDefinition
from engine.errors import NotFound
from engine.iso8601 import TimeMalformed
from engine.queries import objects
from engine.store.tables import CaseTable, HistoryTable, InstanceTable, PlanItemTable, TaskTable
from engine.unit_of_work import UnitOfWork
from engine.views import DueReason
from engine.work import forecast
from engine.work.loaded_task import LoadedTask, load_task
from engine.work.task_defaults import date_of

PlanChanges = Callable[[], Mapping[tuple[str, str | None], tuple[str, datetime]]]
"""Reads who has given each row of a plan its date: see ``_changes``."""
MOST_CHANGES = 200
"""How many changes of the plan are looked through, the newest first."""
_CHANGES: Final = (
    select(HistoryTable.actor_name, HistoryTable.at, HistoryTable.detail)
    .where(HistoryTable.case_id == bindparam("case"), HistoryTable.type == "plan.changed")
    .order_by(HistoryTable.id.desc())
    .limit(MOST_CHANGES)
)


def explain(work: UnitOfWork, id: str) -> DueReason:
    """Why a task, or a row of a plan, has its date.

    :raises NotFound: when there is no such thing, or it is not the actor's to see
    """
    if work.connection.scalar(select(TaskTable.id).where(TaskTable.id == id)) is not None:
        thing = objects.task_object(work.connection, work.actor, id)
        authorize(work.actor, actions.TASK_VIEW, thing)
        return of_task(work, load_task(work, id))
    case_id = work.connection.scalar(select(PlanItemTable.case_id).where(PlanItemTable.id == id))
    if case_id is None:
        raise NotFound(f"There is no task and no row of a plan {id}", id=id)
    return explain_plan(work, case_id)[id]


def of_task(work: UnitOfWork, task: LoadedTask) -> DueReason:
    """Why a task has its date; the caller has asked whether the actor may see it."""
    return _of_task(work, task, partial(_changes, work, task.row.case_id))


def explain_plan(work: UnitOfWork, case_id: str) -> dict[str, DueReason]:
    """Why the rows of a case's plan have their dates, by the rows' ids. A row whose task is open
    has its task's reason."""
    case = objects.case_object(work.connection, work.actor, case_id)
    authorize(work.actor, actions.CASE_VIEW, case)
    items = work.connection.execute(
        select(PlanItemTable).where(PlanItemTable.case_id == case_id)
    ).all()
    opened = {
        (row.process_id, row.element_id): row.id
        for row in work.connection.execute(
            select(TaskTable.id, TaskTable.process_id, TaskTable.element_id)
            .where(TaskTable.case_id == case_id, TaskTable.state == "open")
            .order_by(TaskTable.opened_at)
        )
    }
    ahead = _forecast(work, case_id)
    changes = cache(partial(_changes, work, case_id))
    reasons = {}
    for item in items:
        key = (item.process_id, item.element_id)
        if key in opened:
            reasons[item.id] = _of_task(work, load_task(work, opened[key]), changes)
        else:
            reasons[item.id] = _of_item(work, item, ahead.get(key), changes)
    return reasons


def _of_item(
    work: UnitOfWork, item: Any, planned: forecast.Planned | None, changes: PlanChanges
) -> DueReason:
    if planned is None or planned.opens is None:
        # It waits for what nobody can foresee.
        rule = planned.task.due.words() if planned is not None and planned.task.due else None
        reason = DueReason(due=None, source="none", zone=work.calendar.zone.key, rule=rule)
    else:
        opens = work.calendar.start_of(planned.opens)
        variables = planned.variables or {}
        reason = _reason(work, planned.definition, planned.task, variables, opens)
    return _settled(reason, item, changes, expected=True)


def _of_task(work: UnitOfWork, task: LoadedTask, changes: PlanChanges) -> DueReason:
    reason = _reason(work, task.definition, task.meta, task.variables, task.row.opened_at)
    return _settled(reason, task.row, changes, expected=False)


def _settled(reason: DueReason, row: Any, changes: PlanChanges, *, expected: bool) -> DueReason:
    """The reason for the date that the row has, which is the rule's unless somebody or something
    has changed it."""
    values: dict[str, Any] = {"due": row.due, "expected": expected}
    if row.due is None and reason.by_rule is None:
        return replace(reason, source="none", **values)
    if row.due == reason.by_rule:
        return replace(reason, source="rule", **values)
    due = row.due.isoformat() if isinstance(row.due, date) else None
    changed = changes().get((row.element_id, due))
    if changed is None:
        return replace(reason, source="changed", **values)
    return replace(reason, source="decided", decided_by=changed[0], decided_at=changed[1], **values)


def _reason(
    work: UnitOfWork,
    definition: ExecutableDefinition,
    meta: TaskMeta,
    variables: Mapping[str, Any],
    opens: datetime,
) -> DueReason:
    """What the rule gives for an activity that opens at ``opens``."""
    opened = work.calendar.today(opens)
    base: dict[str, Any] = {"due": None, "zone": work.calendar.zone.key, "opened": opened}
    rule = meta.due
    if rule is None:
        return DueReason(source="none", **base)
    base["rule"] = rule.words()
    try:
        reference = _reference(definition, rule, variables)
        if rule.on is not None:
            by_rule = date_of(work.calendar, rule, opens, reference)
            return DueReason(source="rule", by_rule=by_rule, **base)
        why = work.calendar.explain_due(
            opened,
            after=rule.after,
            before=rule.before,
            of=rule.of,
            reference=reference,
            calendar=rule.calendar,
        )
    except (feel.FeelError, TimeMalformed):
        # The variable holds no date any more; the date that the row has was counted before.
        return DueReason(source="rule", **base)
    return DueReason(
        source="rule",
        by_rule=why.due,
        reference=why.reference if why.relative_to == "reference" else None,
        skipped=why.skipped,
        **base,
    )


def _reference(
    definition: ExecutableDefinition, rule: DueRule, variables: Mapping[str, Any]
) -> Any:
    if rule.on is not None and rule.on.startswith("="):
        return definition.evaluator.evaluate(rule.on, variables)
    return rule.on if rule.on is not None else variables.get(rule.of or "")


def _forecast(work: UnitOfWork, case_id: str) -> dict[tuple[str, str], forecast.Planned]:
    """The case's plan as it was foreseen when it began, with what is known now."""
    row = work.connection.execute(
        select(InstanceTable.definition_id, InstanceTable.variables, CaseTable.started_at)
        .join(CaseTable, CaseTable.id == InstanceTable.case_id)
        .where(InstanceTable.id == case_id)
    ).one()
    rows = forecast.forecast(
        work.connection,
        work.definitions,
        work.calendar,
        work.definitions.get(work.connection, row.definition_id),
        opens=work.calendar.today(row.started_at),
        variables={k: feel.from_json(v) for k, v in row.variables.items()},
    )
    return {(r.definition.process_id, r.task.id): r for r in rows}


def _changes(work: UnitOfWork, case_id: str) -> dict[tuple[str, str | None], tuple[str, datetime]]:
    """Who has given a row of a case's plan its date, and when: the newest change by the row's
    element and the date."""
    found: dict[tuple[str, str | None], tuple[str, datetime]] = {}
    for fact in work.connection.execute(_CHANGES, {"case": case_id}):
        for change in json.loads(fact.detail).get("rows", ()):
            key = (change.get("element"), change.get("due"))
            found.setdefault(key, (fact.actor_name, fact.at))
    return found
