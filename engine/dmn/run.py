"""One evaluation of a decision: its budget, and what is told about it besides the value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.dmn.errors import DecisionError, DecisionNote
from engine.feel.budget import Budget, Run
from engine.feel.kinds import type_name
from engine.feel.show import show
from engine.feel.values import FeelRange, Function

_MOST = 1_000
"""Notes, and hits, that one evaluation holds: they are for a reader, and a loop may have more to
tell than anyone reads."""
_SHOWN = 60
"""Characters of a value that a message shows."""


@dataclass(frozen=True, slots=True)
class RuleHit:
    """Which rules of a table held, counted from 1; ``table`` is the table's id in the file."""

    element: str
    table: str
    rules: tuple[int, ...]


class DecisionRun(Run):
    """The budget of the whole evaluation, and its notes and hits.

    With ``demanding`` a note is an error: DecisionError instead of null.
    """

    __slots__ = ("demanding", "hits", "notes")

    def __init__(self, budget: Budget, *, now: datetime | None = None, demanding: bool = False):
        super().__init__(budget, now=now)
        self.demanding = demanding
        self.notes: list[DecisionNote] = []
        self.hits: list[RuleHit] = []


def note(run: Run, code: str, element: str, message: str, element_id: str = "") -> None:
    """Note why a value became null; nothing is noted where a function is called outside of any
    decision."""
    if not isinstance(run, DecisionRun):
        return
    if run.demanding:
        raise DecisionError(message, code=code, element_id=element_id, element_name=element)
    if len(run.notes) < _MOST:
        run.notes.append(DecisionNote(code, element, message))


def hit(run: Run, element: str, table: str, rules: tuple[int, ...]) -> None:
    """Note which rules of a table held."""
    if isinstance(run, DecisionRun) and len(run.hits) < _MOST:
        run.hits.append(RuleHit(element, table, rules))


def shown(value: Any, run: Run) -> str:
    """A value as a message shows it: a short one itself, of another its type."""
    if isinstance(value, list | dict | FeelRange | Function):
        return f"a {type_name(value)}"
    text = repr(value) if isinstance(value, str) else str(show(value, run))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
