"""The access rules as SQL conditions, so that a list contains no row that its reader may not
see."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from engine.access import actions
from engine.access.rules import sees_all
from engine.store.tables import CaseTable, HistoryTable, PlanItemTable, TaskTable
from engine.views import Actor

SqlColumn = ColumnElement[Any] | InstrumentedAttribute[Any]
"""A column that a condition is put on."""


def of_my_roles(actor: Actor, role: SqlColumn) -> ColumnElement[bool]:
    """The condition that the column ``role`` is one of the actor's roles or NULL (anybody's)."""
    return or_(role.in_(sorted(actor.roles)), role.is_(None))


def cases_of(actor: Actor, case_id: SqlColumn) -> ColumnElement[bool]:
    """Cases that the actor may see: managers all, others those that they started, and those that a
    role of theirs leads or in which it (or they themselves) has, had or will have an activity.
    ``case_id`` is the listed row's column."""
    if sees_all(actor):
        return true()
    if isinstance(actor.id, str) and not actor.id:  # a parameter of a statement is no string
        return false()
    plan, task, case = aliased(PlanItemTable), aliased(TaskTable), aliased(CaseTable)
    ours = or_(of_my_roles(actor, plan.role), plan.person_id == actor.id)
    planned = select(plan.id).where(plan.case_id == case_id, ours)
    worked = select(task.id).where(
        task.case_id == case_id,
        or_(
            of_my_roles(actor, task.role),
            task.assignee_id == actor.id,
            task.completed_by == actor.id,
        ),
    )
    mine = or_(case.lead_role.in_(sorted(actor.roles)), case.started_by == actor.id)
    led = select(case.id).where(case.id == case_id, case.started_by.is_not(None), mine)
    return or_(_probe(planned), _probe(worked), _probe(led))


def _probe(statement: Select[str]) -> ColumnElement[bool]:
    """An EXISTS that is tested row by row. Without the OFFSET, PostgreSQL would read the whole
    table once and hash it, which costs more with every case that there has ever been."""
    return statement.offset(0).exists()


def offered_to(actor: Actor, role: str | None = None) -> list[ColumnElement[bool]]:
    """Conditions of the tasks that the actor may work on: assigned to the actor, or unassigned and
    of one of the actor's roles; only of ``role``, if it is given. No task fulfils two of them.
    There is one condition for each index range, so that each is read in order of date and stops at
    a page."""
    mine = TaskTable.assignee_id == actor.id
    free = (
        and_(of_role, TaskTable.assignee_id.is_(None)) for of_role in tasks_of_roles(actor, role)
    )
    return [mine if role is None else and_(TaskTable.role == role, mine), *free]


def tasks_of_roles(actor: Actor, role: str | None = None) -> list[ColumnElement[bool]]:
    """Conditions of the tasks of the actor's roles, with any assignee; only of ``role``, if it is
    given. One condition for each index range; none when the actor does not hold ``role``."""
    if role is not None:
        return [TaskTable.role == role] if role in actor.roles else []
    return [*(TaskTable.role == mine for mine in sorted(actor.roles)), TaskTable.role.is_(None)]


def history_of(actor: Actor, facts: type[HistoryTable] = HistoryTable) -> ColumnElement[bool]:
    """The condition that the actor may read a fact: managers read all facts, others those of the
    cases that they see; process owners also those of definitions, administrators those of accounts.

    :param facts: the history table, or an alias of some of its rows
    """
    if sees_all(actor):
        return true()
    seen = [and_(facts.case_id.is_not(None), cases_of(actor, facts.case_id))]
    loose, definition = facts.case_id.is_(None), facts.definition_id
    if actions.PROCESS_OWNER in actor.rights:
        seen.append(and_(loose, definition.is_not(None)))
    if actions.ADMINISTRATOR in actor.rights:
        seen.append(and_(loose, definition.is_(None)))
    return or_(*seen)
