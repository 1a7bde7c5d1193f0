"""A case as it is printed: the paper form with all its rounds, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.views.incidents import IncidentKind
from engine.views.instances import InstanceState, InstanceTitle
from engine.views.tasks import Field, RowState, TaskState, Tick


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """A file of a round's form: ``size`` in bytes, ``sha256`` in hex."""

    label: str
    filename: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PrintedAnswer:
    """What the field of a form was answered: a JSON value, as it was signed or stored."""

    field: Field
    value: Any


@dataclass(frozen=True, slots=True)
class PrintedSignature:
    """A signature in readable form. ``intact`` is false when the signed bytes are not those that
    were hashed, or cannot be read. ``withdrawn`` says who has withdrawn it, when and why."""

    id: str
    name: str
    meaning: str
    method: str
    at: datetime
    content_sha256: str
    intact: bool = True
    withdrawn: tuple[str, datetime, str] | None = None


@dataclass(frozen=True, slots=True)
class PrintedRound:
    """One round of an activity: a user task. What is signed comes from the signed bytes; ``person``
    is the name of who did it or is to do it, ``version`` that of its diagram."""

    task_id: str
    name: str
    state: TaskState
    about: InstanceTitle | None
    person: str
    role: str | None
    due: date | None
    opened_at: datetime
    completed_at: datetime | None
    version: int
    ticks: tuple[Tick, ...]
    answers: tuple[PrintedAnswer, ...]
    note: str
    files: tuple[PrintedFile, ...]
    signatures: tuple[PrintedSignature, ...]


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """An activity with its rounds, the oldest first; ``person`` (a name) and ``due`` are what is
    planned for the next one, ``points`` the texts of its checklist."""

    name: str
    points: tuple[str, ...]
    role: str | None
    person: str
    due: date | None
    state: RowState
    rounds: tuple[PrintedRound, ...]


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """The activities of one phase; ``key`` is empty for those that stand on no sheet of the
    plan."""

    key: str
    title: str
    rows: tuple[PrintedRow, ...]


@dataclass(frozen=True, slots=True)
class PrintedIncident:
    """Where a process could not go on, and when it could again (None: not yet)."""

    kind: IncidentKind
    element_name: str
    at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class PrintedCase:
    """A case, or one of its tasks, as it is printed ``at`` a moment.

    ``names`` are people's by user name, ``activities`` the names of the plan's rows by id: answers
    speak of them. ``left_out`` counts rounds that are too many to print: the oldest. ``files`` are
    what the paper carries as its proof, by name: the bytes that were signed.
    """

    case_id: str
    number: str
    customer: str | None
    org_number: str | None
    title: str
    state: InstanceState
    process: str
    started_at: datetime
    ended_at: datetime | None
    task_id: str | None
    at: datetime
    sheets: tuple[PrintedSheet, ...]
    incidents: tuple[PrintedIncident, ...]
    names: Mapping[str, str]
    activities: Mapping[str, str]
    left_out: int
    files: Mapping[str, bytes]
