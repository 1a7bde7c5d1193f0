"""Definitions: the versions of every process, their files and the findings in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Connection, bindparam, case, func, select, text

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import NotFound
from engine.queries.analysis import counted_running
from engine.queries.rows import AnyRow, AnySelect, PeopleById, name_of, people_by_id
from engine.store.base import RUNNING, table_of
from engine.store.names import swedish
from engine.store.tables import DefinitionTable, DeploymentTable, InstanceTable, ResourceTable
from engine.views import COUNTED_RUNNING, Actor, Count, Definition, Finding, PhaseDiagram, Source

DEFINITION = (
    DefinitionTable.id,
    DefinitionTable.process_id,
    DefinitionTable.version,
    DefinitionTable.name,
    DefinitionTable.phase,
    DefinitionTable.phase_order,
    DefinitionTable.filename,
    DefinitionTable.resource_sha256,
    DefinitionTable.deployed_at,
    DefinitionTable.deployed_by,
    DefinitionTable.startable,
)
"""The columns of a definition's view."""
_DEPLOYMENT: Final = table_of(DeploymentTable)
NEWEST_DEPLOYMENT: Final = (
    select(_DEPLOYMENT.c.id)
    .where(_DEPLOYMENT.c.number.is_not(None))
    .order_by(_DEPLOYMENT.c.number.desc())
    .limit(1)
)
"""The deployment that was made last. Its id, never its number, is what is compared: a deployment
that is rolled back leaves its number to the next one."""
_ALL: Final = select(*DEFINITION)
_SOME: Final = (
    select(InstanceTable.id)
    .where(InstanceTable.definition_id == DefinitionTable.id, text(RUNNING))
    .limit(COUNTED_RUNNING + 1)
    .correlate(DefinitionTable)
    .subquery()
)
_RUNNING: Final = select(
    DefinitionTable.id, select(func.count()).select_from(_SOME).scalar_subquery()
).where(DefinitionTable.id.in_(bindparam("ids", expanding=True)))


def all(  # noqa: A001 - as in service
    connection: Connection, actor: Actor
) -> tuple[Definition, ...]:
    """Every version of every process and every drawing: the processes of phases in the phases'
    order, then the others by name; of each process the newest version first."""
    authorize(actor, actions.DEFINITION_VIEW)
    rows = in_order(connection)
    return tuple(_views(connection, rows, live_ids(rows)))


def in_order(connection: Connection) -> list[AnyRow]:
    """The rows of all definitions in the order of ``all``."""
    rows = connection.execute(_ALL).all()
    newest = _newest(rows)

    def place(row: AnyRow) -> tuple[Any, ...]:
        last = newest[row.process_id]
        order = last.phase_order if last.phase_order is not None else 1 << 30
        return order, *swedish(last.name), row.process_id, -row.version

    return sorted(rows, key=place)


def phase_diagrams(rows: Iterable[AnyRow]) -> dict[str, PhaseDiagram]:
    """The diagram of each phase that a case would start today, of rows of all definitions."""
    return {
        row.phase: PhaseDiagram(row.process_id, row.id, row.version)
        for row in sorted(rows, key=lambda row: (row.deployed_at, row.version))
        if row.phase
    }


def live_ids(rows: Iterable[AnyRow]) -> set[str]:
    """The ids of the versions that new cases start on, of rows of all definitions."""
    return {row.id for row in _newest(rows).values()}


def running(
    connection: Connection, actor: Actor, definition_ids: Sequence[str]
) -> dict[str, Count]:
    """How many instances run on each of some versions. Up to ``COUNTED_RUNNING`` are counted now;
    where there are more it is what a worker has counted last, before that a lower bound."""
    authorize(actor, actions.DEFINITION_VIEW)
    found = connection.execute(_RUNNING, {"ids": list(definition_ids)}).all()
    counts = {definition_id: Count(number) for definition_id, number in found}
    many = [definition_id for definition_id, number in counts.items() if number > COUNTED_RUNNING]
    kept = counted_running(connection) if many else {}
    for definition_id in many:
        known = kept.get(definition_id, Count(0))
        at_least = Count(COUNTED_RUNNING, more=True)
        counts[definition_id] = known if known > COUNTED_RUNNING else at_least
    return counts


def live_processes(connection: Connection) -> dict[str, bool]:
    """Whether each deployed process can be started, by the process's id."""
    rows = connection.execute(
        select(
            DefinitionTable.process_id, func.max(case((DefinitionTable.startable, 1), else_=0))
        ).group_by(DefinitionTable.process_id)
    )
    return {process_id: bool(startable) for process_id, startable in rows}


def live(connection: Connection, process_ids: Iterable[str]) -> dict[str, str]:
    """The definition that is live of each of some processes, by process; where none can be
    started, its newest drawing."""
    columns = (
        DefinitionTable.id,
        DefinitionTable.process_id,
        DefinitionTable.startable,
        DefinitionTable.version,
    )
    rows = connection.execute(
        select(*columns).where(DefinitionTable.process_id.in_(set(process_ids)))
    ).all()
    return {process_id: row.id for process_id, row in _newest(rows).items()}


def get(connection: Connection, actor: Actor, definition_id: str) -> Definition:
    """One version of one process. Raises ``NotFound``."""
    authorize(actor, actions.DEFINITION_VIEW)
    return _one(connection, select(*DEFINITION).where(DefinitionTable.id == definition_id))


def latest(connection: Connection, actor: Actor, process_id: str) -> Definition:
    """The version of a process that new cases start on. Raises ``NotFound``."""
    authorize(actor, actions.DEFINITION_VIEW)
    statement = select(*DEFINITION).where(DefinitionTable.process_id == process_id)
    return _one(connection, _live_first(statement).limit(1))


def source(connection: Connection, actor: Actor, definition_id: str) -> Source:
    """The file that a version was deployed in, byte for byte. Raises ``NotFound``."""
    authorize(actor, actions.DEFINITION_VIEW)
    row = connection.execute(
        select(DefinitionTable.filename, ResourceTable.data)
        .join(ResourceTable, ResourceTable.sha256 == DefinitionTable.resource_sha256)
        .where(DefinitionTable.id == definition_id)
    ).first()
    if row is None:
        raise NotFound()
    return Source(row.filename, row.data)


def findings(connection: Connection, actor: Actor, definition_id: str) -> tuple[Finding, ...]:
    """The findings in a version's file when it was deployed. Raises ``NotFound``."""
    authorize(actor, actions.DEFINITION_VIEW)
    row = connection.execute(
        select(DefinitionTable.findings).where(DefinitionTable.id == definition_id)
    ).first()
    if row is None:
        raise NotFound()
    return tuple(stored_finding(stored) for stored in row.findings)


# ---------------------------------------------------------------- parts


def _one(connection: Connection, statement: AnySelect) -> Definition:
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound()
    of_process = select(DefinitionTable.id).where(DefinitionTable.process_id == row.process_id)
    newest = connection.scalar(_live_first(of_process).limit(1))
    return _views(connection, [row], {row.id} if row.id == newest else set())[0]


def _live_first(statement: Any) -> Any:
    """Ordered so that the version that new cases start on comes first: the newest that can be
    started; where none can, the newest drawing."""
    return statement.order_by(DefinitionTable.startable.desc(), DefinitionTable.version.desc())


def _newest(rows: Iterable[AnyRow]) -> dict[str, AnyRow]:
    """The version that new cases start on, by process id, of rows that have been read."""
    newest: dict[str, AnyRow] = {}
    for row in rows:
        known = newest.get(row.process_id)
        if known is None or (row.startable, row.version) > (known.startable, known.version):
            newest[row.process_id] = row
    return newest


def _views(connection: Connection, rows: Iterable[AnyRow], latest: set[str]) -> list[Definition]:
    rows = list(rows)
    people = people_by_id(connection, (row.deployed_by for row in rows))
    return [_view(row, people, latest) for row in rows]


def _view(row: AnyRow, people: PeopleById, latest: set[str]) -> Definition:
    return Definition(
        id=row.id,
        process_id=row.process_id,
        version=row.version,
        name=row.name,
        phase=row.phase,
        filename=row.filename,
        sha256=row.resource_sha256,
        deployed_at=row.deployed_at,
        deployed_by=name_of(people, row.deployed_by) or "",
        latest=row.id in latest,
        startable=row.startable,
    )


_FINDING = tuple(f.name for f in fields(Finding))


def stored_finding(stored: Mapping[str, Any]) -> Finding:
    """The view of a finding that is stored as JSON; keys of later versions are ignored."""
    return Finding(**{name: stored[name] for name in _FINDING if name in stored})
