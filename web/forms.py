"""Forms made of the engine's fields: the posted values, the shown values, the problems.

An input shows what was posted, character by character, when something was wrong with the post, and
else the stored value in the reader's spelling. The input of a field is named ``f.<field id>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict

from engine import Field, PlanRow, Problem, is_unseen
from web import formats, parsing
from web.context import today
from web.i18n import gettext as _
from web.i18n import language
from web.texts.errors import problem_text

PREFIX = "f."
"""What the name of a field's input begins with."""
SEARCH = "find"
"""What the name of a search box begins with, and the value of its button (web/choices.py)."""


@lru_cache(maxsize=5_000)
def anchor(name: str | None) -> str:
    """The HTML id of the input that ``Problem.field`` names."""
    return "f-" + re.sub(r"[^\w-]", "-", name) if name else ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem as a page shows it.

    ``text`` stands at the input, ``label_text`` (with the field's label) in the summary at the top.
    ``column`` is the input of a plan's row that it is about, ``person`` or ``due``; else "".
    """

    field: str | None
    text: str
    label_text: str
    column: str = ""

    @property
    def anchor(self) -> str:
        """The HTML id of the input, for the link of the summary."""
        return anchor(self.field) + ("-due" if self.column == "due" else "")


class Problems:
    """The problems of a form, in the order of its ``labels``. False when there are none."""

    def __init__(self, problems: Iterable[Problem] = (), labels: Mapping[str, str] | None = None):
        self._labels = labels or {}
        order = {name: place for place, name in enumerate(self._labels)}
        troubles = [self._trouble(problem) for problem in problems]
        self._troubles = sorted(troubles, key=lambda t: order.get(t.field or "", len(order)))

    def _trouble(self, problem: Problem) -> Trouble:
        text = problem_text(problem)
        label = self._labels.get(problem.field or "")
        joint = " " if label and label[-1] in "?!." else ": "
        named = f"{label}{joint}{text}" if label else text
        return Trouble(problem.field, text, named, str(problem.params.get("column", "")))

    def texts(self, name: str) -> list[str]:
        """The texts to show at the input of this field."""
        return [trouble.text for trouble in self._troubles if trouble.field == name]

    def wrong(self, name: str, column: str) -> bool:
        """Whether the input ``column`` of the plan's row ``name`` has a problem."""
        return any(t.field == name and t.column in ("", column) for t in self._troubles)

    def __iter__(self) -> Iterator[Trouble]:
        return iter(self._troubles)

    def __len__(self) -> int:
        return len(self._troubles)


# ---------------------------------------------------------------- posted values


def has_search(posted: Mapping[str, str]) -> bool:
    """Whether a posted form has search boxes."""
    return any(name.startswith(f"{SEARCH}:") for name in posted)


def canonical(kind: str, text: str) -> Any:
    """The engine's value of a posted text of a field of type ``kind``; None when it is empty.

    Dates, numbers and intervals become their canonical text; one that cannot be read stays as it
    is, and the engine refuses it.
    """
    if is_unseen(text):
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
    """The answers of a posted form by field id, without attachments, which are files."""
    answers: dict[str, Any] = {}
    for field in fields:
        if field.type == "plan":
            answers[field.id] = read_plan(plan, posted)
        elif field.type != "attachment":
            answers[field.id] = canonical(field.type, posted.get(PREFIX + field.id, ""))
    # Undeclared fields are passed on too, so that the engine refuses them by name.
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


# ---------------------------------------------------------------- shown values


def shown(kind: str, value: Any) -> str:
    """A stored value as the input of a field of type ``kind`` shows it."""
    if value is None:
        return ""
    if isinstance(value, str) and kind != "boolean":
        return value  # also what a draft keeps because it could not be read
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
    """The texts of the inputs by field id: as posted after a post, else as stored."""
    if posted is not None:
        return {field.id: posted.get(PREFIX + field.id, "") for field in fields}
    return {field.id: shown(field.type, values.get(field.id)) for field in fields}


def answer_text(field: Field, value: Any, names: Mapping[str, str] | None = None) -> str:
    """An answer for reading: options by label, people by name, money in kr; "" when empty."""
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
    """Give the templates ``anchor`` and ``answer_text``."""
    app.jinja_env.globals.update(anchor=anchor, answer_text=answer_text)
