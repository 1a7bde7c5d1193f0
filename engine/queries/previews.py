"""Previews of migrations that a worker makes: how far they are, and what they have found."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, case, func, select

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import NotFound
from engine.store.tables import (
    CaseTable,
    DefinitionTable,
    InstanceTable,
    PreviewGroupTable,
    PreviewItemTable,
    PreviewTable,
)
from engine.views import (
    Actor,
    MigrationNote,
    MigrationQuestion,
    MigrationTarget,
    PreviewedCase,
    PreviewGroup,
    StepToSkip,
    StoredPreview,
)

MOST_GROUPS = 50
"""The most groups that a preview comes with."""
MOST_CASES = 50
"""The most cases that a group comes with."""
LATEST = 5
"""How many of a process's previews its page lists."""


def get(connection: Connection, actor: Actor, preview_id: str) -> StoredPreview:
    """One preview with its groups, when it is finished. Raises ``NotFound``."""
    authorize(actor, actions.INSTANCE_MIGRATE)
    row = connection.execute(_previews().where(PreviewTable.id == preview_id)).first()
    if row is None:
        raise NotFound()
    if row.finished_at is None:
        return _view(row)
    status = PreviewGroupTable.status
    order = case((status == "safe", 0), (status == "mapping", 1), else_=2)
    of_this = PreviewGroupTable.preview_id == preview_id
    groups = connection.execute(
        select(PreviewGroupTable)
        .where(of_this)
        .order_by(order, PreviewGroupTable.size.desc(), PreviewGroupTable.key)
        .limit(MOST_GROUPS)
    ).all()
    whole = connection.scalar(select(func.count()).select_from(PreviewGroupTable).where(of_this))
    views = tuple(_group(group, _cases(connection, preview_id, group.key)) for group in groups)
    return _view(row, views, (whole or 0) - len(views))


def of_process(connection: Connection, actor: Actor, process_id: str) -> tuple[StoredPreview, ...]:
    """The latest previews of a process, the newest first, without their groups."""
    authorize(actor, actions.INSTANCE_MIGRATE)
    rows = connection.execute(
        _previews()
        .where(PreviewTable.process_id == process_id)
        .order_by(PreviewTable.at.desc(), PreviewTable.id)
        .limit(LATEST)
    )
    return tuple(_view(row) for row in rows)


# ---------------------------------------------------------------- parts


def _previews() -> Any:
    return select(PreviewTable, DefinitionTable.name, DefinitionTable.version).join(
        DefinitionTable, DefinitionTable.id == PreviewTable.definition_id
    )


def _cases(connection: Connection, preview_id: str, key: str) -> tuple[PreviewedCase, ...]:
    rows = connection.execute(
        select(CaseTable.id, CaseTable.number, CaseTable.title)
        .select_from(PreviewItemTable)
        .join(InstanceTable, InstanceTable.id == PreviewItemTable.instance_id)
        .join(CaseTable, CaseTable.id == InstanceTable.case_id)
        .where(PreviewItemTable.preview_id == preview_id, PreviewItemTable.key == key)
        .order_by(PreviewItemTable.instance_id)
        .limit(MOST_CASES)
    )
    return tuple(PreviewedCase(row.id, row.number, row.title) for row in rows)


def _group(row: Any, cases: tuple[PreviewedCase, ...]) -> PreviewGroup:
    said = row.verdict
    return PreviewGroup(
        key=row.key,
        size=row.size,
        version=row.version,
        status=row.status,
        at=tuple(said["at"]),
        questions=tuple(_question(question) for question in said["questions"]),
        reasons=tuple(MigrationNote(**note) for note in said["reasons"]),
        not_run=tuple(StepToSkip(**step) for step in said["not_run"]),
        notes=tuple(MigrationNote(**note) for note in said["notes"]),
        cases=cases,
    )


def _question(stored: dict[str, Any]) -> MigrationQuestion:
    targets = tuple(MigrationTarget(**target) for target in stored["targets"])
    return MigrationQuestion(**{**stored, "targets": targets})


def _view(row: Any, groups: tuple[PreviewGroup, ...] = (), more_groups: int = 0) -> StoredPreview:
    return StoredPreview(
        id=row.id,
        process_id=row.process_id,
        name=row.name,
        to_version=row.version,
        definition_id=row.definition_id,
        mapping=row.mapping,
        at=row.at,
        by=row.actor_name,
        whole=row.whole,
        looked=row.looked,
        finished_at=row.finished_at,
        groups=groups,
        more_groups=more_groups,
    )
