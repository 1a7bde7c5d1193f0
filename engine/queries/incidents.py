"""Incidents that are open, for the managers and process owners who resolve them."""

from __future__ import annotations

from sqlalchemy import Connection, and_, or_, select

from engine.access import actions
from engine.access.conditions import cases_of
from engine.access.rules import CaseObject, IncidentObject, may
from engine.queries.paging import MAX_PAGE, check_limit, decode, encode, page, text_part, time_part
from engine.queries.rows import AnyRow
from engine.store.tables import (
    CaseTable,
    CustomerTable,
    DefinitionTable,
    IncidentTable,
    InstanceTable,
)
from engine.views import Actor, Incident, Page

INCIDENT = (
    IncidentTable.id,
    IncidentTable.case_id,
    IncidentTable.instance_id,
    IncidentTable.element_id,
    IncidentTable.kind,
    IncidentTable.message,
    IncidentTable.at,
    IncidentTable.resolved_at,
    IncidentTable.operation,
    CaseTable.number,
    CaseTable.title,
    CustomerTable.name.label("customer"),
    InstanceTable.definition_id,
    DefinitionTable.name.label("process"),
)
"""The columns of an incident's view."""


def newest(
    connection: Connection, actor: Actor, *, case_id: str | None = None
) -> tuple[Incident, ...]:
    """The newest open incidents, at most ``MAX_PAGE``; empty for actors who are neither managers
    nor process owners."""
    return search(connection, actor, case_id=case_id, limit=MAX_PAGE).items


def search(
    connection: Connection,
    actor: Actor,
    *,
    case_id: str | None = None,
    cursor: str | None = None,
    limit: int = 25,
) -> Page[Incident]:
    """A page of the open incidents, the newest first; empty for actors who are neither managers nor
    process owners. Raises ``Invalid`` for a cursor of another list and for another ``limit`` than 1
    … ``MAX_PAGE``."""
    check_limit(limit)
    after = decode("incidents", cursor, time_part, text_part)
    if not may(
        actor, actions.INCIDENT_VIEW, IncidentObject("", CaseObject(case_id or "", visible=True))
    ):
        return Page(())
    # The few of the page first: nothing is joined to what is not shown.
    newest = select(IncidentTable.id).where(IncidentTable.resolved_at.is_(None))
    if case_id is not None:
        newest = newest.where(IncidentTable.case_id == case_id)
    if after is not None:
        at, last = after
        earlier = or_(IncidentTable.at < at, and_(IncidentTable.at == at, IncidentTable.id < last))
        newest = newest.where(IncidentTable.at <= at, earlier)
    order = (IncidentTable.at.desc(), IncidentTable.id.desc())
    few = newest.order_by(*order).limit(limit + 1).subquery()
    statement = (
        select(*INCIDENT, cases_of(actor, CaseTable.id).label("visible"))
        .join(few, few.c.id == IncidentTable.id)
        .join(InstanceTable, InstanceTable.id == IncidentTable.instance_id)
        .join(DefinitionTable, DefinitionTable.id == InstanceTable.definition_id)
        .join(CaseTable, CaseTable.id == IncidentTable.case_id)
        .join(CustomerTable, CustomerTable.id == CaseTable.customer_id, isouter=True)
    )
    rows = connection.execute(statement.order_by(*order)).all()
    return page(rows, limit, _incident, lambda row: encode("incidents", row.at, row.id))


def _incident(row: AnyRow) -> Incident:
    return Incident(
        id=row.id,
        case_id=row.case_id,
        case_number=row.number,
        instance_id=row.instance_id,
        element_id=row.element_id,
        kind=row.kind,
        message=row.message,
        at=row.at,
        resolved_at=row.resolved_at,
        title=row.customer or row.title,
        definition_id=row.definition_id,
        process=row.process,
        task_id=row.operation.get("task"),
        can_open=bool(row.visible),
    )
