"""A process instance in memory, for the length of one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine.definitions.evaluation import is_storable, unstorable
from engine.definitions.library import ExecutableDefinition
from engine.runtime.executor import Awaited, Executor
from engine.runtime.spiff.workflow import TokenTree
from engine.store.tables import InstanceTable

RUNNING = ("running", "incident")
"""The states of an instance, and of a case, that has not ended."""


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
