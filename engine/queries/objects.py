"""Loading the objects that the access rules decide on. Each is one statement, for one actor."""

from __future__ import annotations

from sqlalchemy import Connection, Row, Select, select

from engine.access.conditions import cases_of
from engine.access.rules import CaseObject, IncidentObject, PersonObject, TaskObject
from engine.errors import NotFound
from engine.store.tables import (
    AttachmentTable,
    CaseTable,
    IncidentTable,
    InstanceTable,
    PersonTable,
    TaskTable,
)
from engine.views import Actor


def case_object(connection: Connection, actor: Actor, case_id: str) -> CaseObject:
    """The case with this id. Raises ``NotFound``."""
    return _case(_one(connection, _cases(actor).where(CaseTable.id == case_id)))


def case_by_key(connection: Connection, actor: Actor, key: str) -> CaseObject:
    """The case whose id or number (its business key) is ``key``. Raises ``NotFound``."""
    return _case(
        _one(connection, _cases(actor).where((CaseTable.id == key) | (CaseTable.number == key)))
    )


def case_of_instance(connection: Connection, actor: Actor, instance_id: str) -> CaseObject:
    """The case of an instance. Raises ``NotFound``."""
    statement = _cases(actor).join(InstanceTable, InstanceTable.case_id == CaseTable.id)
    return _case(_one(connection, statement.where(InstanceTable.id == instance_id)))


def task_object(connection: Connection, actor: Actor, task_id: str) -> TaskObject:
    """The user task with this id. Raises ``NotFound``."""
    return _task(_one(connection, _tasks(actor).where(TaskTable.id == task_id)))


def task_of_attachment(connection: Connection, actor: Actor, attachment_id: str) -> TaskObject:
    """The user task that an attachment belongs to. Raises ``NotFound``."""
    statement = _tasks(actor).join(AttachmentTable, AttachmentTable.task_id == TaskTable.id)
    return _task(_one(connection, statement.where(AttachmentTable.id == attachment_id)))


def incident_object(connection: Connection, actor: Actor, incident_id: str) -> IncidentObject:
    """The incident with this id. Raises ``NotFound``."""
    statement = _cases(actor).join(IncidentTable, IncidentTable.case_id == CaseTable.id)
    return IncidentObject(
        incident_id, _case(_one(connection, statement.where(IncidentTable.id == incident_id)))
    )


def person_object(connection: Connection, username: str) -> PersonObject:
    """The account with this user name. Raises ``NotFound``."""
    return PersonObject(
        _one(connection, select(PersonTable.id).where(PersonTable.username == username)).id
    )


_AnyCase = Select[tuple[str, str, dict[str, object], str | None, bool]]


def _cases(actor: Actor) -> _AnyCase:
    return select(
        CaseTable.id.label("case_id"),
        CaseTable.state.label("case_state"),
        CaseTable.people,
        CaseTable.lead_role,
        cases_of(actor, CaseTable.id).label("visible"),
    )


def _tasks(actor: Actor) -> _AnyCase:
    return (
        _cases(actor)
        .join(TaskTable, TaskTable.case_id == CaseTable.id)
        .add_columns(
            TaskTable.id, TaskTable.role, TaskTable.assignee_id, TaskTable.state, TaskTable.revision
        )
    )


def _one(
    connection: Connection, statement: Select[*tuple[object, ...]]
) -> Row[*tuple[object, ...]]:
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound()
    return row


def _case(row: Row[*tuple[object, ...]]) -> CaseObject:
    lead = row.people.get(row.lead_role)
    return CaseObject(row.case_id, bool(row.visible), row.case_state, lead, row.lead_role)


def _task(row: Row[*tuple[object, ...]]) -> TaskObject:
    return TaskObject(row.id, _case(row), row.role, row.assignee_id, row.state, row.revision)
