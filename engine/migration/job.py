"""Moves of many instances: asked for once, done one by one, and gone on with after a kill.

A migration is a row with an item per instance. An item that is ``waiting`` is still to be done,
whoever asked and whatever happened to them: every look at the waiting items goes on where the
last one stopped, and each item is done in a transaction of its own, exactly once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ScalarSelect, bindparam, insert, select, text, update

from engine.access import actions
from engine.access.rules import authorize
from engine.definitions.library import ExecutableDefinition
from engine.errors import Conflict, Invalid, NotFound, Problem
from engine.job_queue import Job, timer_job
from engine.migration import apply, snapshot
from engine.migration.apply import Comparisons, MigratedInstance, MigrationRefused
from engine.migration.preview import Ids, check_mapping, known, others, target_of
from engine.runtime.running_instance import RUNNING
from engine.store.base import new_id, table_of
from engine.store.tables import InstanceTable, MigrationItemTable, MigrationTable, TimerTable
from engine.store.tables.migration import WAITING
from engine.unit_of_work import UnitOfWork
from engine.views import Actor

# ---------------------------------------------------------------- asking for it


def create(
    work: UnitOfWork, definition: str, to_version: int, instances: Ids, mapping: Mapping[str, str]
) -> dict[str, Any]:
    """Write down which instances are to move; the items are done by ``migrate``.

    :raises Invalid: when there is nothing to move, or the mapping does not fit
    """
    authorize(work.actor, actions.INSTANCE_MIGRATE)
    target = target_of(work, definition, to_version)
    check_mapping(work, target, mapping)
    if instances is None:
        columns = (InstanceTable.id, InstanceTable.case_id, InstanceTable.definition_id)
        statement = others(target, select(*columns)).order_by(InstanceTable.id)
        chosen: Iterable[Any] = work.connection.execute(statement).all()
    else:
        chosen = known(work, target, instances).values()
    items = list(chosen)
    if not items:
        raise Invalid([Problem("nothing_to_migrate", "there is no instance to move", "instances")])
    return begin(work, target, mapping, items, {})


def begin(
    work: UnitOfWork,
    target: ExecutableDefinition,
    mapping: Mapping[str, str],
    items: Sequence[Any],
    revisions: Mapping[str, int],
) -> dict[str, Any]:
    """Write down that instances (rows with ``id``, ``case_id`` and ``definition_id``) are to move.

    :param revisions: those, by instance, at which alone they may
    """
    _forget_old_snapshots(work, target.process_id)
    migration_id = _insert(work, target, mapping, items, revisions)
    detail = {
        "process": target.name,
        "version": target.version,
        "instances": len(items),
        "mapping": dict(mapping),
        "migration": migration_id,
    }
    work.jobs.append(migrations_job(work.now))
    work.note("migration.started", "definitions", detail, definition_id=target.id)
    return {"id": migration_id, "whole": len(items)}


def _insert(
    work: UnitOfWork,
    target: ExecutableDefinition,
    mapping: Mapping[str, str],
    items: Sequence[Any],
    revisions: Mapping[str, int],
) -> str:
    migration_id = new_id()
    work.connection.execute(
        insert(MigrationTable).values(
            id=migration_id,
            process_id=target.process_id,
            definition_id=target.id,
            mapping=dict(mapping),
            at=work.now,
            actor_id=work.actor.id,
            actor_name=work.actor.name,
            waiting=len(items),
        )
    )
    work.connection.execute(
        insert(MigrationItemTable),
        [
            {
                "id": new_id(),
                "migration_id": migration_id,
                "instance_id": row.id,
                "case_id": row.case_id,
                "from_definition_id": row.definition_id,
                "state": "waiting",
                "reasons": [],
                "notes": [],
                "revision": revisions.get(row.id),
            }
            for row in items
        ],
    )
    return migration_id


def _forget_old_snapshots(work: UnitOfWork, process_id: str) -> None:
    """Snapshots of instances that have gone on since are of no use to anybody."""
    jobs = select(MigrationTable.id).where(MigrationTable.process_id == process_id)
    same = select(InstanceTable.id).where(
        InstanceTable.id == MigrationItemTable.instance_id,
        InstanceTable.revision == MigrationItemTable.revision,
    )
    work.connection.execute(
        update(MigrationItemTable)
        .where(
            MigrationItemTable.migration_id.in_(jobs),
            MigrationItemTable.snapshot.is_not(None),
            ~same.exists(),
        )
        .values(snapshot=None, after=None)
    )


# ---------------------------------------------------------------- doing it


@dataclass(slots=True)
class MigrationJobs:
    """The migrations that are being done, each read once for a run."""

    _pairs: dict[str, Comparisons] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)

    def read(self, work: UnitOfWork, migration_id: str) -> tuple[Comparisons, Actor]:
        """The comparisons of a migration, made once for all its instances."""
        if migration_id not in self._pairs:
            row = work.connection.execute(
                select(MigrationTable).where(MigrationTable.id == migration_id)
            ).one()
            target = work.definitions.get(work.connection, row.definition_id)
            self._pairs[migration_id] = Comparisons(target, row.mapping)
            self._actors[migration_id] = Actor(row.actor_id, row.actor_name)
        return self._pairs[migration_id], self._actors[migration_id]


def migrations_job(now: datetime) -> Job:
    """The wake-up of whoever does what waits of migrations."""
    return Job("migrations", "migrations", now)


def migrating(since: datetime) -> Any:
    """A migration of before ``since`` of which something waits still."""
    return (
        select(MigrationTable.id)
        .join(MigrationItemTable, MigrationItemTable.migration_id == MigrationTable.id)
        .where(text(WAITING), MigrationTable.at <= since)
        .limit(1)
    )


def waiting(work: UnitOfWork, limit: int, migration_id: str | None) -> list[list[str]]:
    """Ids of items that are still to be done, those of each migration together."""
    statement = select(MigrationItemTable.id, MigrationItemTable.migration_id)
    statement = statement.where(text(WAITING)).order_by(MigrationItemTable.id).limit(limit)
    if migration_id is not None:
        statement = statement.where(MigrationItemTable.migration_id == migration_id)
    batches: dict[str, list[str]] = {}
    for row in work.connection.execute(statement):
        batches.setdefault(row.migration_id, []).append(row.id)
    return list(batches.values())


def migrate(work: UnitOfWork, jobs: MigrationJobs, item_ids: Sequence[str]) -> int:
    """Do items of one migration: how many were moved, or found to be immovable as they stand. One
    by itself waits for whoever is at it or moves its case; of several, those are left for later,
    as are all but one of a case.

    :raises MigrationRefused, StepError, Conflict: see ``apply.migrate``
    """
    alone = len(item_ids) == 1
    items = _taken(work, item_ids, wait=alone)
    if alone and items:
        work.hold(items[0].case_id)
    else:
        first = {item.case_id: item for item in reversed(items)}
        items = [first[case_id] for case_id in work.hold_free(list(first))] if first else []
    if not items:
        return 0
    pairs, work.actor = jobs.read(work, items[0].migration_id)
    cases = {item.instance_id: item.case_id for item in items}
    revisions = {i.instance_id: i.revision for i in items if i.revision is not None}
    outcomes = apply.migrate(work, pairs, items[0].migration_id, cases, revisions)
    done = [_settled(item.id, outcomes[item.instance_id], work.now) for item in items]
    work.connection.execute(_SETTLE, done)
    states = Counter(values["state"] for values in done)
    _count(work, items[0].migration_id, waiting=-len(done), **states)
    return len(done)


def fail(work: UnitOfWork, item_id: str, refused: MigrationRefused) -> int:
    """Write down why one item could not be done."""
    values = _settled(item_id, refused, work.now)
    failed = work.connection.execute(_SETTLE, [values]).rowcount
    if failed:
        of_item = select(MigrationItemTable.migration_id).where(MigrationItemTable.id == item_id)
        _count(work, of_item.scalar_subquery(), waiting=-1, failed=1)
    return failed


def _count(work: UnitOfWork, migration_id: str | ScalarSelect[str], **more: int) -> None:
    """Count so many more of a migration's items in each state. Whoever does items of it too waits
    for this until the transaction ends, so it comes last."""
    columns = {state: getattr(MigrationTable, state) + n for state, n in more.items()}
    of_id = MigrationTable.id == migration_id
    work.connection.execute(update(MigrationTable).where(of_id).values(columns))


def _taken(work: UnitOfWork, item_ids: Sequence[str], *, wait: bool) -> Sequence[Any]:
    """Those of the items that are still to be done, and nobody else's until the transaction
    ends."""
    mine = select(
        MigrationItemTable.id,
        MigrationItemTable.migration_id,
        MigrationItemTable.instance_id,
        MigrationItemTable.case_id,
        MigrationItemTable.revision,
    ).where(MigrationItemTable.id.in_(item_ids), MigrationItemTable.state == "waiting")
    locked = mine.order_by(MigrationItemTable.id).with_for_update(skip_locked=not wait)
    return work.connection.execute(locked).all()


def _settled(
    item_id: str, outcome: MigratedInstance | MigrationRefused, now: datetime
) -> dict[str, Any]:
    """What its row says of an item that is done."""
    migrated = outcome if isinstance(outcome, MigratedInstance) else None
    reasons = outcome.reasons if isinstance(outcome, MigrationRefused) else ()
    return {
        "of_id": item_id,
        "state": "failed" if migrated is None else "done",
        "at": now,
        "reasons": [asdict(reason) for reason in reasons],
        "notes": [asdict(note) for note in migrated.notes] if migrated else [],
        "snapshot": migrated and migrated.snapshot,
        "after": migrated and migrated.after,
        "revision": migrated and migrated.revision,
    }


_ITEM: Final = table_of(MigrationItemTable)
_SETTLE: Final = update(_ITEM).where(_ITEM.c.id == bindparam("of_id"), _ITEM.c.state == "waiting")


# ---------------------------------------------------------------- taking it back


def back(work: UnitOfWork, migration_id: str, instance_id: str) -> dict[str, Any]:
    """Make an instance what it was before it moved.

    :raises Conflict: ``moved_on`` when it has gone on since, ``changed_since`` when somebody has
        worked on its tasks or its plan, ``not_migrated`` when it did not move
    """
    authorize(work.actor, actions.INSTANCE_MIGRATE)
    item = work.connection.execute(
        select(MigrationItemTable).where(
            MigrationItemTable.migration_id == migration_id,
            MigrationItemTable.instance_id == instance_id,
        )
    ).first()
    if item is None:
        raise NotFound(f"Migration {migration_id} has no instance {instance_id}", id=instance_id)
    work.hold(item.case_id)
    row = work.connection.execute(
        select(InstanceTable.revision, InstanceTable.state, InstanceTable.definition_id).where(
            InstanceTable.id == instance_id
        )
    ).one()
    _may_go_back(work, item, row)
    snapshot.restore(work.connection, instance_id, item.case_id, item.snapshot)
    work.connection.execute(
        update(InstanceTable)
        .where(InstanceTable.id == instance_id, InstanceTable.revision == row.revision)
        .values(revision=row.revision + 1)
    )
    work.connection.execute(
        update(MigrationItemTable)
        .where(MigrationItemTable.id == item.id)
        .values(state="taken_back", at=work.now, snapshot=None, after=None)
    )
    _count(work, migration_id, done=-1, taken_back=1)
    dues = select(TimerTable.due_at).where(TimerTable.instance_id == instance_id)
    work.jobs += [timer_job(due, work.now) for due in work.connection.scalars(dues)]
    version = _note_back(work, item, row.definition_id)
    return {"id": instance_id, "version": version}


def _note_back(work: UnitOfWork, item: Any, definition_id: str) -> int:
    old = work.definitions.get(work.connection, item.from_definition_id)
    left = work.definitions.get(work.connection, definition_id)
    work.note(
        "instance.migration_undone",
        item.instance_id,
        {
            "process": old.name,
            "migration": item.migration_id,
            "from": left.version,
            "version": old.version,
        },
        case_id=item.case_id,
        instance_id=item.instance_id,
        definition_id=old.id,
    )
    return old.version


def _may_go_back(work: UnitOfWork, item: Any, row: Any) -> None:
    if item.state != "done":
        raise Conflict("This instance was not moved.", code="not_migrated", state=item.state)
    on = item.snapshot is None or row.revision != item.revision or row.state not in RUNNING
    if on:
        raise Conflict(
            "The instance has gone on in the new version; its move cannot be taken back.",
            code="moved_on",
        )
    now = snapshot.read(work.connection, {item.instance_id: item.case_id})[item.instance_id]
    if snapshot.digest(now, item.snapshot) != item.after:
        raise Conflict(
            "Somebody has worked on the instance's tasks or its plan since it moved; taking the "
            "move back would lose that.",
            code="changed_since",
        )
