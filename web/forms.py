"""Forms made of the engine's fields: what was posted, what is shown, what is wrong.

A page shows ``Shown`` values: what was posted when something was wrong with it (character by
character as it was typed), else the stored values in the reader's spelling. Field inputs are
named ``f.<field id>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict

from engine import Field, PlanRow, Problem
from web import formats, parsing
from web.context import today
from web.i18n import gettext as _
from web.i18n import language
from web.messages import problem_text

PREFIX = "f."


def anchor(name: str | None) -> str:
    """The HTML id of the input that ``Problem.field`` names."""
    return "f-" + re.sub(r"[^\w-]", "-", name) if name else ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem as the page shows it; ``label_text`` names the field, for the summary.

    ``column`` tells which input of a row of the plan it is about: ``person`` or ``due``.
    """

    field: str | None
    text: str
    label_text: str
    column: str = ""

    @property
    def anchor(self) -> str:
        return anchor(self.field) + ("-due" if self.column == "due" else "")


class Problems:
    """All that is wrong with a form, in the order of its fields. False when nothing is."""

    def __init__(self, problems: Iterable[Problem] = (), labels: Mapping[str, str] | None = None):
        self._labels = labels or {}
        order = {name: place for place, name in enumerate(self._labels)}
        found = [self._trouble(problem) for problem in problems]
        self._troubles = sorted(found, key=lambda t: order.get(t.field or "", len(order)))

    def _trouble(self, problem: Problem) -> Trouble:
        text = problem_text(problem)
        label = self._labels.get(problem.field or "")
        joint = " " if label and label[-1] in "?!." else ": "
        named = f"{label}{joint}{text}" if label else text
        return Trouble(problem.field, text, named, str(problem.params.get("column", "")))

    def texts(self, name: str) -> list[str]:
        return [trouble.text for trouble in self._troubles if trouble.field == name]

    def wrong(self, name: str, column: str) -> bool:
        """Whether this input of a row of the plan has a problem."""
        return any(t.field == name and t.column in ("", column) for t in self._troubles)

    def __iter__(self) -> Iterator[Trouble]:
        return iter(self._troubles)

    def __len__(self) -> int:
        return len(self._troubles)


# ---------------------------------------------------------------- posted → answers


def canonical(kind: str, text: str) -> Any:
    """What the engine gets for a posted text of a field of this type; None when it is empty."""
    if not text.strip():
        return None
    if kind == "date":
        return parsing.date_text(text, today())
    if kind in ("integer", "decimal", "money"):
        return parsing.number_text(text, language())
    if kind == "interval":
        return parsing.interval_text(text)
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text.replace("\r\n", "\n").strip() if kind == "longtext" else text.strip()


def read_fields(
    fields: Sequence[Field], posted: MultiDict[str, str], plan: Sequence[PlanRow] = ()
) -> dict[str, Any]:
    """The answers of a posted form. Attachments are files and travel on their own."""
    answers: dict[str, Any] = {}
    for field in fields:
        if field.type == "plan":
            answers[field.id] = read_plan(plan, posted)
        elif field.type != "attachment":
            answers[field.id] = canonical(field.type, posted.get(PREFIX + field.id, ""))
    # What nobody declared is passed on too: the engine refuses it by name, nothing is dropped.
    known = {field.id for field in fields}
    for name in posted:
        if name.startswith(PREFIX) and (id := name.removeprefix(PREFIX)) not in known:
            answers[id] = posted[name]
    return answers


def read_plan(rows: Sequence[PlanRow], posted: MultiDict[str, str]) -> list[dict[str, Any]]:
    """The rows of the plan's table: ``{"id", "person", "due"}`` each."""
    return [
        {
            "id": row.id,
            "person": posted.get(f"plan.{row.id}.person", "").strip() or None,
            "due": canonical("date", posted.get(f"plan.{row.id}.due", "")),
        }
        for row in rows
        if f"plan.{row.id}.person" in posted or f"plan.{row.id}.due" in posted
    ]


# ---------------------------------------------------------------- values → shown


def shown(kind: str, value: Any) -> str:
    """A stored value as the input of a field of this type shows it."""
    if value is None:
        return ""
    if kind in ("integer", "decimal", "money"):
        return formats.number(value)
    if kind == "date":
        return formats.day(value)
    if kind == "boolean":
        return {True: "true", False: "false"}.get(value, str(value))
    return str(value)


def shown_fields(
    fields: Sequence[Field], values: Mapping[str, Any], posted: MultiDict[str, str] | None = None
) -> dict[str, str]:
    """What the inputs show, by field id: as posted when there was a post, else as stored."""
    if posted is not None:
        return {field.id: posted.get(PREFIX + field.id, "") for field in fields}
    return {field.id: shown(field.type, values.get(field.id)) for field in fields}


def answer_text(field: Field, value: Any, names: Mapping[str, str] | None = None) -> str:
    """An answer as a sentence shows it: options by their label, people by name, money in kr."""
    if value is None or value == "":
        return ""
    if field.type == "money":
        return formats.money(value)
    if field.type == "boolean":
        return _("Ja") if value in (True, "true") else _("Nej")
    if field.type == "person":
        return (names or {}).get(str(value), str(value))
    labels = {option.value: option.label for option in field.options}
    if field.type == "interval":
        return labels.get(str(value)) or formats.interval(value)
    return labels.get(str(value)) or shown(field.type, value)


def init(app: Flask) -> None:
    app.jinja_env.globals.update(anchor=anchor, answer_text=answer_text)
