"""What people call a row: by its own names, and by the case that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, select

from engine.store.tables import (
    CaseTable,
    DefinitionTable,
    InstanceTable,
    PersonTable,
    TaskTable,
)

_NAMES: Final = ("number", "username", "name", "filename", "text", "element_id", "process_id")
"""Columns that name a row, the best first."""


def of(connection: Connection, table: str, key: str, values: Mapping[str, Any]) -> str:
    """A row's name for people, with its case's number where it has one; its key without any.

    :param values: the row's, as they are or, when it is gone, as the history says
    """
    own = next((str(values[name]) for name in _NAMES if values.get(name)), "")
    if table == "resource":
        own = _file(connection, key)
    if table == "definition":
        own = f"{own}, version {values.get('version')}"
    around = _around(connection, table, values)
    parts = [part for part in (own, around) if part]
    return " – ".join(dict.fromkeys(parts)) or key


def _file(connection: Connection, digest: str) -> str:
    named = select(DefinitionTable.filename).where(DefinitionTable.resource_sha256 == digest)
    return connection.scalar(named.limit(1)) or digest


def _around(connection: Connection, table: str, values: Mapping[str, Any]) -> str:
    """The task, person or case that a row belongs to."""
    parts = []
    task_id = values.get("task_id")
    case_id = values.get("case_id")
    if task_id:
        found = connection.execute(
            select(TaskTable.name, TaskTable.case_id).where(TaskTable.id == task_id)
        ).first()
        if found is not None:
            parts.append(found.name)
            case_id = case_id or found.case_id
    person_id = values.get("person_id")
    if person_id and table in ("api_token", "notice"):
        parts.append(connection.scalar(_name(person_id)) or "")
    if not case_id and table == "instance_title" and values.get("source_id"):
        case_id = connection.scalar(
            select(InstanceTable.case_id).where(InstanceTable.id == values["source_id"])
        )
    if case_id:
        number = select(CaseTable.number).where(CaseTable.id == case_id)
        parts.append(connection.scalar(number) or case_id)
    return ", ".join(part for part in parts if part)


def _name(person_id: str) -> Any:
    return select(PersonTable.name).where(PersonTable.id == person_id)
