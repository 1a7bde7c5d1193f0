"""The form of a user task: reading a post of it, and the values that its page shows.

Names of the inputs: ``f.<field>`` answers, ``tick.<item>`` a tick, ``why.<item>`` the reason why a
point does not apply, ``plan.<row>.person`` and ``.due``, ``file.<field>`` attachments, ``note``,
``password``, ``action``, ``key``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from engine import Problem, TaskDetail, TaskForm
from web import forms
from web.i18n import gettext as _
from web.texts.wording import called
from web.understood import understand


@dataclass(frozen=True, slots=True)
class TickShown:
    """A checklist point (ATT TÄNKA PÅ) as the form shows it.

    ``reason`` is why it does not apply ("" when it does); ``by`` ticked it ``at``.
    """

    id: str
    text: str
    done: bool
    reason: str
    by: str | None
    at: Any


@dataclass(frozen=True, slots=True)
class TaskInput:
    """A posted form, as ``engine.tasks.complete`` takes it.

    ``problems`` are those that the engine cannot see: it gets a tick or a reason, never both.
    """

    answers: Mapping[str, Any]
    ticks: Mapping[str, bool | str]
    note: str
    problems: tuple[Problem, ...]


def read(task: TaskDetail | TaskForm, posted: MultiDict[str, str]) -> TaskInput:
    """The answers, ticks and note of a posted form.

    A point that is both ticked and given a reason is a problem.
    """
    ticks: dict[str, bool | str] = {}
    problems = []
    for point in task.checklist:
        done = f"tick.{point.id}" in posted
        reason = posted.get(f"why.{point.id}", "").strip()
        ticks[point.id] = reason or done
        if done and reason:
            name = f"checklist.{point.id}"
            problems.append(Problem("ticked_with_reason", "Both ticked and not applicable.", name))
    answers = forms.read_fields(task.form, posted, task.plan)
    note = posted.get("note", "").replace("\r\n", "\n").strip()
    return TaskInput(answers, ticks, note, tuple(problems))


def labels(detail: TaskDetail) -> dict[str, str]:
    """The label of every input by the name that problems give it, in the order of the page."""
    named = {f"checklist.{point.id}": point.text for point in detail.checklist}
    for field in detail.form:
        named[field.id] = field.label
        if field.type == "plan":
            named |= {f"plan.{row.id}": called(row) for row in detail.plan}
    return named | {
        "note": _("Anteckning"),
        "password": _("Ditt lösenord"),
        "reason": _("Varför tar du över den?"),
    }


def unread(task: TaskDetail, posted: MultiDict[str, str]) -> list[str]:
    """The labels of the inputs whose texts cannot be read as what they are to be."""

    def wrong(kind: str, name: str) -> bool:
        read = understand(kind, posted.get(name, ""))
        return read is not None and not read.ok

    fields = [f.label for f in task.form if wrong(f.type, forms.PREFIX + f.id)]
    return fields + [row.name for row in task.plan if wrong("date", f"plan.{row.id}.due")]


def points(detail: TaskDetail, posted: MultiDict[str, str] | None) -> list[TickShown]:
    """The checklist: as posted after a post, else as stored."""
    rows = []
    for p in detail.checklist:
        done, reason = p.state == "done", p.reason
        if posted is not None:
            done, reason = f"tick.{p.id}" in posted, posted.get(f"why.{p.id}", "")
        rows.append(TickShown(p.id, p.text, done, reason, p.by, p.at))
    return rows


def plan_rows(detail: TaskDetail, posted: MultiDict[str, str] | None) -> dict[str, dict[str, str]]:
    """The texts of the plan's inputs ``person`` and ``due`` by row id: as posted after a post, else
    as stored in the draft, else as planned."""
    stored = {row["id"]: row for row in _stored_plan(detail)}
    shown = {}
    for row in detail.plan:
        person = row.person.username if row.person else ""
        draft = stored.get(row.id, {"person": person, "due": row.due})
        shown[row.id] = {
            "person": str(draft.get("person") or ""),
            "due": forms.shown("date", draft.get("due")),
        }
        if posted is not None and f"plan.{row.id}.due" in posted:
            shown[row.id] = {
                part: posted.get(f"plan.{row.id}.{part}", "") for part in ("person", "due")
            }
    return shown


def _stored_plan(detail: TaskDetail) -> Iterator[Mapping[str, Any]]:
    for field in detail.form:
        value = detail.values.get(field.id)
        if field.type == "plan" and isinstance(value, list | tuple):
            yield from (row for row in value if isinstance(row, Mapping) and "id" in row)


def files(
    task: TaskDetail | TaskForm, uploaded: MultiDict[str, FileStorage]
) -> Iterator[tuple[str, FileStorage]]:
    """The uploaded files, each after the id of its attachment field."""
    for field in task.form:
        for file in uploaded.getlist(f"file.{field.id}"):
            if field.type == "attachment" and file.filename:
                yield field.id, file
