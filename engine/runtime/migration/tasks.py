"""The open user tasks of an instance that moves: people's work stays what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select, update

from engine import feel
from engine.bpmn.meta import TaskMeta
from engine.iso8601 import TimeMalformed
from engine.runtime.calendar import WorkCalendar
from engine.runtime.migration.compare import Comparison
from engine.runtime.migration.taskmeta import answers_kept, fields_kept, ticks_kept
from engine.runtime.work import Work
from engine.store.models import Attachment, Person, PlanItem, Task
from engine.views import MigrationNote


def move(
    work: Work, comparison: Comparison, instance_id: str, variables: dict[str, Any]
) -> Iterator[MigrationNote]:
    """Put the open tasks on the new version; yields what has not stayed as it was."""
    rows = work.connection.execute(
        select(Task).where(Task.instance_id == instance_id, Task.state == "open")
    ).all()
    for row in rows:
        wanted = comparison.target(row.element_id)
        old = comparison.old.meta.tasks.get(row.element_id)
        new = comparison.new.meta.tasks.get(wanted or "")
        if wanted is not None and old is not None and new is not None:
            yield from _move(work, comparison, row, old, new, variables)


def _move(
    work: Work,
    comparison: Comparison,
    row: Any,
    old: TaskMeta,
    new: TaskMeta,
    variables: dict[str, Any],
) -> Iterator[MigrationNote]:
    answers, unanswered = answers_kept(old, new, row.answers)
    ticks, unticked = ticks_kept(new, row.ticks)
    sheet = comparison.new.meta.phase
    values: dict[str, Any] = {
        "definition_id": comparison.new.id,
        "element_id": new.id,
        "name": new.name or new.id,
        "phase": (sheet.key if sheet else row.phase),
        "phase_title": (sheet.title if sheet else row.phase_title),
        "role": new.role,
        "points": len(new.checklist),
        "ticked": len(ticks),
        "answers": answers,
        "ticks": ticks,
        "due_rule": new.due.words() if new.due else None,
        "revision": row.revision + 1,
    }
    if new.activity is not None:
        values["phase"] = new.activity.phase
    about = {"task": row.id}
    if unanswered:
        kept = ", ".join(f"{k}: {feel.plain(feel.from_json(v))}" for k, v in unanswered.items())
        yield _note("answers_dropped", new, **about, what=kept)
    if unticked:
        texts = {i.id: i.text for i in old.checklist}
        what = " · ".join(texts.get(point, point) for point in unticked)
        yield _note("ticks_dropped", new, **about, what=what)
    if files := _files(work, row, old, new):
        yield _note("files_dropped", new, **about, what=", ".join(files))
    person = _excluded(work, row, old, new)
    if person is not None:
        values["assignee_id"] = None
        yield _note("assignee_released", new, **about, person=person, role=new.role or "")
    due = _due(work, row, old, new, {**variables, **_local(row)})
    if due != row.due:
        values["due"] = due
        was, now = row.due and row.due.isoformat(), due and due.isoformat()
        yield _note("due_changed", new, **about, was=was or "", now=now or "")
    work.connection.execute(update(Task).where(Task.id == row.id).values(**values))


def _note(code: str, new: TaskMeta, **params: str) -> MigrationNote:
    return MigrationNote(code, new.id, new.name or new.id, params)


def _local(row: Any) -> dict[str, Any]:
    return {k: feel.from_json(v) for k, v in row.local.items()}


def _excluded(work: Work, row: Any, old: TaskMeta, new: TaskMeta) -> str | None:
    """The name of the one who has the task, when its new role is not theirs."""
    if row.assignee_id is None or new.role is None or new.role == old.role:
        return None
    person = work.connection.execute(
        select(Person.name, Person.roles).where(Person.id == row.assignee_id)
    ).first()
    return None if person is None or new.role in person.roles else str(person.name)


def _files(work: Work, row: Any, old: TaskMeta, new: TaskMeta) -> list[str]:
    """Names of the files that are on fields which the new form does not have."""
    kept = fields_kept(old, new)
    gone = [f.id for f in old.form if f.type == "attachment" and f.id not in kept]
    if not gone:
        return []
    found = select(Attachment.filename).where(
        Attachment.task_id == row.id, Attachment.field_id.in_(gone)
    )
    return list(work.connection.scalars(found.order_by(Attachment.id)))


def _due(
    work: Work, row: Any, old: TaskMeta, new: TaskMeta, variables: dict[str, Any]
) -> date | None:
    """The new rule's date, counted from the day the task opened, where the old rule gave the one
    it has; a date that a person has set stays, even one that the rule gives as well."""
    kept: date | None = row.due
    if old.due == new.due:
        return kept
    calendar = work.calendar
    opened = calendar.today(row.opened_at)
    if kept != _by_rule(calendar, old, opened, variables) or _set_by_somebody(work, row):
        return kept
    return _by_rule(calendar, new, opened, variables) if new.due is not None else None


def _set_by_somebody(work: Work, row: Any) -> bool:
    decided = select(PlanItem.id).where(
        PlanItem.case_id == row.case_id,
        PlanItem.process_id == row.process_id,
        PlanItem.element_id == row.element_id,
        PlanItem.decided,
        PlanItem.due == row.due,
    )
    return work.connection.execute(decided.limit(1)).first() is not None


def _by_rule(
    calendar: WorkCalendar, meta: TaskMeta, opened: date, variables: dict[str, Any]
) -> date | None:
    if meta.due is None:
        return None
    rule = meta.due
    try:
        return calendar.due_date(
            opened,
            after=rule.after,
            before=rule.before,
            of=rule.of,
            reference=variables.get(rule.of) if rule.of else None,
            calendar=rule.calendar,
        )
    except TimeMalformed:
        return None
