"""Exact filters of the lists of tasks and of cases: what is named must be equal, never only begin
alike. Names become ids along unique indexes, before a list is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from engine.store.tables import (
    CaseTable,
    CustomerTable,
    DefinitionTable,
    PersonTable,
    TaskTable,
)
from engine.views import Exact

OfCase = Callable[[ColumnElement[Any] | InstrumentedAttribute[Any]], ColumnElement[bool]]
"""A condition on the column with a case's id."""
OfTask = Callable[[type[TaskTable]], ColumnElement[bool]]
"""A condition on the task table, or on an alias of some of its rows."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cases that can be meant: their ``ids``, or None when all of them are or they are more
    than were to be named; then the conditions ``asked`` say which."""

    ids: frozenset[str] | None
    asked: tuple[OfCase, ...] = ()


def cases(connection: Connection, exact: Exact, most: int) -> Chosen:
    """The cases that ``case``, ``business_key`` and ``customer`` name; at most ``most`` by ids."""
    sets: list[frozenset[str]] = []
    asked: list[OfCase] = []
    for named in (
        None if exact.case is None else or_(CaseTable.id == exact.case, _number(exact.case)),
        None if exact.business_key is None else _number(exact.business_key),
    ):
        if named is not None:
            sets.append(frozenset(connection.scalars(select(CaseTable.id).where(named))))
    if exact.customer is not None:
        key = or_(CustomerTable.id == exact.customer, CustomerTable.org_number == exact.customer)
        whose = connection.scalars(select(CustomerTable.id).where(key)).all()
        theirs = select(CaseTable.id).where(CaseTable.customer_id.in_(whose))
        ids = frozenset(connection.scalars(theirs.limit(most + 1))) if whose else frozenset()
        if len(ids) <= most:
            sets.append(ids)
        else:
            asked.append(lambda case_id: theirs.where(CaseTable.id == case_id).offset(0).exists())
    return Chosen(frozenset.intersection(*sets) if sets else None, tuple(asked))


def process(connection: Connection, exact: Exact) -> tuple[str | None, str | None]:
    """The id of the process that is meant, and of the one version of it; None for any."""
    if exact.process is None:
        return None, None
    of_version = select(DefinitionTable.process_id).where(DefinitionTable.id == exact.process)
    process_id = connection.scalar(of_version)
    return (exact.process, None) if process_id is None else (process_id, exact.process)


def assignees(connection: Connection, exact: Exact) -> tuple[str, ...] | None:
    """The ids of the people whom ``assignee`` names: one, or none; None for anybody."""
    if exact.assignee is None:
        return None
    named = or_(PersonTable.id == exact.assignee, PersonTable.username == exact.assignee)
    return tuple(connection.scalars(select(PersonTable.id).where(named)))


def due(exact: Exact) -> OfTask | None:
    """The condition that a task is due on or between the days; None without any."""
    first, last = exact.due_from, exact.due_to
    if first is None and last is None:
        return None

    def within(of: type[TaskTable]) -> ColumnElement[bool]:
        begun = of.due.is_not(None) if first is None else of.due >= first
        return begun if last is None else and_(begun, of.due <= last)

    return within


def _number(text: str) -> ColumnElement[bool]:
    return CaseTable.number == text
