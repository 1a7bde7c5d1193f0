"""Previews of migrations of many instances: asked for once, made by workers part by part.

A preview is a row; a worker that has claimed it looks at the next instances in a transaction that
only reads, and stores what it has found in a short one that also moves the cursor. So each instance
is looked at once, and whoever comes after a worker that was killed goes on where it has stopped.
Instances of which the same is to be said are one group.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, text, update

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, Invalid, NotFound, Problem
from engine.job_queue import Job
from engine.migration import job
from engine.migration.apply import Comparisons
from engine.migration.preview import check_mapping, others, rows, target_of, verdict
from engine.store.base import new_id, table_of, unclaimed
from engine.store.tables import (
    DefinitionTable,
    InstanceTable,
    PreviewGroupTable,
    PreviewItemTable,
    PreviewTable,
)
from engine.store.tables.previews import UNFINISHED
from engine.unit_of_work import UnitOfWork
from engine.views import InstanceVerdict

KIND: Final = "previews"
"""The kind of the job that goes on with previews."""
PART: Final = 200
"""Instances that are looked at before what was found is stored."""
LEASE: Final = timedelta(minutes=1)
"""How long a worker has a preview for itself after each part: much longer than one takes."""
KEPT_FOR: Final = timedelta(days=7)
"""After so long a preview says too little of how things stand."""

_PREVIEW: Final = table_of(PreviewTable)
_GROUP: Final = table_of(PreviewGroupTable)
_ITEM: Final = table_of(PreviewItemTable)

# ---------------------------------------------------------------- asking for it


def create(
    work: UnitOfWork, definition: str, to_version: int, mapping: Mapping[str, str]
) -> dict[str, Any]:
    """Write down what is to be previewed; the wake-up of a worker goes along.

    :raises NotFound: when there is no such process or version
    :raises Invalid: for a mapping that does not fit
    """
    authorize(work.actor, actions.INSTANCE_MIGRATE)
    target = target_of(work, definition, to_version)
    check_mapping(work, target, mapping)
    preview_id = new_id()
    work.connection.execute(
        insert(_PREVIEW).values(
            id=preview_id,
            process_id=target.process_id,
            definition_id=target.id,
            mapping=dict(mapping),
            at=work.now,
            actor_id=work.actor.id,
            actor_name=work.actor.name,
            looked=0,
            cursor="",
        )
    )
    work.jobs.append(wake_up(work.now))
    return {"id": preview_id}


def wake_up(now: datetime) -> Job:
    """The wake-up of whoever goes on with previews."""
    return Job(KIND, KIND, now)


# ---------------------------------------------------------------- making it


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """What was found of some instances: their verdicts with their revisions. ``last`` is the id of
    the last one, ``whole`` how many instances the preview has (None when that is known already),
    ``ends`` whether there are no more."""

    verdicts: Sequence[tuple[InstanceVerdict, int]]
    last: str
    whole: int | None
    ends: bool


def free(now: datetime) -> Any:
    """The ids of previews that are to be gone on with, the oldest first."""
    unheld = unclaimed(PreviewTable.lease_until, now, LEASE)
    return (
        select(PreviewTable.id).where(text(UNFINISHED), unheld).order_by(PreviewTable.at).limit(1)
    )


def claim(connection: Connection, now: datetime) -> Any:
    """The row of a preview that this worker alone may go on with; None when there is none."""
    unheld = unclaimed(_PREVIEW.c.lease_until, now, LEASE)
    return connection.execute(
        update(_PREVIEW)
        .where(_PREVIEW.c.id == free(now).correlate(None).scalar_subquery(), unheld)
        .values(lease_until=now + LEASE)
        .returning(_PREVIEW)
    ).first()


def release(connection: Connection, preview_id: str) -> None:
    """Let any worker go on with a preview."""
    this = update(_PREVIEW).where(_PREVIEW.c.id == preview_id)
    connection.execute(this.values(lease_until=None))


def comparisons(work: UnitOfWork, row: Any) -> Comparisons:
    """The comparisons of a preview (its row), made once for all its instances."""
    return Comparisons(work.definitions.get(work.connection, row.definition_id), row.mapping)


def look(work: UnitOfWork, pairs: Comparisons, cursor: str) -> PreviewPart:
    """Look at the instances after the one with the id ``cursor``. Changes nothing."""
    target = pairs.target
    whole = None
    if not cursor:
        whole = work.connection.scalar(others(target, select(func.count()))) or 0
    versions = select(DefinitionTable.id).where(
        DefinitionTable.process_id == target.process_id, DefinitionTable.id != target.id
    )
    # In the order of ids, along their index: by version all that is left would be sorted each time.
    version = func.coalesce(InstanceTable.definition_id, "")
    following = (
        select(InstanceTable.id)
        .where(InstanceTable.id > cursor, InstanceTable.ended_at.is_(None), version.in_(versions))
        .order_by(InstanceTable.id)
        .limit(PART)
    )
    ids = work.connection.scalars(following).all()
    found = [(verdict(work, pairs, row), row.revision) for row in rows(work, target, ids, "", PART)]
    return PreviewPart(found, ids[-1] if ids else cursor, whole, len(ids) < PART)


def store(
    connection: Connection, preview_id: str, cursor: str, part: PreviewPart, now: datetime
) -> bool:
    """Store what was found after ``cursor``; False when another worker has done so."""
    values: dict[str, Any] = {
        "cursor": part.last,
        "looked": _PREVIEW.c.looked + len(part.verdicts),
        "lease_until": now + LEASE,
        "finished_at": now if part.ends else None,
    }
    if part.whole is not None:
        values["whole"] = part.whole
    mine = update(_PREVIEW).where(
        _PREVIEW.c.id == preview_id, _PREVIEW.c.cursor == cursor, text(UNFINISHED)
    )
    if connection.execute(mine.values(**values)).rowcount != 1:
        return False
    groups: dict[str, list[InstanceVerdict]] = {}
    items = []
    for one, revision in part.verdicts:
        key = group_key(one)
        groups.setdefault(key, []).append(one)
        items.append({"preview_id": preview_id, "key": key, "instance_id": one.instance_id,
                      "revision": revision})  # fmt: skip
    for key, members in groups.items():
        _add(connection, preview_id, key, members)
    if items:
        connection.execute(insert(_ITEM), items)
    return True


def _add(
    connection: Connection, preview_id: str, key: str, members: Sequence[InstanceVerdict]
) -> None:
    """Add instances to a group. Nobody else does at the same time: the preview's row is held."""
    this = update(_GROUP).where(_GROUP.c.preview_id == preview_id, _GROUP.c.key == key)
    if connection.execute(this.values(size=_GROUP.c.size + len(members))).rowcount:
        return
    one = members[0]
    parts = asdict(one)
    said = {name: parts[name] for name in ("at", "questions", "reasons", "not_run", "notes")}
    row = {"preview_id": preview_id, "key": key, "status": one.status, "version": one.version}
    connection.execute(insert(_GROUP).values(**row, size=len(members), verdict=said))


def group_key(one: InstanceVerdict) -> str:
    """What is equal for instances that stand alike and of which the same is to be said."""
    said = (
        one.status,
        one.version,
        one.at,
        [(q.element_id, [t.element_id for t in q.targets]) for q in one.questions],
        [(n.code, n.element_id) for n in one.reasons],
        [(s.element_id, s.always) for s in one.not_run],
        [(n.code, n.element_id) for n in one.notes],
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def forget(connection: Connection, now: datetime) -> None:
    """Delete the previews that are too old."""
    old = select(PreviewTable.id).where(PreviewTable.at <= now - KEPT_FOR)
    connection.execute(delete(_ITEM).where(_ITEM.c.preview_id.in_(old)))
    connection.execute(delete(_GROUP).where(_GROUP.c.preview_id.in_(old)))
    connection.execute(delete(_PREVIEW).where(_PREVIEW.c.at <= now - KEPT_FOR))


# ---------------------------------------------------------------- doing what it shows


def start(
    work: UnitOfWork, preview_id: str, keys: Sequence[str], *, leave_changed: bool
) -> dict[str, Any]:
    """Write down that the instances of some groups are to move, each as it stood when it was looked
    at.

    :raises NotFound: when there is no such preview
    :raises Invalid: ``choose_group`` without groups that can move
    :raises Conflict: ``preview_unfinished``; ``preview_changed`` when some of the instances have
        gone on since, unless those are to be left
    """
    authorize(work.actor, actions.INSTANCE_MIGRATE)
    row = work.connection.execute(select(_PREVIEW).where(_PREVIEW.c.id == preview_id)).first()
    if row is None:
        raise NotFound(f"There is no preview {preview_id}", id=preview_id)
    if row.finished_at is None:
        raise Conflict("The preview is still being made.", code="preview_unfinished")
    safe = select(_GROUP.c.key).where(
        _GROUP.c.preview_id == preview_id, _GROUP.c.status == "safe", _GROUP.c.key.in_(keys)
    )
    chosen = set(work.connection.scalars(safe))
    if not chosen or chosen != set(keys):
        raise Invalid([Problem("choose_group", "Choose at least one group.", "group")])
    items = _items(work.connection, preview_id, chosen)
    same = [item for item in items if item.now == item.revision and item.ended_at is None]
    if len(same) < len(items) and not leave_changed:
        raise Conflict(
            "Some of the instances have gone on since they were looked at.",
            code="preview_changed",
            changed=len(items) - len(same),
            same=len(same),
        )
    target = work.definitions.get(work.connection, row.definition_id)
    return job.begin(work, target, row.mapping, same, {item.id: item.revision for item in same})


def _items(connection: Connection, preview_id: str, keys: set[str]) -> Sequence[Any]:
    """The instances of some groups, as they were looked at and as they are ``now``."""
    return connection.execute(
        select(
            PreviewItemTable.revision,
            InstanceTable.id,
            InstanceTable.case_id,
            InstanceTable.definition_id,
            InstanceTable.revision.label("now"),
            InstanceTable.ended_at,
        )
        .join(InstanceTable, InstanceTable.id == PreviewItemTable.instance_id)
        .where(PreviewItemTable.preview_id == preview_id, PreviewItemTable.key.in_(keys))
    ).all()
