"""What every write has at hand: its transaction, its actor, one moment, the definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, ScalarSelect, select

from engine.config import Config
from engine.records import history
from engine.runtime.calendar import WorkCalendar
from engine.runtime.definitions import Library
from engine.runtime.port import Job, Jobs
from engine.store.models import Case
from engine.views import Actor


@dataclass(slots=True)
class Work:
    """One transaction. ``now`` is asked once, so that all its rows have the same time."""

    connection: Connection
    actor: Actor
    now: datetime
    config: Config
    calendar: WorkCalendar
    definitions: Library
    queue: Jobs
    facts: list[history.Fact] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    """What is to be looked at later; written with everything else, at the end."""

    @property
    def today(self) -> date:
        return self.calendar.today(self.now)

    def hold(self, case_id: str | ScalarSelect[str]) -> None:
        """Nobody else moves this case until the transaction ends. What is read after this is what
        whoever was first has left. (On SQLite a writer is alone in any case.)"""
        one = select(Case.id).where(Case.id == case_id)
        self.connection.execute(one.with_for_update(key_share=True))

    def note(self, what: str, chain: str, detail: Mapping[str, Any], **about: Any) -> None:
        """Remember a fact; ``about`` are the keywords of ``history.Fact``."""
        self.facts.append(
            history.Fact(type=what, actor=self.actor, chain=chain, detail=detail, **about)
        )

    def keep_history(self) -> None:
        """Write the facts, and the jobs after them. The last act of a transaction: it takes the
        chains' ends and the jobs' keys, which others wait for."""
        history.append(self.connection, self.facts, at=self.now)
        jobs = [*self.jobs, *self.queue.tell(self.connection, self.facts, self.now)]
        self.facts, self.jobs = [], []
        if jobs:
            self.queue.put(self.connection, jobs)
