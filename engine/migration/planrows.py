"""The plan of a case when one of its instances moves: what is new comes in, what is gone leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from engine.definitions.library import ExecutableDefinition
from engine.migration.compare import Comparison
from engine.migration.snapshot import Row, Rows
from engine.migration.writes import Writes
from engine.store.base import new_id
from engine.store.tables import DefinitionTable, InstanceTable, PersonTable, TaskTable
from engine.unit_of_work import UnitOfWork
from engine.views import MigrationNote
from engine.work import forecast
from engine.work.forecast import Planned

Place = tuple[str, str]
"""Process and element: a row of the plan."""
_WRITTEN: Final = (
    *("element_id", "phase", "phase_title", "phase_order", "row_order"),
    *("name", "points", "role", "person_id"),
)


@dataclass(slots=True)
class Plans:
    """What the plans of two versions have, structurally: computed once for many instances."""

    old: Mapping[Place, Planned]
    new: Mapping[Place, Planned]
    processes: frozenset[str] = field(init=False)
    """Whose rows a move may change."""

    def __post_init__(self) -> None:
        self.processes = frozenset(process for process, _ in {**self.old, **self.new})

    @classmethod
    def of(cls, work: UnitOfWork, comparison: Comparison) -> Plans:
        """The plans of both versions of a comparison."""
        return cls(_planned(work, comparison.old, {}), _planned(work, comparison.new, {}))


def _planned(
    work: UnitOfWork, definition: ExecutableDefinition, variables: Mapping[str, Any]
) -> dict[Place, Planned]:
    rows = forecast.forecast(
        work.connection,
        work.definitions,
        work.calendar,
        definition,
        opens=work.today,
        variables=variables,
    )
    return {(row.definition.process_id, row.task.id): row for row in rows}


def migrate(
    work: UnitOfWork,
    comparison: Comparison,
    plans: Plans,
    instance: Any,
    rows: Rows,
    writes: Writes,
    *,
    variables: Mapping[str, Any],
    skipped: set[str],
) -> Iterator[MigrationNote]:
    """Change the plan of the instance's case; yields what a person had decided and is not drawn
    any more. ``skipped`` are elements that no token will come to: they get no date.

    Persons and dates of rows that stay are kept. While another instance of the same process runs
    in the case on a version that has an activity, its row stays.

    :param instance: its row, with ``people``, the case's by role
    """
    plan = _Plan(work, instance, rows["plan_item"])
    process = comparison.new.process_id
    for element, wanted in comparison.mapping.items():
        plan.rename((process, element), (process, wanted))
    for place, planned in plans.new.items():
        if place in plan.items:
            plan.describe(place, planned)
    gone = plans.old.keys() - plans.new.keys()
    still = _still_drawn(work, instance) if gone else frozenset()
    for place in sorted(gone & plan.items.keys()):
        if place not in still and not plan.drop(place):
            item = plan.items[place]
            if item["decided"]:
                yield MigrationNote("plan_kept", item["element_id"], item["name"])
    added = [place for place in plans.new if place not in plan.items and place not in plans.old]
    if added:
        dated = _planned(work, comparison.new, variables)
        for place in added:
            plan.add(dated.get(place, plans.new[place]), dated=place[1] not in skipped)
    plan.changes(writes)


def _still_drawn(work: UnitOfWork, instance: Any) -> frozenset[Place]:
    """Activities of the case's other running instances of processes that this one shares."""
    drawn: set[Place] = set()
    others = work.connection.scalars(
        select(InstanceTable.definition_id)
        .join(DefinitionTable, DefinitionTable.id == InstanceTable.definition_id)
        .where(
            InstanceTable.case_id == instance.case_id,
            InstanceTable.id != instance.id,
            InstanceTable.ended_at.is_(None),
        )
    )
    for definition_id in set(others):
        definition = work.definitions.get(work.connection, definition_id)
        drawn |= {(definition.process_id, element) for element in definition.meta.tasks}
    return frozenset(drawn)


class _Plan:
    """The plan of one case, and what changes of it."""

    def __init__(self, work: UnitOfWork, instance: Any, rows: Iterable[Row]) -> None:
        self._work = work
        self._case_id = instance.case_id
        self._people: Mapping[str, str] = instance.people or {}
        self.items = {(row["process_id"], row["element_id"]): dict(row) for row in rows}
        self._changed: dict[str, Row] = {}
        self._added: list[Row] = []
        self._gone: list[str] = []

    def changes(self, writes: Writes) -> None:
        """What is to be written of it."""
        writes.gone += [{"of_id": row_id} for row_id in self._gone]
        writes.planned += [
            {"of_id": item["id"], **{name: item[name] for name in _WRITTEN}}
            for item in self._changed.values()
        ]
        writes.added += self._added

    def _tasks(self, place: Place, *ended: ColumnElement[bool]) -> bool:
        """Is there, or was there, a task of the activity?"""
        statement = select(TaskTable.id).where(
            TaskTable.case_id == self._case_id,
            TaskTable.process_id == place[0],
            TaskTable.element_id == place[1],
            *ended,
        )
        return self._work.connection.execute(statement.limit(1)).first() is not None

    def rename(self, place: Place, wanted: Place) -> None:
        """A row whose activity's task has ended shows what was done, and stays."""
        if place not in self.items or wanted in self.items:
            return
        if not self._tasks(place, TaskTable.state != "open"):
            item = self.items[wanted] = self.items.pop(place)
            item["element_id"] = wanted[1]
            self._changed[item["id"]] = item

    def describe(self, place: Place, planned: Planned) -> None:
        """What the diagram says of the activity; who and when stay."""
        item = self.items[place]
        values = _drawn(planned)
        if item["role"] != planned.task.role and item["person_id"] is not None:
            values["person_id"] = self._person(item["person_id"], planned.task.role)
        if any(item[name] != value for name, value in values.items()):
            item.update(values)
            self._changed[item["id"]] = item

    def _person(self, person_id: str, role: str | None) -> str | None:
        roles = self._work.connection.scalar(
            select(PersonTable.roles).where(PersonTable.id == person_id)
        )
        if role is None or role in (roles or ()):
            return person_id
        return self._people.get(role)

    def drop(self, place: Place) -> bool:
        """Take a row away that nobody has decided anything about, and nothing was done of."""
        item = self.items[place]
        if item["decided"] or self._tasks(place):
            return False
        del self.items[place]
        self._changed.pop(item["id"], None)
        self._gone.append(item["id"])
        return True

    def add(self, planned: Planned, *, dated: bool) -> None:
        item: dict[str, Any] = {
            "id": new_id(),
            "case_id": self._case_id,
            "process_id": planned.definition.process_id,
            "element_id": planned.task.id,
            "person_id": self._people.get(planned.task.role or ""),
            "due": planned.due if dated else None,
            "decided": False,
            **_drawn(planned),
        }
        self.items[item["process_id"], item["element_id"]] = item
        self._added.append(item)


def _drawn(planned: Planned) -> dict[str, Any]:
    return {
        "phase": planned.phase.key,
        "phase_title": planned.phase.title,
        "phase_order": planned.phase.order,
        "row_order": planned.row_order,
        "name": planned.task.name or planned.task.id,
        "points": [item.text for item in planned.task.checklist],
        "role": planned.task.role,
    }
