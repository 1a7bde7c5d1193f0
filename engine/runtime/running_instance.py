"""A process instance in memory, for the length of one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from engine import feel
from engine.definitions.library import Library, Loaded
from engine.runtime.executor import Awaited
from engine.runtime.spiff.workflow import Process
from engine.runtime.state import DamagedState
from engine.store.base import table_of
from engine.store.tables import InstanceTable

RUNNING = ("running", "incident")

_TABLE: Final = table_of(InstanceTable)
_UNUSED: Final = frozenset({"id", "started_at", "ended_at"})
COLUMNS: Final = tuple(c.label(f"instance_{c.name}") for c in _TABLE.c if c.name not in _UNUSED)
"""What a process in memory needs of an instance, under names that have room beside a task's."""
_STORED: Final = select(*COLUMNS).where(_TABLE.c.id == bindparam("id"))


@dataclass(slots=True)
class Live:
    """An instance, what it runs, and what has become of it in this transaction."""

    id: str
    case_id: str
    parent_id: str | None
    parent_token: str | None
    parent_element: str | None
    depth: int
    loaded: Loaded
    process: Process
    state: str
    revision: int
    passed: dict[str, int]
    damage: str | None = None
    """Why its stored state could not be read. It can still be cancelled, and nothing else; the
    stored bytes are never overwritten."""
    new: bool = False
    changed: bool = False
    moved: bool = False
    """Have its tokens been moved?"""
    waited: frozenset[Awaited] | None = None
    """What its tokens waited for when its rows last agreed with them; None when that must be asked
    of the rows."""


def read(connection: Connection, library: Library, instance_id: str, known: Any = None) -> Live:
    """The instance as it is stored.

    :param known: a row with ``COLUMNS``, when it has been read already
    """
    row = known or connection.execute(_STORED, {"id": instance_id}).one()
    loaded = library.get(connection, row.instance_definition_id)
    variables = {k: feel.from_json(v) for k, v in row.instance_variables.items()}
    process, damage = loaded.executor.new(variables), None
    if row.instance_state in RUNNING or row.instance_state_blob:
        try:
            process = loaded.executor.load(row.instance_state_blob, variables)
        except DamagedState as error:
            # What could be read before the damage is no process.
            process, damage = loaded.executor.new(variables), error.message
    process.written = set(row.instance_written)
    return Live(
        id=instance_id,
        case_id=row.instance_case_id,
        parent_id=row.instance_parent_id,
        parent_token=row.instance_parent_token,
        parent_element=row.instance_parent_element,
        depth=row.instance_depth,
        loaded=loaded,
        process=process,
        state=row.instance_state,
        revision=row.instance_revision,
        passed=dict(row.instance_passed),
        damage=damage,
    )


def case_instances(connection: Connection, case_id: str) -> list[str]:
    """The instances of a case that nothing called, the case's own first."""
    return list(
        connection.scalars(
            select(InstanceTable.id)
            .where(InstanceTable.case_id == case_id, InstanceTable.parent_id.is_(None))
            .order_by((InstanceTable.id != case_id), InstanceTable.started_at)
        )
    )


def with_defaults(loaded: Loaded, given: Mapping[str, Any], place: str) -> dict[str, Any]:
    """What is given, and the process's default variables where nothing is.

    :param place: the element that is blamed for a default that fails
    """
    values = dict(given)
    for variable in loaded.meta.variables:
        if values.get(variable.name) is None:
            values[variable.name] = loaded.executor.value_at(
                place, variable.default, values, f"the default of the variable {variable.name}"
            )
    return values
