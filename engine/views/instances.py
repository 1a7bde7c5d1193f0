"""Process instances: their place in a case, their variables, and what a diagram shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

InstanceState = Literal["running", "incident", "completed", "terminated", "cancelled"]


@dataclass(frozen=True, slots=True)
class VariableValue:
    """A variable of an instance. ``value`` is its value as JSON, ``text`` the same value as a FEEL
    expression; ``type`` is ``feel`` for values that only an expression can state."""

    name: str
    type: Literal["string", "number", "boolean", "date", "null", "feel"]
    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class InstanceTitle:
    """What tells an instance apart from others of its process: the first words of the ``text`` that
    its diagram names, such as what a customer complains of, and when the instance began."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InstanceView:
    """A process instance and its place in the tree of its case."""

    id: str
    case_id: str
    parent_id: str | None
    definition_id: str
    process_id: str
    version: int
    name: str
    phase: str | None
    state: InstanceState
    started_at: datetime
    ended_at: datetime | None
    depth: int = 0
    about: InstanceTitle | None = None


@dataclass(frozen=True, slots=True)
class ElementState:
    """What a diagram shows on one element of one instance."""

    element_id: str
    state: Literal["done", "open", "late", "waiting", "incident", "cancelled"]
    count: int = 1
    task_id: str | None = None
    badge: str = ""
    """The initials of the signer."""
    days_late: int = 0
    instance_id: str | None = None
    """The child instance that a call activity started last."""
