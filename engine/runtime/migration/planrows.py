"""The plan of a case when one of its instances moves: what is new comes in, what is gone leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, update

from engine.ids import new_id
from engine.runtime import plan
from engine.runtime.definitions import Loaded
from engine.runtime.migration.compare import Comparison
from engine.runtime.plan import Planned
from engine.runtime.work import Work
from engine.store.models import Case, Definition, Instance, Person, PlanItem, Task
from engine.views import MigrationNote

Place = tuple[str, str]
"""Process and element: a row of the plan."""


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
    def of(cls, work: Work, comparison: Comparison) -> Plans:
        return cls(_planned(work, comparison.old, {}), _planned(work, comparison.new, {}))


def _planned(work: Work, loaded: Loaded, variables: Mapping[str, Any]) -> dict[Place, Planned]:
    rows = plan.forecast(
        work.connection,
        work.definitions,
        work.calendar,
        loaded,
        opens=work.today,
        variables=variables,
    )
    return {(row.loaded.process_id, row.task.id): row for row in rows}


def move(
    work: Work,
    comparison: Comparison,
    plans: Plans,
    instance: Any,
    variables: Mapping[str, Any],
    skipped: set[str],
) -> Iterator[MigrationNote]:
    """Change the plan of the instance's case; yields what a person had decided and is not drawn
    any more. ``skipped`` are elements that no token will come to: they get no date.

    Persons and dates of rows that stay are kept. While another instance of the same process runs
    in the case on a version that has an activity, its row stays.
    """
    rows = _Rows(work, comparison, instance.case_id)
    process = comparison.new.process_id
    for element, wanted in comparison.mapping.items():
        rows.rename((process, element), (process, wanted))
    for place, planned in plans.new.items():
        if place in rows.items:
            rows.describe(place, planned)
    gone = plans.old.keys() - plans.new.keys()
    still = _still_drawn(work, instance) if gone else frozenset()
    for place in sorted(gone & rows.items.keys()):
        if place not in still and not rows.drop(place):
            item = rows.items[place]
            if item.decided:
                yield MigrationNote("plan_kept", item.element_id, item.name)
    added = [place for place in plans.new if place not in rows.items and place not in plans.old]
    if added:
        dated = _planned(work, comparison.new, variables)
        for place in added:
            rows.add(dated.get(place, plans.new[place]), dated=place[1] not in skipped)


def _still_drawn(work: Work, instance: Any) -> frozenset[Place]:
    """Activities of the case's other running instances of processes that this one shares."""
    found: set[Place] = set()
    others = work.connection.scalars(
        select(Instance.definition_id)
        .join(Definition, Definition.id == Instance.definition_id)
        .where(
            Instance.case_id == instance.case_id,
            Instance.id != instance.id,
            Instance.ended_at.is_(None),
        )
    )
    for definition_id in set(others):
        loaded = work.definitions.get(work.connection, definition_id)
        found |= {(loaded.process_id, element) for element in loaded.meta.tasks}
    return frozenset(found)


class _Rows:
    """The plan of one case."""

    def __init__(self, work: Work, comparison: Comparison, case_id: str) -> None:
        self._work = work
        self._comparison = comparison
        self._case_id = case_id
        found = work.connection.execute(select(PlanItem).where(PlanItem.case_id == case_id)).all()
        self.items: dict[Place, Any] = {(row.process_id, row.element_id): row for row in found}
        self._people: Mapping[str, str] = (
            work.connection.scalar(select(Case.people).where(Case.id == case_id)) or {}
        )

    def _has_been_done(self, place: Place) -> bool:
        """Has a task of the activity ended? Then its row shows what was done, and stays."""
        statement = select(Task.id).where(
            Task.case_id == self._case_id,
            Task.process_id == place[0],
            Task.element_id == place[1],
            Task.state != "open",
        )
        return self._work.connection.execute(statement.limit(1)).first() is not None

    def _update(self, place: Place, **values: Any) -> None:
        item = self.items[place]
        if any(getattr(item, name) != value for name, value in values.items()):
            self._work.connection.execute(
                update(PlanItem).where(PlanItem.id == item.id).values(**values)
            )
            self._read(item.id)

    def _read(self, item_id: str) -> None:
        row = self._work.connection.execute(select(PlanItem).where(PlanItem.id == item_id)).one()
        self.items[(row.process_id, row.element_id)] = row

    def rename(self, place: Place, wanted: Place) -> None:
        if place in self.items and wanted not in self.items and not self._has_been_done(place):
            item = self.items.pop(place)
            self._work.connection.execute(
                update(PlanItem).where(PlanItem.id == item.id).values(element_id=wanted[1])
            )
            self._read(item.id)

    def describe(self, place: Place, planned: Planned) -> None:
        """What the diagram says of the activity; who and when stay."""
        item = self.items[place]
        values = _drawn(planned)
        if item.role != planned.task.role and item.person_id is not None:
            values["person_id"] = self._person(item.person_id, planned.task.role)
        self._update(place, **values)

    def _person(self, person_id: str, role: str | None) -> str | None:
        roles = self._work.connection.scalar(select(Person.roles).where(Person.id == person_id))
        if role is None or role in (roles or ()):
            return person_id
        return self._people.get(role)

    def drop(self, place: Place) -> bool:
        """Take a row away that nobody has decided anything about, and nothing was done of."""
        item = self.items[place]
        opened = self._work.connection.execute(
            select(Task.id)
            .where(
                Task.case_id == self._case_id,
                Task.process_id == place[0],
                Task.element_id == place[1],
            )
            .limit(1)
        ).first()
        if item.decided or opened is not None:
            return False
        self._work.connection.execute(delete(PlanItem).where(PlanItem.id == item.id))
        del self.items[place]
        return True

    def add(self, planned: Planned, *, dated: bool) -> None:
        role = planned.task.role
        item_id = new_id()
        self._work.connection.execute(
            insert(PlanItem).values(
                id=item_id,
                case_id=self._case_id,
                process_id=planned.loaded.process_id,
                element_id=planned.task.id,
                person_id=self._people.get(role or ""),
                due=planned.due if dated else None,
                decided=False,
                **_drawn(planned),
            )
        )
        self._read(item_id)


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
