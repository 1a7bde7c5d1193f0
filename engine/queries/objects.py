"""Loading what the access rules look at. Each is one statement, for one actor."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, select

from engine.access import (
    CaseObject,
    IncidentObject,
    MessageObject,
    PersonObject,
    TaskObject,
    cases_of,
)
from engine.errors import NotFound
from engine.store.models import Attachment, Case, Incident, Instance, Person, Task
from engine.views import Actor


def case_object(conn: Connection, actor: Actor, case_id: str) -> CaseObject:
    """The case with this id. Raises ``NotFound``."""
    return _case(_one(conn, _cases(actor).where(Case.id == case_id)))


def case_by_key(conn: Connection, actor: Actor, key: str) -> CaseObject:
    """The case with this id or this number: its business key. Raises ``NotFound``."""
    return _case(_one(conn, _cases(actor).where((Case.id == key) | (Case.number == key))))


def case_of_instance(conn: Connection, actor: Actor, instance_id: str) -> CaseObject:
    """The case of an instance. Raises ``NotFound``."""
    statement = _cases(actor).join(Instance, Instance.case_id == Case.id)
    return _case(_one(conn, statement.where(Instance.id == instance_id)))


def task_object(conn: Connection, actor: Actor, task_id: str) -> TaskObject:
    """The user task with this id. Raises ``NotFound``."""
    return _task(_one(conn, _tasks(actor).where(Task.id == task_id)))


def task_of_attachment(conn: Connection, actor: Actor, attachment_id: str) -> TaskObject:
    """The user task that an attachment hangs on. Raises ``NotFound``."""
    statement = _tasks(actor).join(Attachment, Attachment.task_id == Task.id)
    return _task(_one(conn, statement.where(Attachment.id == attachment_id)))


def incident_object(conn: Connection, actor: Actor, incident_id: str) -> IncidentObject:
    """The incident with this id. Raises ``NotFound``."""
    statement = _cases(actor).join(Incident, Incident.case_id == Case.id)
    return IncidentObject(
        incident_id, _case(_one(conn, statement.where(Incident.id == incident_id)))
    )


def message_object(case: CaseObject, roles: frozenset[str]) -> MessageObject:
    """A message to ``case`` that the diagram lets ``roles`` send."""
    return MessageObject(case, roles)


def person_object(conn: Connection, username: str) -> PersonObject:
    """The account with this user name. Raises ``NotFound``."""
    return PersonObject(_one(conn, select(Person.id).where(Person.username == username)).id)


_AnyCase = Select[tuple[str, str, dict[str, object], str | None, bool]]


def _cases(actor: Actor) -> _AnyCase:
    visible = cases_of(actor, Case.id).label("visible")
    state = Case.state.label("case_state")
    return select(Case.id.label("case_id"), state, Case.people, Case.lead_role, visible)


def _tasks(actor: Actor) -> _AnyCase:
    return (
        _cases(actor)
        .join(Task, Task.case_id == Case.id)
        .add_columns(Task.id, Task.role, Task.assignee_id, Task.state, Task.revision)
    )


def _one(conn: Connection, statement: Select[*tuple[object, ...]]) -> Row[*tuple[object, ...]]:
    row = conn.execute(statement).first()
    if row is None:
        raise NotFound()
    return row


def _case(row: Row[*tuple[object, ...]]) -> CaseObject:
    return case_of_row(row, bool(row.visible))


def case_of_row(row: Any, visible: bool) -> CaseObject:
    """The case of a row with ``case_id``, ``case_state``, ``people`` and ``lead_role``."""
    lead = row.people.get(row.lead_role)
    return CaseObject(row.case_id, visible, row.case_state, lead, row.lead_role)


def _task(row: Row[*tuple[object, ...]]) -> TaskObject:
    return TaskObject(row.id, _case(row), row.role, row.assignee_id, row.state, row.revision)
