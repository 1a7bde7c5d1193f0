"""A process instance as one transaction has read it, with the other rows that its next step needs.

These are its case's people, whether the case has a plan, and the newest entry of its history chain.
One statement reads them together with a user task, due timers, or migrated instances.
"""

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
"""The columns of an instance that a process in memory needs, labelled ``instance_…`` so that a
statement can have a task's columns too. The instance's id is that other row's ``instance_id``."""


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """The row of an instance. ``variables`` are JSON values by name, ``written`` the names of the
    variables that it has set itself, ``passed`` how often each element was completed."""

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
    """An instance and its case, as they were read in this transaction.

    ``people`` are the ids of the case's people by role, ``planned`` says whether the case has a
    plan, ``head`` is the number and the hash of the newest entry of the instance's history chain
    (None for an empty chain).
    """

    instance: StoredInstance
    people: Mapping[str, str]
    planned: bool
    head: tuple[int, str] | None


def surroundings(case_id: Any, instance_id: Any, beside: Any) -> tuple[Any, ...]:
    """The columns of a snapshot other than ``INSTANCE_COLUMNS``, for a statement that joins the
    case: the people, the head of the chain, and whether there is a plan.

    :param beside: the table with the two id columns, which the subquery is correlated to
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
