"""A process owner who puts a new version under running work, in short words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import NullPool, create_engine, select

from engine import FakeClock, InstanceVerdict, Migration, MigrationItem, Source
from engine.store.base import Base
from tests.support.desk import Desk
from tests.support.diagrams import (
    boundary,
    catch,
    chain,
    diagram,
    end,
    field,
    gateway,
    message,
    start,
    task,
)


def steps(*elements: str, ids: str, **more: Any) -> Source:
    """A process ``work`` of elements one after another; ``ids`` are theirs, in order."""
    return diagram("work", start(), *elements, end(), chain("start", *ids.split(), "end"), **more)


OLD = steps(task("write", form=field("report"), due="P5D"), task("check"), ids="write check")
NEW = steps(
    task("first"),
    task("write", form=field("extra"), due="P9D"),
    task("check"),
    ids="first write check",
)
FAILING = steps(
    task("write"),
    boundary("late", "write", timer="=wanted", interrupting=True),
    task("hurry"),
    chain("late", "hurry", "end"),
    ids="write",
)
"""A timer that only an instance with the variable ``wanted`` can set."""


@dataclass
class Mover:
    desk: Desk
    clock: FakeClock

    @property
    def engine(self) -> Any:
        return self.desk.engine

    @property
    def owner(self) -> Any:
        return self.desk.people["process_owner"].actor

    def begin(self, *sources: Source, process: str = "work", **more: Any) -> str:
        """Deploy the first version and start a case on it."""
        self.desk.deploy(*sources)
        return self.desk.case(process, **more)

    def look(self, case: str, version: int = 2, process: str = "work", **more: Any) -> Any:
        """The verdict on one instance."""
        preview = self.engine.migrations.preview(self.owner, process, version, [case], **more)
        [verdict] = preview.instances
        assert isinstance(verdict, InstanceVerdict)
        return verdict

    def job(self, *instances: str, version: int = 2, process: str = "work", **more: Any) -> str:
        receipt = self.engine.migrations.start(
            self.owner, process, version, list(instances) or None, key=self.desk.key(), **more
        )
        assert receipt.id is not None
        return str(receipt.id)

    def progress(self, job: str) -> Migration:
        found = self.engine.migrations.get(self.owner, job)
        assert isinstance(found, Migration)
        return found

    def move(self, instance: str, **more: Any) -> MigrationItem:
        """Move one instance; it must work."""
        [item] = self.progress(self.job(instance, **more)).items
        assert item.state == "done", item.reasons
        return item

    def refused(self, instance: str, **more: Any) -> set[str]:
        """Why one instance could not be moved."""
        [item] = self.progress(self.job(instance, **more)).items
        assert item.state == "failed"
        return {reason.code for reason in item.reasons}

    def version(self, instance: str) -> int:
        return int(self.engine.instances.get(self.desk.manager.actor, instance).version)

    def do(self, case: str, name: str, **answers: Any) -> None:
        """Complete the open task of this name, by whoever may."""
        row = next(r for r in self.desk.open_tasks(case) if r.name == name)
        who = self.desk.people[row.role] if row.role else self.desk.manager
        self.desk.complete(who, row.id, answers)

    def state(self, case: str) -> str:
        return str(self.engine.cases.get(self.desk.manager.actor, case).row.state)


def parallel(first: str, second: str, *more: str, extra: str = "") -> Source:
    """Two tasks at once that are waited for together."""
    return diagram(
        "work",
        start(),
        gateway("split", "parallel"),
        task(first),
        task(second),
        *more,
        gateway("join", "parallel"),
        end(),
        chain("start", "split", first, "join", "end"),
        chain("split", second, "join"),
        extra,
    )


def late(days: str | None, *, interrupting: bool = True) -> Source:
    """A task with a timer at its edge, or without one."""
    extra: tuple[str, ...] = ()
    if days:
        event = boundary("late", "write", timer=days, interrupting=interrupting)
        extra = (event, task("hurry"), chain("late", "hurry", "end"))
    return steps(task("write"), *extra, ids="write")


def messaged(name: str, id: str = "got") -> Source:
    """A wait for a message before a task."""
    return steps(
        catch(id, message=name), task("write"), ids=f"{id} write", messages=[message(name)]
    )


def complaints(*extra: str) -> Source:
    """A task in a process that knows the message of a complaint."""
    return steps(task("write"), *extra, ids="write", messages=[message("Complaint")])


ESP = (
    '<bpmn:subProcess id="esp" triggeredByEvent="true">'
    '<bpmn:startEvent id="came" isInterrupting="false">'
    '<bpmn:messageEventDefinition messageRef="Complaint"/></bpmn:startEvent>'
    f"{task('answer')}{end('answered')}{chain('came', 'answer', 'answered')}</bpmn:subProcess>"
)
"""An event sub-process that a complaint starts as often as it comes."""


def rows(database_url: str, case: str) -> Iterator[tuple[str, Any]]:
    """Every row that a move may touch, without revisions."""
    with closing(create_engine(database_url, poolclass=NullPool).connect()) as connection:
        for table, column in (
            ("instance", "case_id"),
            ("task", "case_id"),
            ("timer", "case_id"),
            ("subscription", "case_id"),
            ("plan_item", "case_id"),
            ("skipped_step", "case_id"),
        ):
            rows_of = Base.metadata.tables[table]
            found = connection.execute(
                select(rows_of).where(rows_of.c[column] == case).order_by(rows_of.c.id)
            )
            for row in found.mappings():
                yield table, {k: str(v) for k, v in row.items() if k != "revision"}


def begun(mover: Mover, count: int, newer: Source = NEW, **more: Any) -> list[str]:
    """Cases at "Write", of a process that has a newer version."""
    mover.desk.deploy(OLD)
    cases = [mover.desk.case("work", **more) for _ in range(count)]
    mover.desk.deploy(newer)
    return cases
