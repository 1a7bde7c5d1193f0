"""What could not go on."""

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
"""Why a process could not go on: a limit was reached, the called process cannot be started, the
stored state cannot be read, a decision cannot be made, a due date or an expression cannot be
calculated, an element cannot be carried out, its token is no longer there, no sequence flow out of
it can be taken, nothing waits that could still come, a timer says no time, or nobody foresaw it."""


INCIDENT_KINDS: Final[tuple[str, ...]] = get_args(IncidentKind)


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
    """Of the case: its customer, or what it was called when it was started."""
    definition_id: str = ""
    process: str = ""
    """The name of the process that stopped."""
    element_name: str = ""
    """Empty when it is the process as a whole."""
    task_id: str | None = None
    """The user task that could not be completed: it is open, and is completed again."""
    can_open: bool = False
    """Whether the actor may look at the case."""
