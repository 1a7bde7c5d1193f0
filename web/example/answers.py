"""The answers that the example's people give in forms: those of company.toml by field id, else one
by the field's type. A field that a form does not declare gets none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from engine import Actor, Field, Problem, TaskDetail

DATE: Final = re.compile(r"@(today|contract)([+-]\d+)?")
"""A date of company.toml: so many days from today or from the contract's start."""
PERSON: Final = re.compile(r"@person:(\w+)")
"""A person of company.toml: the customer's person for a role."""
UNANSWERED: Final = frozenset({"attachment", "plan"})
"""Types of fields that the example leaves empty."""


@dataclass(frozen=True)
class Situation:
    """When and for whom a form is filled in; ``number`` is how often its step has been done
    before."""

    customer: Mapping[str, Any]
    contract: date
    today: date
    number: int = 0


class Answers:
    """Answers from ``company``, the content of company.toml, whose people are ``actors`` by user
    name."""

    def __init__(self, company: Mapping[str, Any], actors: Mapping[str, Actor]):
        self._table: Mapping[str, Any] = company["answers"]
        self._by_type: Mapping[str, Any] = company["by_type"]
        self._not_applicable: Mapping[str, str] = company["not_applicable"]
        self._actors = actors

    def to_form(self, task: TaskDetail, situation: Situation) -> dict[str, Any]:
        """The answers of company.toml to the fields of a task's form, by field id."""
        rounds = situation.customer.get("rounds", {}).get(task.row.element_id, [{}])
        this_round = rounds[min(situation.number, len(rounds) - 1)]
        known = {**self._table, **situation.customer.get("answers", {}), **this_round}
        return {
            field.id: self._value(known[field.id], situation)
            for field in task.form
            if field.id in known and field.type not in UNANSWERED
        }

    def to_message(self, payload: Mapping[str, Any], situation: Situation) -> dict[str, Any]:
        """The payload of a message."""
        return {name: self._value(value, situation) for name, value in payload.items()}

    def demanded(
        self, task: TaskDetail, problems: Iterable[Problem], situation: Situation
    ) -> tuple[dict[str, Any], dict[str, bool | str]]:
        """The answers and ticks that a refused completion of a task asks for by its
        ``problems``."""
        fields = {field.id: field for field in task.form}
        answers, ticks = {}, {}
        for problem in problems:
            name = problem.field or ""
            item = name.removeprefix("checklist.")
            if item != name:
                ticks[item] = self._not_applicable.get(item, True)
            elif name in fields:
                answers[name] = self._value(self._of_type(fields[name]), situation)
        return answers, ticks

    def _of_type(self, field: Field) -> Any:
        if field.options:
            return field.options[len(field.options) // 2].value
        if field.type == "interval":
            return "P3M"
        if field.type == "person":
            return next(iter(self._actors))
        if field.type in ("integer", "decimal", "money") and field.minimum is not None:
            return field.minimum
        return self._by_type[field.type]

    def _value(self, value: Any, situation: Situation) -> Any:
        """A value of company.toml, with a text that begins with @ resolved (that file says how)."""
        if not isinstance(value, str):
            return value
        if match := DATE.fullmatch(value):
            base = situation.today if match[1] == "today" else situation.contract
            return (base + timedelta(days=int(match[2] or 0))).isoformat()
        if match := PERSON.fullmatch(value):
            chosen = situation.customer["people"].get(match[1])
            holders = [name for name, actor in self._actors.items() if match[1] in actor.roles]
            return chosen or holders[0]
        return value
