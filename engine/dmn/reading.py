"""What people and other programs give a decision: texts read as the types that its inputs have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine import feel
from engine.errors import Invalid, Problem
from engine.views import DecisionInput

_TEXT_MARKS = {
    "number": ("@number", "number_malformed"),
    "date": ("@date", "date_malformed"),
    "time": ("@time", "time_malformed"),
    "date and time": ("@date and time", "moment_malformed"),
    "days and time duration": ("@duration", "interval_malformed"),
    "years and months duration": ("@duration", "interval_malformed"),
}
"""How the text of a value is marked for ``feel.from_json``, and the problem when it cannot be read,
by the type's name."""
_BOOLEANS = {"true": True, "false": False}
"""The texts that are booleans."""


def read(given: Mapping[str, Any], wanted: Sequence[DecisionInput]) -> dict[str, Any]:
    """JSON values as FEEL's. A text for an input of another basic type is read as that type
    (``"2026-01-31"`` for a date); an empty one is null.

    :raises Invalid: with every value that cannot be read
    """
    types = {each.name: each.type for each in wanted}
    values: dict[str, Any] = {}
    problems = []
    for name, value in given.items():
        try:
            values[name] = _value(value, types.get(name, ""))
        except feel.FeelError:
            code = "value_malformed"
            kind = types.get(name, "")
            if isinstance(value, str):
                code = "boolean_malformed" if kind == "boolean" else _TEXT_MARKS[kind][1]
            text = f"{name}: this is no {kind or 'value'}"
            problems.append(Problem(code, text, f"variables.{name}"))
    if problems:
        raise Invalid(problems)
    return values


def _value(value: Any, kind: str) -> Any:
    if not isinstance(value, str) or kind in ("", "string"):
        return feel.from_json(value)
    text = value.strip()
    if not text:
        return None
    if kind == "boolean":
        if text not in _BOOLEANS:
            raise feel.FeelError("neither true nor false")
        return _BOOLEANS[text]
    return feel.from_json({_TEXT_MARKS[kind][0]: text})
