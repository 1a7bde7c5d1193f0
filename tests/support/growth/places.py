"""What the templates of addresses stand for in a database: ids, numbers, and cursors that are made
by hand, of rows that lie far down in their lists and beyond their ends."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, Select, select

from engine.queries.paging import encode
from engine.store.tables import (
    AttachmentTable,
    CaseTable,
    CustomerTable,
    DecisionTable,
    DefinitionTable,
    HistoryTable,
    IncidentTable,
    InstanceTable,
    MigrationItemTable,
    MigrationTable,
    PersonTable,
    PreviewTable,
    SubscriptionTable,
    TaskTable,
)

PROCESS: Final = "serviceplan"
CHANGED: Final = "fas_a"
"""The process with a new version, to which half of the copies could move."""
GONE: Final = "accept"
"""The activity that stands there no more under this id; that is where they are."""
NUMBER: Final = "K-410"
"""The case that is looked at: a copy of the same case in every company of more than 500 cases and
less than 4,000, in which no other number begins like this one."""
ROLE: Final = "driftledare"
"""The role of most people, and of the staff that is asked as."""
STAFF: Final = "hanna-0"
"""The user name of somebody with this role, who has tasks."""
BEHIND: Final = 60
"""So many rows come after the one that a cursor far down names: more than a page has."""
NOBODY: Final = "f" * 32
"""An id that no row has, after all others."""


def find(connection: Connection) -> dict[str, str]:
    """The values by the names that stand in addresses. What the database has no example of is
    missing."""
    found = {
        **_of_case(connection),
        "process": PROCESS,
        "gone": GONE if _first(connection, _newer()) else None,
        "username": STAFF,
        "attachment": _first(connection, select(AttachmentTable.id)),
        "definition": _first(
            connection,
            select(DefinitionTable.id)
            .where(DefinitionTable.process_id == CHANGED)
            .order_by(DefinitionTable.version.desc()),
        ),
        "decision": _first(connection, select(DecisionTable.id).order_by(DecisionTable.id)),
        "migration": _first(
            connection, select(MigrationTable.id).where(MigrationTable.process_id == PROCESS)
        ),
        "preview": _first(
            connection, select(PreviewTable.id).where(PreviewTable.process_id == PROCESS)
        ),
        "person": _first(connection, select(PersonTable.id).where(PersonTable.username == STAFF)),
        **_cursors(connection),
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def _newer() -> Select[Any]:
    return select(DefinitionTable.id).where(
        DefinitionTable.process_id == CHANGED, DefinitionTable.version > 1
    )


def _first(connection: Connection, statement: Select[Any]) -> Any:
    return connection.execute(statement.limit(1)).scalar()


def _of_case(connection: Connection) -> dict[str, Any]:
    case = connection.execute(select(CaseTable).where(CaseTable.number == NUMBER)).one()
    customer = connection.execute(
        select(CustomerTable).where(CustomerTable.id == case.customer_id)
    ).one()
    inside = select(InstanceTable).where(
        InstanceTable.case_id == case.id, InstanceTable.ended_at.is_(None)
    )
    root = connection.execute(inside.where(InstanceTable.parent_id.is_(None))).one()
    of_case = (TaskTable.case_id == case.id, TaskTable.state == "open", TaskTable.role == ROLE)
    task = connection.execute(
        select(TaskTable).where(*of_case).order_by(TaskTable.id).limit(1)
    ).one()
    return {
        "case": case.id,
        "number": case.number,
        "customer": customer.id,
        "org_number": customer.org_number,
        "instance": task.instance_id,
        "variable": sorted(root.variables)[0],
        "task": task.id,
        "element": task.element_id,
        "sheet": task.phase,
        "day": case.started_at.date().isoformat(),
        "message": _first(
            connection,
            select(SubscriptionTable.name)
            .where(SubscriptionTable.case_id == case.id, SubscriptionTable.kind == "message")
            .order_by(SubscriptionTable.name),
        ),
        "case_fact_cursor": _cursor(
            connection,
            "case-history",
            select(HistoryTable.id)
            .where(HistoryTable.case_id == case.id)
            .order_by(HistoryTable.id),
        ),
    }


def _cursors(connection: Connection) -> dict[str, str | None]:
    """Of the ends of the lists: ``BEHIND`` rows before the last one, and after it. They are read
    from the end, in the opposite of the list's order."""
    open_tasks = select(TaskTable.due, TaskTable.id).where(
        TaskTable.state == "open", TaskTable.due.is_not(None)
    )
    cases = select(CaseTable.started_at, CaseTable.id)
    facts = select(HistoryTable.at, HistoryTable.id)
    incidents = select(IncidentTable.at, IncidentTable.id)
    items = select(MigrationItemTable.id).where(MigrationItemTable.state == "done")
    far_off, long_ago = "9999-12-31", "0001-01-02T00:00:00+00:00"
    return {
        "task_cursor": _cursor(
            connection,
            "tasks",
            open_tasks.order_by(TaskTable.due.desc(), TaskTable.place.desc()),
        ),
        "case_cursor": _cursor(
            connection, "cases", cases.order_by(CaseTable.started_at, CaseTable.id)
        ),
        "fact_cursor": _cursor(
            connection, "history", facts.order_by(HistoryTable.at, HistoryTable.id)
        ),
        "incident_cursor": _cursor(
            connection, "incidents", incidents.order_by(IncidentTable.at, IncidentTable.id)
        ),
        "item_cursor": _cursor(
            connection, "items", items.order_by(MigrationItemTable.id.desc()), 1
        ),
        "no_task_cursor": encode("tasks", far_off, NOBODY),
        "no_case_cursor": encode("cases", long_ago, ""),
        "no_fact_cursor": encode("history", long_ago, 0),
        "no_incident_cursor": encode("incidents", long_ago, ""),
        "no_item_cursor": encode("items", 1, NOBODY),
    }


def _cursor(connection: Connection, kind: str, backwards: Select[Any], *before: Any) -> str | None:
    """The cursor of the row ``BEHIND`` places from the end (of the first, when there are not so
    many); ``before`` goes before the row's values."""
    rows: list[Row[Any]] = list(connection.execute(backwards.limit(BEHIND)))
    return encode(kind, *before, *rows[-1]) if rows else None
