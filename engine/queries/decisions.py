"""Decisions: the versions of every decision, the models that they stand in, their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import NotFound
from engine.queries.definitions import stored_finding
from engine.queries.rows import AnyRow, name_of, people_by_id
from engine.store.names import swedish
from engine.store.tables import DecisionModelTable, DecisionTable, ResourceTable
from engine.views import Actor, Decision, Finding, Source

DECISION = (
    DecisionTable.id,
    DecisionTable.decision_id,
    DecisionTable.version,
    DecisionTable.kind,
    DecisionTable.name,
    DecisionTable.model_id,
    DecisionTable.runnable,
    DecisionModelTable.name.label("model"),
    DecisionModelTable.namespace,
    DecisionModelTable.filename,
    DecisionModelTable.resource_sha256,
    DecisionModelTable.deployed_at,
    DecisionModelTable.deployed_by,
)
"""The columns of a decision's view."""


def versions(connection: Connection) -> dict[str, dict[int, bool]]:
    """Whether each version of every deployed decision can be made, by the decision's id."""
    columns = (DecisionTable.decision_id, DecisionTable.version, DecisionTable.runnable)
    numbers: dict[str, dict[int, bool]] = {}
    for row in connection.execute(select(*columns)):
        numbers.setdefault(row.decision_id, {})[row.version] = row.runnable
    return numbers


def all(  # noqa: A001 - as in service
    connection: Connection, actor: Actor
) -> tuple[Decision, ...]:
    """Every version of every decision, by name; of each decision the newest version first."""
    authorize(actor, actions.DEFINITION_VIEW)
    views = _views(connection, connection.execute(_rows()).all())
    return tuple(sorted(views, key=lambda d: (*swedish(d.name), d.decision_id, -d.version)))


def get(connection: Connection, actor: Actor, id: str) -> Decision:
    """One version of one decision. Raises ``NotFound``."""
    authorize(actor, actions.DEFINITION_VIEW)
    row = connection.execute(_rows().where(DecisionTable.id == id)).first()
    if row is None:
        raise NotFound()
    return _views(connection, [row])[0]


def source(connection: Connection, actor: Actor, id: str) -> Source:
    """The file that a version was deployed in, byte for byte. Raises ``NotFound``."""
    authorize(actor, actions.DEFINITION_VIEW)
    row = connection.execute(
        _joined(DecisionModelTable.filename, ResourceTable.data)
        .join(ResourceTable, ResourceTable.sha256 == DecisionModelTable.resource_sha256)
        .where(DecisionTable.id == id)
    ).first()
    if row is None:
        raise NotFound()
    return Source(row.filename, row.data)


def findings(connection: Connection, actor: Actor, id: str) -> tuple[Finding, ...]:
    """The findings in a version's file when it was deployed. Raises ``NotFound``."""
    authorize(actor, actions.DEFINITION_VIEW)
    row = connection.execute(
        _joined(DecisionModelTable.findings).where(DecisionTable.id == id)
    ).first()
    if row is None:
        raise NotFound()
    return tuple(stored_finding(stored) for stored in row.findings)


# ---------------------------------------------------------------- parts


def _joined(*columns: Any) -> Any:
    return select(*columns).join_from(
        DecisionTable, DecisionModelTable, DecisionModelTable.id == DecisionTable.model_id
    )


def _rows() -> Any:
    return _joined(*DECISION)


def _views(connection: Connection, rows: Iterable[AnyRow]) -> list[Decision]:
    rows = list(rows)
    people = people_by_id(connection, (row.deployed_by for row in rows))
    newest: Mapping[str, int] = {
        decision: max(numbers, key=lambda number: (numbers[number], number))
        for decision, numbers in versions(connection).items()
    }
    return [
        Decision(
            id=row.id,
            decision_id=row.decision_id,
            version=row.version,
            kind=row.kind,
            name=row.name,
            model=row.model,
            namespace=row.namespace,
            filename=row.filename,
            sha256=row.resource_sha256,
            deployed_at=row.deployed_at,
            deployed_by=name_of(people, row.deployed_by) or "",
            latest=row.version == newest[row.decision_id],
            runnable=row.runnable,
        )
        for row in rows
    ]
