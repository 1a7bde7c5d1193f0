"""``UnitOfWork``: one transaction with its actor, its time, and what it is going to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, ScalarSelect, bindparam, select

from engine.calendar import WorkCalendar
from engine.config import Config
from engine.definitions.library import DefinitionLibrary
from engine.job_queue import Job, JobQueue
from engine.records import history
from engine.records.chain import FIRST
from engine.store.base import table_of
from engine.store.batch import Batch, Statement
from engine.store.tables import CaseTable, InstanceTable, PlanItemTable, TaskTable
from engine.views import Actor

_HOLD: Final = Statement(
    select(CaseTable.id).where(CaseTable.id == bindparam("of_id")).with_for_update(key_share=True)
)

_FREE: Final = (
    select(CaseTable.id)
    .where(CaseTable.id.in_(bindparam("ids", expanding=True)))
    .order_by(CaseTable.id)
    .with_for_update(key_share=True, skip_locked=True)
)

_INSTANCE: Final = table_of(InstanceTable)
_CASE: Final = table_of(CaseTable)
_NOT_NEEDED: Final = frozenset({"id", "started_at", "ended_at"})
INSTANCE_COLUMNS: Final = tuple(
    column.label(f"instance_{column.name}")
    for column in _INSTANCE.c
    if column.name not in _NOT_NEEDED
)
"""The columns of an instance that a process in memory needs, labelled ``instance_…`` so that a
statement can have a task's columns too. The instance's id is that other row's ``instance_id``."""


class StoredInstance(NamedTuple):
    """The row of an instance. ``variables`` are JSON values by name, ``written`` the names of the
    variables that it has set itself, ``passed`` how often each element was completed."""

    id: str
    case_id: str
    parent_id: str | None
    parent_token: str | None
    parent_element: str | None
    depth: int
    definition_id: str
    state: str
    revision: int
    state_blob: bytes
    variables: Mapping[str, Any]
    written: Sequence[str]
    passed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class InstanceSnapshot:
    """An instance and its case, as they were read in this transaction.

    ``people`` are the ids of the case's people by role, ``place`` is where its tasks stand in
    lists, ``planned`` says whether the case has a plan, ``head`` is the number and the hash of the
    newest entry of the instance's history chain (None for an empty chain).
    """

    instance: StoredInstance
    people: Mapping[str, str]
    place: str
    planned: bool
    head: tuple[int, str] | None


@dataclass(slots=True)
class UnitOfWork:
    """One transaction. ``now`` is fixed at its beginning, so that all its rows have the same
    time."""

    batch: Batch
    """The writes that are sent together. Other statements use ``connection``."""
    actor: Actor
    now: datetime
    config: Config
    calendar: WorkCalendar
    definitions: DefinitionLibrary
    queue: JobQueue
    facts: list[history.Fact] = field(default_factory=list)
    written: list[history.Fact] = field(default_factory=list)
    """Those that have gone to the database already."""
    jobs: list[Job] = field(default_factory=list)
    """Jobs that ``flush`` stores."""
    optimistic: bool = False
    """True in the first try, which is guarded by the revisions that it has read. After a lost race
    the tries lock before they read."""
    apart: bool = False
    """True when no event that an instance throws is received in this transaction: each is handed
    out in one of its own, so that whoever cannot receive it keeps nobody else from going on."""
    received: bool = False
    """True when an event has been received in the transaction that threw it."""
    hops: int = 0
    """How many deliveries, one after the other, have led to this transaction."""
    deliveries: list[str] = field(default_factory=list)
    """Events to hand out when this transaction has been committed, by their rows' ids."""
    snapshots: dict[str, InstanceSnapshot] = field(default_factory=dict)
    """Instances that were read together with a user task or a timer and were not written since, by
    id: they need not be read again."""
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Number and hash of the newest entries of chains, by chain, as far as they were read under the
    guard of a revision: these chains are neither read nor locked again."""

    @property
    def connection(self) -> Connection:
        """The connection, for statements that cannot wait in ``batch``: it sends the batch
        first."""
        return self.batch.connection

    @property
    def today(self) -> date:
        """The date of ``now`` in the configured time zone."""
        return self.calendar.today(self.now)

    def remember(self, snapshot: InstanceSnapshot, *, guarded: bool = True) -> None:
        """Remember an instance as it was read.

        :param guarded: a concurrent entry in its chain would be noticed at the end
        """
        self.snapshots[snapshot.instance.id] = snapshot
        if guarded:
            self.heads[snapshot.instance.id] = snapshot.head or (0, FIRST)

    def begin(self, case_id: str) -> None:
        """Begin to write, with the case locked. What was read before is guarded by its revision."""
        self.batch.writes()
        if self.optimistic and self.batch.dialect != "sqlite":
            self.batch.put(_HOLD, {"of_id": case_id})

    def hold(self, case_id: str | ScalarSelect[str]) -> None:
        """Lock a case until the transaction ends (``SELECT … FOR NO KEY UPDATE``), so that what is
        read after this is current. SQLite needs no lock: it has one writer at a time."""
        if self.batch.dialect != "sqlite":
            one = select(CaseTable.id).where(CaseTable.id == case_id)
            self.connection.execute(one.with_for_update(key_share=True))

    def hold_free(self, case_ids: Sequence[str]) -> Sequence[str]:
        """Lock those of several cases that no other transaction has locked; returns their ids."""
        if self.connection.dialect.name == "sqlite":
            return case_ids
        return list(self.connection.scalars(_FREE, {"ids": case_ids}))

    def hold_of_task(self, task_id: str) -> None:
        """Lock the case of a user task."""
        self.hold(select(TaskTable.case_id).where(TaskTable.id == task_id).scalar_subquery())

    def note(self, what: str, chain: str, detail: Mapping[str, Any], **about: Any) -> None:
        """Add a fact to the history when the transaction ends.

        :param what: the fact's type
        :param about: more keywords of ``history.Fact``
        """
        self.facts.append(
            history.Fact(type=what, actor=self.actor, chain=chain, detail=detail, **about)
        )

    def flush(self) -> None:
        """Write the facts, then the jobs, then the rest of the batch. It is called last, because
        other transactions wait for the locks on the chains and on the jobs' keys."""
        noted = history.assign(self.facts, self.batch.written(), self.actor)
        history.append(self.batch, self.facts, at=self.now, heads=self.heads, noted=noted)
        jobs = self.jobs
        if self.queue.hooks:
            jobs = [*jobs, *self.queue.post_messages(self.connection, self.facts, self.now)]
        types = [fact.type for fact in self.facts]
        self.written += self.facts
        self.facts, self.jobs = [], []
        if jobs:
            self.queue.put(self.connection, jobs)
        self.batch.end()
        for watch in self.queue.watchers:
            watch(types)


def surroundings(case_id: Any, instance_id: Any, beside: Any) -> tuple[Any, ...]:
    """The columns of a snapshot other than ``INSTANCE_COLUMNS``, for a statement that joins the
    case: the people, the place, the head of the chain, and whether there is a plan.

    :param beside: the table with the two id columns, which the subquery is correlated to
    """
    planned = select(PlanItemTable.id).where(PlanItemTable.case_id == case_id)
    return (
        _CASE.c.people,
        _CASE.c.place,
        *history.newest(instance_id),
        planned.correlate(beside).exists().label("planned"),
    )


def stored_instance(instance_id: str, row: Any) -> StoredInstance:
    """The instance of a row with ``INSTANCE_COLUMNS``."""
    return StoredInstance(
        id=instance_id,
        case_id=row.instance_case_id,
        parent_id=row.instance_parent_id,
        parent_token=row.instance_parent_token,
        parent_element=row.instance_parent_element,
        depth=row.instance_depth,
        definition_id=row.instance_definition_id,
        state=row.instance_state,
        revision=row.instance_revision,
        state_blob=row.instance_state_blob,
        variables=row.instance_variables,
        written=row.instance_written,
        passed=row.instance_passed,
    )


def snapshot(row: Any) -> InstanceSnapshot:
    """The snapshot of a row with ``instance_id``, ``INSTANCE_COLUMNS`` and ``surroundings``."""
    return InstanceSnapshot(
        instance=stored_instance(row.instance_id, row),
        people=row.people,
        place=row.place,
        planned=row.planned,
        head=None if row.head_seq is None else (row.head_seq, row.head_hash),
    )
