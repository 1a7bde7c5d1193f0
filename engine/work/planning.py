"""Editing the plan of a case: who does what, and when, for all activities at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update

from engine.errors import Conflict, Invalid, Problem
from engine.store.tables import PersonTable, PlanItemTable, TaskTable
from engine.unit_of_work import UnitOfWork
from engine.work import forms, four_eyes, named_people
from engine.work.loaded_task import load_task

Seen = Mapping[str, tuple[str | None, date | None]]
"""Rows of a plan as somebody has seen them, by id: the person's user name, and the date."""


def change(
    work: UnitOfWork, case_id: str, rows: Sequence[Mapping[str, Any]], seen: Seen | None = None
) -> int:
    """Set persons and dates of plan rows; open user tasks of these activities follow.

    ``rows``: mappings with ``id`` and, where they are to change, ``person`` (a user name, or None
    for whoever holds the role) and ``due`` (a date, its ISO text, or None). Returns how many rows
    changed.

    :param seen: the rows as whoever changes them has seen them
    :raises Invalid: for unknown rows, people and malformed dates, all at once
    :raises Conflict: ``stale_plan`` when a row is no longer as it was seen; nothing is changed
    """
    values, items, people, problems = _read(work, case_id, rows)
    if problems:
        raise Invalid(problems)
    if seen is not None:
        _must_be_as_seen(seen, items)
    changed = [
        fact
        for row in values
        if (fact := _change_row(work, case_id, items[row["id"]], row, people)) is not None
    ]
    if changed:
        work.note("plan.changed", case_id, {"rows": changed}, case_id=case_id, instance_id=case_id)
    return len(changed)


def problems(work: UnitOfWork, case_id: str, rows: Any) -> tuple[Problem, ...]:
    """Everything that ``change`` would refuse, to be told together with what else is wrong."""
    return _read(work, case_id, rows)[3]


def drafted(
    work: UnitOfWork, case_id: str, rows: Sequence[Mapping[str, Any]], seen: Seen | None = None
) -> list[dict[str, Any]]:
    """What rows that are written in a draft change of the plan, and nothing else. Each has, as
    ``was``, what the plan said there: as ``seen`` by the writer, else as it is now."""
    base = dict(seen) if seen is not None else _planned(work, case_id)
    changed = []
    for row in rows:
        was = dict(zip(("person", "due"), base.get(str(row.get("id")), (None, None)), strict=True))
        differs = [part for part in was if part in row and not _same(row[part], was[part])]
        if differs:
            parts = {part: row[part] for part in differs}
            changed.append({"id": row.get("id"), **parts, "was": {p: was[p] for p in differs}})
    return changed


def _planned(work: UnitOfWork, case_id: str) -> Seen:
    rows = work.connection.execute(
        select(PlanItemTable.id, PersonTable.username, PlanItemTable.due)
        .outerjoin(PersonTable, PersonTable.id == PlanItemTable.person_id)
        .where(PlanItemTable.case_id == case_id)
    )
    return {row.id: (row.username, row.due) for row in rows}


def _same(written: Any, planned: Any) -> bool:
    """Whether a draft says what the plan does; a date may be the text of one."""
    return str(written or "") == str(planned or "")


def _read(
    work: UnitOfWork, case_id: str, rows: Any
) -> tuple[list[dict[str, Any]], Mapping[str, Any], Mapping[str, Any], tuple[Problem, ...]]:
    """The rows as they are to be, the case's rows by id, people by user name, and problems."""
    items = {
        row.id: row
        for row in work.connection.execute(
            select(*PlanItemTable.__table__.c, PersonTable.username)
            .outerjoin(PersonTable, PersonTable.id == PlanItemTable.person_id)
            .where(PlanItemTable.case_id == case_id)
        )
    }
    people = named_people.of_plan(work.connection, rows)
    values, wrong = forms.check_plan(rows, people=people, known=items)
    return values, items, people, (*wrong, *_role_problems(values, items, people))


def _must_be_as_seen(seen: Seen, items: Mapping[str, Any]) -> None:
    """The caller has locked the case: nobody changes its plan from here on."""
    changed = [
        ident
        for ident, row in seen.items()
        if ident in items and row != (items[ident].username, items[ident].due)
    ]
    if changed:
        raise Conflict("The plan has changed since.", code="stale_plan", rows=changed)


def _change_row(
    work: UnitOfWork, case_id: str, item: Any, row: Mapping[str, Any], people: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Change one row; what the history says of it, or None when it was like that already."""
    person = people[row["person"]] if row.get("person") else None
    new = {
        "person_id": (person.id if person else None) if "person" in row else item.person_id,
        "due": row.get("due", item.due),
    }
    if new["person_id"] == item.person_id and new["due"] == item.due:
        return None
    decided = item.decided or new["due"] != item.due
    work.connection.execute(
        update(PlanItemTable).where(PlanItemTable.id == item.id).values(**new, decided=decided)
    )
    _open_task_follows(work, case_id, item, new)
    return {
        "element": item.element_id,
        "name": item.name,
        "person": new["person_id"],
        "person_name": person.name if person else None,
        "due": new["due"],
        "was_person": item.person_id,
        "was_due": item.due,
    }


def _open_task_follows(work: UnitOfWork, case_id: str, item: Any, new: Mapping[str, Any]) -> None:
    """Open tasks of the activity get what is new, and only that: a new date does not take the
    work from whoever has taken it meanwhile."""
    values: dict[str, Any] = {}
    if new["person_id"] != item.person_id:
        values["assignee_id"] = new["person_id"]
    if new["due"] != item.due:
        values["due"] = new["due"]
    tasks = work.connection.execute(
        select(TaskTable.id, TaskTable.revision).where(
            TaskTable.case_id == case_id,
            TaskTable.process_id == item.process_id,
            TaskTable.element_id == item.element_id,
            TaskTable.state == "open",
            TaskTable.counter_of.is_(None),
        )
    ).all()
    for task in tasks:
        if new["person_id"] is not None and "assignee_id" in values:
            _must_be_another(work, task.id, new["person_id"], item)
        done = work.connection.execute(
            update(TaskTable)
            .where(TaskTable.id == task.id, TaskTable.revision == task.revision)
            .values(**values, revision=task.revision + 1)
        )
        if done.rowcount != 1:
            raise Conflict("Somebody else changed this task at the same moment.", code="stale")


def _must_be_another(work: UnitOfWork, task_id: str, person_id: str, item: Any) -> None:
    """:raises Invalid: ``did_before`` when the person may not do the open task"""
    task = load_task(work, task_id)
    if wrong := four_eyes.problem(work.connection, task, person_id, f"plan.{item.id}"):
        raise Invalid(wrong)


def _role_problems(
    values: Sequence[Mapping[str, Any]], items: Mapping[str, Any], people: Mapping[str, Any]
) -> list[Problem]:
    problems = []
    for row in values:
        username, item = row.get("person"), items.get(row["id"])
        if not username or item is None or item.role is None:
            continue
        person = people[username]
        if item.role not in person.roles and person.id != item.person_id:
            text = f"{person.name} does not hold the role {item.role}"
            place = f"plan.{row['id']}"
            problems.append(Problem("not_in_role", text, place, {"role": item.role}))
    return problems
