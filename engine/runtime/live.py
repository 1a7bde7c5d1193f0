"""A process instance in memory, for the length of one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine import feel
from engine.runtime.definitions import Library, Loaded
from engine.runtime.spiff.workflow import Process
from engine.runtime.state import DamagedState
from engine.store.models import Instance

RUNNING = ("running", "incident")


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


def read(connection: Connection, library: Library, instance_id: str) -> Live:
    """The instance as it is stored."""
    row = connection.execute(select(Instance).where(Instance.id == instance_id)).one()
    loaded = library.get(connection, row.definition_id)
    variables = {k: feel.from_json(v) for k, v in row.variables.items()}
    process, damage = loaded.executor.new(variables), None
    if row.state in RUNNING or row.state_blob:
        try:
            process = loaded.executor.load(row.state_blob, variables)
        except DamagedState as error:
            # What could be read before the damage is no process.
            process, damage = loaded.executor.new(variables), error.message
    process.written = set(row.written)
    return Live(
        id=row.id,
        case_id=row.case_id,
        parent_id=row.parent_id,
        parent_token=row.parent_token,
        parent_element=row.parent_element,
        depth=row.depth,
        loaded=loaded,
        process=process,
        state=row.state,
        revision=row.revision,
        passed=dict(row.passed),
        damage=damage,
    )


def case_instances(connection: Connection, case_id: str) -> list[str]:
    """The instances of a case that nothing called, the case's own first."""
    return list(
        connection.scalars(
            select(Instance.id)
            .where(Instance.case_id == case_id, Instance.parent_id.is_(None))
            .order_by((Instance.id != case_id), Instance.started_at)
        )
    )
