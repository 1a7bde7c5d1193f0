"""What every write has at hand: its transaction, its actor, one moment, the definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, ScalarSelect, bindparam, select

from engine.calendar import WorkCalendar
from engine.config import Config
from engine.definitions.library import DefinitionLibrary
from engine.job_queue import Job, JobQueue
from engine.queries.instance_snapshot import InstanceSnapshot
from engine.records import history
from engine.records.chain import FIRST
from engine.store.batch import Batch, Statement
from engine.store.tables import CaseTable, SubscriptionTable, TaskTable
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

_HOLD_WAITING: Final = (
    select(CaseTable.id)
    .where(
        CaseTable.id.in_(
            select(SubscriptionTable.case_id).where(
                SubscriptionTable.kind == "signal", SubscriptionTable.name == bindparam("signal")
            )
        )
    )
    .order_by(CaseTable.id)
    .with_for_update(key_share=True)
)


@dataclass(slots=True)
class UnitOfWork:
    """One transaction. ``now`` is asked once, so that all its rows have the same time."""

    batch: Batch
    """Where its writes go; see ``connection``."""
    actor: Actor
    now: datetime
    config: Config
    calendar: WorkCalendar
    definitions: DefinitionLibrary
    queue: JobQueue
    facts: list[history.Fact] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    """What is to be looked at later; written with everything else, at the end."""
    optimistic: bool = False
    """Is this the try that trusts what it has read? One that lost a race locks first."""
    snapshots: dict[str, InstanceSnapshot] = field(default_factory=dict)
    """Instances, by id, that were read together with a user task or a timer and not written since:
    what stands in a snapshot need not be asked for again."""
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Number and hash of the newest entry of chains, as they were read under guard: they need be
    neither asked for nor locked."""

    @property
    def connection(self) -> Connection:
        """For statements that cannot wait in ``batch``: they find what waits there."""
        return self.batch.connection

    @property
    def today(self) -> date:
        """The date in the configured zone."""
        return self.calendar.today(self.now)

    def remember(self, snapshot: InstanceSnapshot, *, guarded: bool = True) -> None:
        """Keep an instance as it was read.

        :param guarded: whether nobody else can have added to its chain unnoticed
        """
        self.snapshots[snapshot.instance.id] = snapshot
        if guarded:
            self.heads[snapshot.instance.id] = snapshot.head or (0, FIRST)

    def begin(self, case_id: str) -> None:
        """From here on there are writes, and the case is held. What has been read before is
        guarded by its revision."""
        self.batch.writes()
        if self.optimistic and self.batch.dialect != "sqlite":
            self.batch.put(_HOLD, {"of_id": case_id})

    def hold(self, case_id: str | ScalarSelect[str]) -> None:
        """Nobody else moves this case until the transaction ends. What is read after this is what
        whoever was first has left. (On SQLite a writer is alone in any case.)"""
        if self.batch.dialect != "sqlite":
            one = select(CaseTable.id).where(CaseTable.id == case_id)
            self.connection.execute(one.with_for_update(key_share=True))

    def hold_free(self, case_ids: Sequence[str]) -> Sequence[str]:
        """``hold`` those of several cases that nobody else moves; which they are."""
        if self.connection.dialect.name == "sqlite":
            return case_ids
        return list(self.connection.scalars(_FREE, {"ids": case_ids}))

    def hold_waiting(self, signal: str) -> None:
        """``hold`` the cases in which somebody waits for a signal."""
        if self.batch.dialect != "sqlite":
            self.connection.execute(_HOLD_WAITING, {"signal": signal})

    def hold_of_task(self, task_id: str) -> None:
        """``hold`` the case of a user task."""
        self.hold(select(TaskTable.case_id).where(TaskTable.id == task_id).scalar_subquery())

    def note(self, what: str, chain: str, detail: Mapping[str, Any], **about: Any) -> None:
        """Remember a fact; ``about`` are the keywords of ``history.Fact``."""
        self.facts.append(
            history.Fact(type=what, actor=self.actor, chain=chain, detail=detail, **about)
        )

    def flush(self) -> None:
        """Write the facts, the jobs after them, and whatever waits. The last act of a transaction:
        it takes the chains' ends and the jobs' keys, which others wait for."""
        history.append(self.batch, self.facts, at=self.now, heads=self.heads)
        jobs = [
            *self.jobs,
            *self.queue.post_messages(lambda: self.connection, self.facts, self.now),
        ]
        facts, self.facts, self.jobs = self.facts, [], []
        if jobs:
            self.queue.put(self.connection, jobs)
        self.batch.end()
        self.queue.count(facts)
