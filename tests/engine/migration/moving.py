"""A process owner who puts a new version under running work, in short words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine import InstanceVerdict, Migration, MigrationItem, Source
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, start


def steps(*elements: str, ids: str, **more: Any) -> Source:
    """A process ``work`` of elements one after another; ``ids`` are theirs, in order."""
    return diagram("work", start(), *elements, end(), chain("start", *ids.split(), "end"), **more)


@dataclass
class Mover:
    desk: Desk

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
