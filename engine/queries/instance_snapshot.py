"""A process instance as a transaction has read it, together with what else the next step needs:
its case's people, whether the case has a plan, and the end of its chain. One statement reads it
beside a user task, timers that are due, or instances that have just been migrated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from engine.records import history
from engine.store.base import table_of
from engine.store.tables import CaseTable, InstanceTable, PlanItemTable

_INSTANCE: Final = table_of(InstanceTable)
_CASE: Final = table_of(CaseTable)
_NOT_NEEDED: Final = frozenset({"id", "started_at", "ended_at"})
INSTANCE_COLUMNS: Final = tuple(
    column.label(f"instance_{column.name}")
    for column in _INSTANCE.c
    if column.name not in _NOT_NEEDED
)
"""What a process in memory needs of an instance, under names that have room beside a task's; the
instance's id is the ``instance_id`` of whatever it is read beside."""


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """An instance's row. ``variables`` are JSON values by name, ``written`` the names of those that
    it has set itself, ``passed`` how often each element was completed."""

    id: str
    case_id: str
    parent_id: str | None
    parent_token: str | None
    parent_element: str | None
    depth: int
    definition_id: str
    state: str
    revision: int
    state_blob: bytes
    variables: Mapping[str, Any]
    written: Sequence[str]
    passed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class InstanceSnapshot:
    """An instance and its surroundings, as they were read in this transaction.

    ``people`` are the ids of the case's people by role, ``planned`` says whether the case has a
    plan, ``head`` is number and hash of the newest entry of the instance's chain (None when it has
    none yet).
    """

    instance: StoredInstance
    people: Mapping[str, str]
    planned: bool
    head: tuple[int, str] | None


def surroundings(case_id: Any, instance_id: Any, beside: Any) -> tuple[Any, ...]:
    """The columns of a snapshot beside ``INSTANCE_COLUMNS``, for a statement that joins the case.

    :param beside: the table of the statement that the two ids are columns of
    """
    planned = select(PlanItemTable.id).where(PlanItemTable.case_id == case_id)
    return (
        _CASE.c.people,
        *history.newest(instance_id),
        planned.correlate(beside).exists().label("planned"),
    )


def stored_instance(instance_id: str, row: Any) -> StoredInstance:
    """The instance of a row with ``INSTANCE_COLUMNS``."""
    return StoredInstance(
        id=instance_id,
        case_id=row.instance_case_id,
        parent_id=row.instance_parent_id,
        parent_token=row.instance_parent_token,
        parent_element=row.instance_parent_element,
        depth=row.instance_depth,
        definition_id=row.instance_definition_id,
        state=row.instance_state,
        revision=row.instance_revision,
        state_blob=row.instance_state_blob,
        variables=row.instance_variables,
        written=row.instance_written,
        passed=row.instance_passed,
    )


def snapshot(row: Any) -> InstanceSnapshot:
    """The snapshot of a row with ``instance_id``, ``INSTANCE_COLUMNS`` and ``surroundings``."""
    return InstanceSnapshot(
        instance=stored_instance(row.instance_id, row),
        people=row.people,
        planned=row.planned,
        head=None if row.head_seq is None else (row.head_seq, row.head_hash),
    )
