"""A process instance in memory, for the length of one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from engine import feel
from engine.definitions.evaluation import is_storable, unstorable
from engine.definitions.library import DefinitionLibrary, ExecutableDefinition
from engine.runtime.executor import Awaited, Executor, executor_of
from engine.runtime.spiff.workflow import TokenTree
from engine.runtime.state import DamagedState
from engine.store.base import table_of
from engine.store.tables import InstanceTable
from engine.unit_of_work import INSTANCE_COLUMNS, StoredInstance, stored_instance

RUNNING = ("running", "incident")
"""The states of an instance, and of a case, that has not ended."""

_STORED: Final = select(*INSTANCE_COLUMNS).where(table_of(InstanceTable).c.id == bindparam("id"))


@dataclass(slots=True)
class RunningInstance:
    """An instance, what it runs, and what has become of it in this transaction."""

    id: str
    case_id: str
    parent_id: str | None
    parent_token: str | None
    parent_element: str | None
    depth: int
    definition: ExecutableDefinition
    executor: Executor
    process: TokenTree
    state: str
    revision: int
    passed: dict[str, int]
    load_error: str | None = None
    """Why its stored state could not be read. It can still be cancelled, and nothing else; the
    stored bytes are never overwritten."""
    new: bool = False
    changed: bool = False
    moved: bool = False
    """Have its tokens been moved?"""
    waited: frozenset[Awaited] | None = None
    """What its tokens waited for when its rows last agreed with them; None when that must be asked
    of the rows."""


def read(
    connection: Connection,
    library: DefinitionLibrary,
    instance_id: str,
    stored: StoredInstance | None = None,
) -> RunningInstance:
    """An instance as it is stored.

    :param stored: its row, when it has been read in this transaction already
    """
    if stored is None:
        row = connection.execute(_STORED, {"id": instance_id}).one()
        stored = stored_instance(instance_id, row)
    definition = library.get(connection, stored.definition_id)
    executor = executor_of(definition)
    variables = {k: feel.from_json(v) for k, v in stored.variables.items()}
    process, load_error = executor.new(variables), None
    if stored.state in RUNNING or stored.state_blob:
        try:
            process = executor.load(stored.state_blob, variables)
        except DamagedState as error:
            # What could be read before the damage is no process.
            process, load_error = executor.new(variables), error.message
    process.written = set(stored.written)
    return RunningInstance(
        id=instance_id,
        case_id=stored.case_id,
        parent_id=stored.parent_id,
        parent_token=stored.parent_token,
        parent_element=stored.parent_element,
        depth=stored.depth,
        definition=definition,
        executor=executor,
        process=process,
        state=stored.state,
        revision=stored.revision,
        passed=dict(stored.passed),
        load_error=load_error,
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


def with_defaults(
    definition: ExecutableDefinition, given: Mapping[str, Any], place: str
) -> dict[str, Any]:
    """What is given, and the process's default variables where nothing is.

    :param place: the element that is blamed for a default that fails
    """
    values = dict(given)
    for variable in definition.meta.variables:
        if values.get(variable.name) is None:
            value = definition.evaluator.value_at(
                place, variable.default, values, f"the default of the variable {variable.name}"
            )
            if not is_storable(value):
                raise unstorable(place, variable.name)
            values[variable.name] = value
    return values
