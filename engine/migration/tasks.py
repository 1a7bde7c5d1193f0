"""The open user tasks of an instance that moves: people's work stays what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine import feel
from engine.bpmn.meta import TaskMeta
from engine.calendar import WorkCalendar
from engine.definitions.library import ExecutableDefinition
from engine.iso8601 import TimeMalformed
from engine.migration.compare import Comparison
from engine.migration.snapshot import Row, Rows
from engine.migration.taskmeta import same_fields, split_answers, split_ticks
from engine.migration.writes import Writes
from engine.store.tables import AttachmentTable, PersonTable
from engine.unit_of_work import UnitOfWork
from engine.views import MigrationNote
from engine.work.task_defaults import date_of


def migrate(
    work: UnitOfWork,
    comparison: Comparison,
    rows: Rows,
    variables: Mapping[str, Any],
    writes: Writes,
) -> Iterator[MigrationNote]:
    """Put the open tasks on the new version; yields what does not stay as it was."""
    for row in rows["task"]:
        wanted = comparison.target(row["element_id"])
        old = comparison.old.meta.tasks.get(row["element_id"])
        new = comparison.new.meta.tasks.get(wanted or "")
        if wanted is not None and old is not None and new is not None:
            decided = _set_by_somebody(rows, row)
            yield from _TaskMigration(work, comparison, row, old, new, decided).migrate(
                variables, writes
            )


@dataclass(frozen=True, slots=True)
class _TaskMigration:
    """An open task (its row) and what it is in the two versions; ``decided``: a person has set
    its date."""

    work: UnitOfWork
    comparison: Comparison
    row: Row
    old: TaskMeta
    new: TaskMeta
    decided: bool

    def migrate(self, variables: Mapping[str, Any], writes: Writes) -> Iterator[MigrationNote]:
        row, old, new = self.row, self.old, self.new
        answers, unanswered = split_answers(old, new, row["answers"])
        ticks, unticked = split_ticks(new, row["ticks"])
        if unanswered:
            text = ", ".join(f"{k}: {feel.plain(feel.from_json(v))}" for k, v in unanswered.items())
            yield self._note("answers_dropped", what=text)
        if unticked:
            texts = {i.id: i.text for i in old.checklist}
            what = " · ".join(texts.get(point, point) for point in unticked)
            yield self._note("ticks_dropped", what=what)
        if files := self._files():
            yield self._note("files_dropped", what=", ".join(files))
        excluded = self._excluded()
        if excluded is not None:
            yield self._note("assignee_released", person=excluded, role=new.role or "")
        due = self._due({**variables, **_local(row)})
        if due != row["due"]:
            was, now = row["due"] and row["due"].isoformat(), due and due.isoformat()
            yield self._note("due_changed", was=was or "", now=now or "")
        writes.tasks.append(
            {
                "of_id": row["id"],
                "at_revision": row["revision"],
                **self._drawn(),
                "assignee_id": None if excluded is not None else row["assignee_id"],
                "due": due,
                "ticked": len(ticks),
                "answers": answers,
                "ticks": ticks,
                "revision": row["revision"] + 1,
            }
        )

    def _drawn(self) -> dict[str, Any]:
        """What the new diagram says of the task."""
        new, sheet = self.new, self.comparison.new.meta.phase
        phase = sheet.key if sheet else self.row["phase"]
        return {
            "definition_id": self.comparison.new.id,
            "element_id": new.id,
            "name": new.name or new.id,
            "phase": new.activity.phase if new.activity is not None else phase,
            "phase_title": sheet.title if sheet else self.row["phase_title"],
            "role": self._role(),
            "points": 0 if self.row["counter_of"] else len(new.checklist),
            "due_rule": new.due.words() if new.due else None,
        }

    def _role(self) -> str | None:
        """Who does it: whoever counter-signs is of another role."""
        if self.row["counter_of"] is None:
            return self.new.role
        return self.new.signature.counter_role or self.new.role

    def _note(self, code: str, **params: str) -> MigrationNote:
        new = self.new
        return MigrationNote(code, new.id, new.name or new.id, {"task": self.row["id"], **params})

    def _excluded(self) -> str | None:
        """The name of the one who has the task, when its new role is not theirs."""
        assignee, role = self.row["assignee_id"], self._role()
        if assignee is None or role is None or role == self.row["role"]:
            return None
        person = self.work.connection.execute(
            select(PersonTable.name, PersonTable.roles).where(PersonTable.id == assignee)
        ).first()
        return None if person is None or role in person.roles else str(person.name)

    def _files(self) -> list[str]:
        """Names of the files that are on fields which the new form does not have."""
        same = same_fields(self.old, self.new)
        gone = [f.id for f in self.old.form if f.type == "attachment" and f.id not in same]
        if not gone:
            return []
        names = select(AttachmentTable.filename).where(
            AttachmentTable.task_id == self.row["id"], AttachmentTable.field_id.in_(gone)
        )
        return list(self.work.connection.scalars(names.order_by(AttachmentTable.id)))

    def _due(self, variables: Mapping[str, Any]) -> date | None:
        """The new rule's date, counted from the day the task opened, where the old rule gave the
        one it has; a date that a person has set stays, even one that the rule gives as well."""
        due: date | None = self.row["due"]
        if self.old.due == self.new.due or self.decided:
            return due
        calendar = self.work.calendar
        opens = self.row["opened_at"]
        old, new = self.comparison.old, self.comparison.new
        if due != _by_rule(calendar, old, self.old, opens, variables):
            return due
        return _by_rule(calendar, new, self.new, opens, variables)


def _local(row: Row) -> dict[str, Any]:
    return {k: feel.from_json(v) for k, v in row["local"].items()}


def _set_by_somebody(rows: Rows, task: Row) -> bool:
    """Has a person set the task's date, in the plan?"""
    of = (task["process_id"], task["element_id"], task["due"])
    return any(
        item["decided"] and (item["process_id"], item["element_id"], item["due"]) == of
        for item in rows["plan_item"]
    )


def _by_rule(
    calendar: WorkCalendar,
    definition: ExecutableDefinition,
    meta: TaskMeta,
    opens: datetime,
    variables: Mapping[str, Any],
) -> date | None:
    """The date that a task's due rule gives; None where it gives none, or cannot be read."""
    rule = meta.due
    if rule is None:
        return None
    reference: Any = variables.get(rule.of) if rule.of else rule.on
    if rule.on is not None and rule.on.startswith("="):
        reference = definition.evaluator.value_or_null(rule.on, variables)
    try:
        return date_of(calendar, rule, opens, reference)
    except TimeMalformed:
        return None
