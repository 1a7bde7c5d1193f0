"""Migrations of instances to other versions: their progress, and the steps that they skipped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, false, literal, select, union_all

from engine.access import actions
from engine.access.rules import CaseObject, authorize, may
from engine.errors import NotFound
from engine.queries import paging
from engine.queries.objects import case_object
from engine.queries.rows import name_of, people_by_id
from engine.store.tables import (
    CaseTable,
    DefinitionTable,
    InstanceTable,
    MigrationItemTable,
    MigrationTable,
    SkippedStepTable,
    TaskTable,
)
from engine.views import Actor, Migration, MigrationItem, MigrationNote, SkippedStep

STATES = ("waiting", "done", "failed", "taken_back")
"""The states of one instance of a migration."""
LATEST = 20
"""How many of a process's migrations its page lists: older ones stand in the history."""


def get(
    connection: Connection,
    actor: Actor,
    migration_id: str,
    *,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Migration:
    """One migration with a page of its instances, the failed ones first. Raises ``NotFound``, and
    ``Invalid`` for an unknown ``state`` and for a cursor of another list."""
    authorize(actor, actions.INSTANCE_MIGRATE)
    paging.check_limit(limit)
    if state is not None:
        paging.choice("state", state, STATES)
    row = connection.execute(_migrations().where(MigrationTable.id == migration_id)).first()
    if row is None:
        raise NotFound()
    after = paging.decode("items", cursor, paging.number_part, paging.text_part)
    items = _items(connection, migration_id, state, after, limit + 1)
    page = paging.page(items, limit, _item, lambda item: paging.encode("items", item.rank, item.id))
    return _view(row, page.items, page.next)


def of_process(connection: Connection, actor: Actor, process_id: str) -> tuple[Migration, ...]:
    """The latest migrations of a process, the newest first, without their instances."""
    authorize(actor, actions.INSTANCE_MIGRATE)
    statement = _migrations().where(MigrationTable.process_id == process_id)
    rows = connection.execute(
        statement.order_by(MigrationTable.at.desc(), MigrationTable.id).limit(LATEST)
    ).all()
    return tuple(map(_view, rows))


def skipped_steps(connection: Connection, actor: Actor, case_id: str) -> tuple[SkippedStep, ...]:
    """The activities that migrations inserted before the place where a case was, those that nobody
    has decided about first. Raises ``NotFound``."""
    thing = case_object(connection, actor, case_id)
    authorize(actor, actions.CASE_VIEW, thing)
    return skipped_of(connection, actor, thing)


def skipped_of(connection: Connection, actor: Actor, thing: CaseObject) -> tuple[SkippedStep, ...]:
    """``skipped_steps`` of a case that has been authorised."""
    rows = connection.execute(
        select(
            SkippedStepTable,
            DefinitionTable.version,
            InstanceTable.state.label("instance_state"),
            TaskTable.id.label("task_id"),
            TaskTable.state.label("task_state"),
        )
        .join(DefinitionTable, DefinitionTable.id == SkippedStepTable.definition_id)
        .join(InstanceTable, InstanceTable.id == SkippedStepTable.instance_id)
        .outerjoin(
            TaskTable,
            (TaskTable.instance_id == SkippedStepTable.instance_id)
            & (TaskTable.token == SkippedStepTable.token),
        )
        .where(SkippedStepTable.case_id == thing.id)
        .order_by(SkippedStepTable.state != "offered", SkippedStepTable.at, SkippedStepTable.id)
    ).all()
    people = people_by_id(connection, (row.decided_by for row in rows))
    may_decide = may(actor, actions.CASE_PLAN, thing) or (
        thing.running and may(actor, actions.INSTANCE_MIGRATE)
    )
    return tuple(
        SkippedStep(
            id=row.id,
            case_id=row.case_id,
            instance_id=row.instance_id,
            element_id=row.element_id,
            name=row.name,
            role=row.role,
            version=row.version,
            always=row.always,
            state="done" if row.task_state == "completed" else row.state,
            at=row.decided_at or row.at,
            reason=row.reason,
            by=name_of(people, row.decided_by),
            task_id=row.task_id,
            can_decide=may_decide
            and row.state == "offered"
            and row.instance_state in ("running", "incident"),
        )
        for row in rows
    )


# ---------------------------------------------------------------- parts


def _migrations() -> Any:
    return select(MigrationTable, DefinitionTable.name, DefinitionTable.version).join(
        DefinitionTable, DefinitionTable.id == MigrationTable.definition_id
    )


def _items(
    connection: Connection, migration_id: str, state: str | None, after: Any, limit: int
) -> list[Any]:
    page = _page_of_items(migration_id, (state,) if state else STATES, after, limit).subquery()
    statement = (
        select(
            MigrationItemTable.id,
            MigrationItemTable.instance_id,
            MigrationItemTable.case_id,
            MigrationItemTable.state,
            MigrationItemTable.at,
            MigrationItemTable.reasons,
            MigrationItemTable.notes,
            MigrationItemTable.revision,
            MigrationItemTable.snapshot.is_not(None).label("has_snapshot"),
            InstanceTable.revision.label("now"),
            InstanceTable.ended_at,
            DefinitionTable.version,
            CaseTable.number,
            CaseTable.title,
            page.c.rank,
        )
        .join(page, page.c.id == MigrationItemTable.id)
        .join(InstanceTable, InstanceTable.id == MigrationItemTable.instance_id)
        .join(DefinitionTable, DefinitionTable.id == MigrationItemTable.from_definition_id)
        .join(CaseTable, CaseTable.id == MigrationItemTable.case_id)
        .order_by(page.c.rank, page.c.id)
    )
    return list(connection.execute(statement))


def _page_of_items(migration_id: str, states: Iterable[str], after: Any, limit: int) -> Any:
    """The ids of a page with their ranks: those that failed first. The first few of each state are
    a range of the index, however many instances the migration has."""
    last_rank, last = after or (0, "")
    ranges = []
    for state in states:
        rank = 0 if state == "failed" else 1
        if rank < last_rank:
            continue
        few = select(MigrationItemTable.id, literal(rank).label("rank")).where(
            MigrationItemTable.migration_id == migration_id, MigrationItemTable.state == state
        )
        if rank == last_rank:
            few = few.where(MigrationItemTable.id > last)
        ranges.append(select(few.order_by(MigrationItemTable.id).limit(limit).subquery()))
    if not ranges:
        return select(MigrationItemTable.id, literal(0).label("rank")).where(false())
    of_any = union_all(*ranges).subquery()
    return select(of_any.c.id, of_any.c.rank).order_by(of_any.c.rank, of_any.c.id).limit(limit)


def _item(row: Any) -> MigrationItem:
    untouched = row.has_snapshot and row.now == row.revision and row.ended_at is None
    return MigrationItem(
        instance_id=row.instance_id,
        case_id=row.case_id,
        case_number=row.number,
        title=row.title,
        from_version=row.version,
        state=row.state,
        at=row.at,
        reasons=tuple(MigrationNote(**note) for note in row.reasons),
        notes=tuple(MigrationNote(**note) for note in row.notes),
        can_go_back=row.state == "done" and untouched,
    )


def _view(row: Any, items: tuple[MigrationItem, ...] = (), cursor: str | None = None) -> Migration:
    return Migration(
        id=row.id,
        process_id=row.process_id,
        name=row.name,
        to_version=row.version,
        definition_id=row.definition_id,
        mapping=row.mapping,
        at=row.at,
        by=row.actor_name,
        whole=row.waiting + row.done + row.failed + row.taken_back,
        done=row.done,
        failed=row.failed,
        waiting=row.waiting,
        taken_back=row.taken_back,
        items=items,
        cursor=cursor,
    )
