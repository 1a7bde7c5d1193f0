"""Incidents: processes that could not go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

IncidentKind = Literal[
    "budget",
    "call",
    "damaged_state",
    "decision",
    "due",
    "expression",
    "failed",
    "gone",
    "no_flow",
    "stuck",
    "timer",
    "unexpected",
]
"""Why a process could not go on, in the order of the names: a limit was reached; the called process
cannot be started; the stored state cannot be read; a decision cannot be made; a due date cannot be
calculated; an expression cannot be evaluated; an element cannot be carried out; its token is no
longer there; no sequence flow out of it can be taken; the instance waits for nothing that could
still happen; a timer has no valid time; the error was not foreseen."""


INCIDENT_KINDS: Final[tuple[str, ...]] = get_args(IncidentKind)
"""The names of ``IncidentKind``."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A process that could not go on. ``message`` is the engine's own text, in English: with the
    expression and the names of the variables, never their values."""

    id: str
    case_id: str
    case_number: str
    instance_id: str
    element_id: str | None
    kind: IncidentKind
    message: str
    at: datetime
    resolved_at: datetime | None = None
    title: str = ""
    """The case's customer, or its title."""
    definition_id: str = ""
    process: str = ""
    """The name of the process that stopped."""
    element_name: str = ""
    """Empty when the incident is not about one element."""
    task_id: str | None = None
    """The user task that could not be completed and is still open; a retry completes it."""
    can_open: bool = False
    """Whether the actor may see the case."""
