"""The form of a user task: reading a post of it, and the values that its page shows.

Names of the inputs: ``f.<field>`` answers, ``tick.<item>`` a tick, ``why.<item>`` the reason why a
point does not apply, ``plan.<row>.person`` and ``.due``, ``file.<field>`` attachments, ``note``,
``password``, ``action``, ``key``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.datastructures import FileStorage, MultiDict

from engine import Problem, SignedDifference, TaskDetail, TaskForm
from web import forms
from web.i18n import N_
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
        reason = reason_of(point.id, posted)
        ticks[point.id] = reason or done
        if done and reason:
            name = f"checklist.{point.id}"
            problems.append(Problem("ticked_with_reason", "Both ticked and not applicable.", name))
    answers = forms.read_fields(task.form, posted, task.plan)
    note = forms.canonical("longtext", posted.get("note", "")) or ""
    return TaskInput(answers, ticks, note, tuple(problems))


def signed_with(form: MultiDict[str, str]) -> dict[str, Any]:
    """What a form signs with, and what its page has shown; nothing when it does not sign."""
    password = form.get("password")
    if not password:
        return {}
    return {"password": password, "shown_sha256": form.get("shown_sha256", "")}


def reason_of(point: str, posted: MultiDict[str, str]) -> str:
    """Why a point does not apply, as posted; "" without a reason that anybody can see."""
    return forms.canonical("text", posted.get(f"why.{point}", "")) or ""


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
        "reason": _("Varför dras signaturen tillbaka?")
        if detail.signature
        else _("Varför tar du över den?"),
    }


SIGNED: Final = {
    "note": N_("Anteckning"),
    "files": N_("Bifogade filer"),
    "signer": N_("Vem som signerade"),
    "completed_by": N_("Vem som slutförde"),
    "meaning": N_("Betydelse"),
    "at": N_("Tid"),
    "method": N_("Metod"),
    "task": N_("Uppgift"),
}
"""What a signature says beside answers and points, by the kind of a ``SignedDifference``."""


def signed_kind(difference: SignedDifference) -> str:
    """What of a signed task differs, in words: the label of a field or a point, or its kind."""
    if difference.kind in ("answer", "point"):
        return difference.label
    return _(SIGNED.get(difference.kind, SIGNED["task"]))


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


@dataclass(frozen=True, slots=True)
class PlanCell:
    """The person or the date of a row of the plan, as texts. ``text`` is what the page shows,
    ``stored`` what it is compared with. They differ where a draft changes what was changed in the
    plan itself after the draft was saved: both are shown, to choose from."""

    text: str
    stored: str

    @property
    def disputed(self) -> bool:
        """Whether the draft and the plan say different things, and nobody has chosen yet."""
        return self.text != self.stored


def plan_cells(detail: TaskDetail) -> dict[str, dict[str, PlanCell]]:
    """The cells ``person`` and ``due`` of the plan, by row id: as the draft changes them, else as
    planned."""
    drafted = {row["id"]: row for row in _drafted_rows(detail)}
    return {
        row.id: {
            part: _cell(part, planned, drafted.get(row.id, {}), detail.plan_was.get(row.id, {}))
            for part, planned in (
                ("person", row.person.username if row.person else ""),
                ("due", forms.shown("date", row.due)),
            )
        }
        for row in detail.plan
    }


def _cell(
    part: str, planned: str, draft: Mapping[str, Any], was: Mapping[str, str | None]
) -> PlanCell:
    text = str(draft[part] or "") if part in draft else planned
    changed_since = part not in was or str(was[part] or "") != planned
    return PlanCell(text, planned if changed_since else text)


def plan_rows(detail: TaskDetail, posted: MultiDict[str, str] | None) -> dict[str, dict[str, str]]:
    """The texts of the plan's inputs ``person`` and ``due`` by row id: as posted after a post, else
    as stored in the draft, else as planned."""
    return {
        id: {
            part: posted.get(f"plan.{id}.{part}", cell.text) if posted is not None else cell.text
            for part, cell in cells.items()
        }
        for id, cells in plan_cells(detail).items()
    }


def disputed_plan(detail: TaskDetail) -> dict[str, str]:
    """The inputs in which the draft changes what was changed in the plan itself since, each with
    the draft's text."""
    return {
        f"plan.{id}.{part}": cell.text
        for id, cells in plan_cells(detail).items()
        for part, cell in cells.items()
        if cell.disputed
    }


def _drafted_rows(detail: TaskDetail) -> Iterator[Mapping[str, Any]]:
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
