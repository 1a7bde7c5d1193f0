"""Definitions: the versions of every process, their files and what was found in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, case, func, select

from engine.access import DEFINITION_VIEW, authorize
from engine.errors import NotFound
from engine.queries.rows import AnyRow, AnySelect, People, name_of, people_by_id
from engine.queries.search import swedish
from engine.store.models import Definition, Instance, Resource
from engine.views import Actor, Finding, Source
from engine.views import Definition as DefinitionView

DEFINITION = (
    Definition.id,
    Definition.process_id,
    Definition.version,
    Definition.name,
    Definition.phase,
    Definition.phase_order,
    Definition.filename,
    Definition.resource_sha256,
    Definition.deployed_at,
    Definition.deployed_by,
    Definition.startable,
)


def definitions(conn: Connection, actor: Actor) -> tuple[DefinitionView, ...]:
    """Every version of every process and every drawing: the phases in their order, then the others
    by name; of each the newest version first."""
    authorize(actor, DEFINITION_VIEW)
    rows = conn.execute(select(*DEFINITION)).all()
    newest = _newest(rows)
    views = _views(conn, rows, {row.id for row in newest.values()})

    def place(view: DefinitionView) -> tuple[Any, ...]:
        last = newest[view.process_id]
        order = last.phase_order if last.phase_order is not None else 1 << 30
        return order, *swedish(last.name), view.process_id, -view.version

    return tuple(sorted(views, key=place))


def live_processes(conn: Connection) -> dict[str, bool]:
    """Ids of all processes that are deployed, each with whether it can be started."""
    rows = conn.execute(
        select(Definition.process_id, func.max(case((Definition.startable, 1), else_=0))).group_by(
            Definition.process_id
        )
    )
    return {process_id: bool(startable) for process_id, startable in rows}


def live(conn: Connection, process_ids: Iterable[str]) -> dict[str, str]:
    """The definition that is live of each of some processes, by process; where none can be
    started, its newest drawing."""
    columns = (Definition.id, Definition.process_id, Definition.startable, Definition.version)
    rows = conn.execute(select(*columns).where(Definition.process_id.in_(set(process_ids)))).all()
    return {process_id: row.id for process_id, row in _newest(rows).items()}


def definition(conn: Connection, actor: Actor, definition_id: str) -> DefinitionView:
    """One version. Raises ``NotFound``."""
    authorize(actor, DEFINITION_VIEW)
    return _one(conn, select(*DEFINITION).where(Definition.id == definition_id))


def latest_definition(conn: Connection, actor: Actor, process_id: str) -> DefinitionView:
    """The newest version of a process. Raises ``NotFound``."""
    authorize(actor, DEFINITION_VIEW)
    statement = select(*DEFINITION).where(Definition.process_id == process_id)
    return _one(conn, _live_first(statement).limit(1))


def source(conn: Connection, actor: Actor, definition_id: str) -> Source:
    """The file that a version was deployed in, byte for byte. Raises ``NotFound``."""
    authorize(actor, DEFINITION_VIEW)
    row = conn.execute(
        select(Definition.filename, Resource.data)
        .join(Resource, Resource.sha256 == Definition.resource_sha256)
        .where(Definition.id == definition_id)
    ).first()
    if row is None:
        raise NotFound()
    return Source(row.filename, row.data)


def findings(conn: Connection, actor: Actor, definition_id: str) -> tuple[Finding, ...]:
    """What was found in a version when it was deployed. Raises ``NotFound``."""
    authorize(actor, DEFINITION_VIEW)
    row = conn.execute(select(Definition.findings).where(Definition.id == definition_id)).first()
    if row is None:
        raise NotFound()
    return tuple(stored_finding(stored) for stored in row.findings)


# ---------------------------------------------------------------- parts


def _one(conn: Connection, statement: AnySelect) -> DefinitionView:
    row = conn.execute(statement).first()
    if row is None:
        raise NotFound()
    of_process = select(Definition.id).where(Definition.process_id == row.process_id)
    newest = conn.scalar(_live_first(of_process).limit(1))
    return _views(conn, [row], {row.id} if row.id == newest else set())[0]


def _live_first(statement: Any) -> Any:
    """Ordered so that the version that new cases start on comes first: the newest that can be
    started; where none can, the newest drawing."""
    return statement.order_by(Definition.startable.desc(), Definition.version.desc())


def _newest(rows: Iterable[AnyRow]) -> dict[str, AnyRow]:
    """The same of rows that are read already, by process."""
    newest: dict[str, AnyRow] = {}
    for row in rows:
        known = newest.get(row.process_id)
        if known is None or (row.startable, row.version) > (known.startable, known.version):
            newest[row.process_id] = row
    return newest


def _views(conn: Connection, rows: Iterable[AnyRow], latest: set[str]) -> list[DefinitionView]:
    rows = list(rows)
    people = people_by_id(conn, (row.deployed_by for row in rows))
    running = _running(conn, [row.id for row in rows])
    return [_view(row, people, running, latest) for row in rows]


def _running(conn: Connection, ids: list[str]) -> dict[str, int]:
    statement = (
        select(Instance.definition_id, func.count().label("n"))
        .where(Instance.ended_at.is_(None), Instance.definition_id.in_(ids))
        .group_by(Instance.definition_id)
    )
    return {row.definition_id: row.n for row in conn.execute(statement)}


def _view(
    row: AnyRow, people: People, running: Mapping[str, int], latest: set[str]
) -> DefinitionView:
    return DefinitionView(
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
        running=running.get(row.id, 0),
        startable=row.startable,
    )


_FINDING = tuple(f.name for f in fields(Finding))


def stored_finding(stored: Mapping[str, Any]) -> Finding:
    """A finding as a row keeps it."""
    return Finding(**{name: stored[name] for name in _FINDING if name in stored})
