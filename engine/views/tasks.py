"""User tasks and rows of a plan: forms, checklists, answers, signatures, due dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from engine.views.instances import InstanceState, InstanceTitle
from engine.views.page import Choices
from engine.views.people import Person

TaskState = Literal["open", "completed", "cancelled"]
RowState = Literal["ahead", "open", "done", "cancelled", "not_reached"]


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a form field: the stored value and the text that people see."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """A form field. ``type`` is one of text, longtext, date, integer, decimal, money, boolean,
    choice, interval, person, attachment, plan. ``required`` is the result of the field's
    condition."""

    id: str
    type: str
    label: str
    required: bool = False
    help: str = ""
    options: tuple[Option, ...] = ()
    minimum: str | None = None
    maximum: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """One point of a task's checklist (ATT TÄNKA PÅ). ``state`` is ``open``, ``done`` or
    ``not_applicable`` (then with a ``reason``); ``by`` is the name of the person who ticked it."""

    id: str
    text: str
    state: Literal["open", "done", "not_applicable"] = "open"
    reason: str = ""
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a signer was authenticated just now: the ``method`` (``password``, ``passkey``, …) and
    the ``proof`` of it that is signed with everything else, values of JSON by name. A password
    leaves no proof but that it was right; the assertion of a passkey is one."""

    method: str
    proof: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signable:
    """What a signer is about to sign: ``content_sha256`` is the hash of everything that is signed
    but the evidence itself, its time and the signature's id (``engine.records.signatures``)."""

    task_id: str
    signer_id: str
    meaning: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That a signature was withdrawn: by whom, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SignatureView:
    """A signature in readable form (21 CFR 11.50: name, time, meaning). One that was withdrawn
    stays, and is shown struck through."""

    id: str
    by: str
    name: str
    meaning: str
    at: datetime
    content_sha256: str
    method: str
    withdrawn: Withdrawal | None = None


@dataclass(frozen=True, slots=True)
class SignedDifference:
    """Something of a signed task that its rows say otherwise than it was signed: they were changed
    past the application. ``kind`` is ``answer``, ``point``, ``note``, ``files``, ``signer``,
    ``completed_by``, ``meaning``, ``at``, ``method``, ``task``, or ``document`` when the signed
    bytes themselves were changed; ``label`` is that of the field or point."""

    kind: str
    label: str = ""
    signed: str = ""
    stored: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file on a task's form, without its bytes. ``size`` is in bytes, ``by`` the name of a
    person."""

    id: str
    filename: str
    media_type: str
    size: int
    sha256: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A user task in a list."""

    id: str
    name: str
    process_id: str
    element_id: str
    state: TaskState
    case_id: str
    case_number: str
    customer: str | None
    phase: str | None
    phase_title: str | None
    role: str | None
    assignee: Person | None
    due: date | None
    opened_at: datetime
    ticked: int
    points: int
    has_draft: bool
    revision: int
    about: InstanceTitle | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person is told until they have seen it: the colleague called ``by`` has taken over
    their task, and why."""

    id: str
    at: datetime
    task: TaskRow
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class AwaitedEvent:
    """What a case waits for: the name of the event, ``""`` for a time that has none, and when it
    comes; None for a message or a signal, which may come at any time."""

    name: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What has happened since a task was completed: the state of its case, and the tasks that have
    ``opened`` since. When there are none: the open tasks that are ``left`` in the case, and what it
    ``waits`` for."""

    case_state: InstanceState
    opened: tuple[TaskRow, ...] = ()
    left: tuple[TaskRow, ...] = ()
    waits: tuple[AwaitedEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One activity of a case's plan, with the person and the date of its open or next round."""

    id: str
    phase: str
    phase_title: str
    process_id: str
    element_id: str
    name: str
    role: str | None
    person: Person | None
    due: date | None
    state: RowState


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day that is no working day, and why, in Swedish and in English."""

    day: date
    kind: Literal["weekend", "holiday", "company"]
    sv: str
    en: str


@dataclass(frozen=True, slots=True)
class DueReason:
    """Why a task or a row of a plan has its date.

    ``source``: ``rule`` (the diagram's rule gives it), ``decided`` (``decided_by`` has chosen it
    in the plan), ``changed`` (the rule gave it when the task opened, and would give ``by_rule``
    now), ``none`` (there is no date). ``rule`` is the diagram's rule in its own words, ``opened``
    the day that it counts from, ``expected`` while that day has not come; ``reference`` the date
    of the variable that the rule counts from instead, None while it is not known. ``skipped`` are
    the days off that were passed over. Days are those of ``zone``.
    """

    due: date | None
    source: Literal["rule", "decided", "changed", "none"]
    zone: str
    rule: Mapping[str, str] | None = None
    opened: date | None = None
    expected: bool = False
    reference: date | None = None
    skipped: tuple[DayOff, ...] = ()
    by_rule: date | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One line of "Att tänka på" as the diagram has it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class TaskForm:
    """What a task takes, for reading what was sent: points, fields, and the rows of the plan where
    the form has a plan field. ``instance_revision`` is that of its instance, whose variables a form
    shows."""

    id: str
    revision: int
    instance_revision: int
    checklist: tuple[Point, ...]
    form: tuple[Field, ...]
    plan: tuple[PlanRow, ...]


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """Everything that one task's page needs. ``values`` are the answers of the draft or the final
    ones, ``can`` the actions that the actor may do: claim, release, reassign, save, complete;
    ``candidates`` are the people whom the task can be given to, or the likeliest of them.
    ``instance_revision`` is that of its instance, whose variables fill a form that nobody has saved
    yet. ``plan_was`` is what the plan said when the draft was saved, by row and by what the draft
    changes of it (``person``, ``due``). ``due_reason`` is there when it was asked for and the task
    has a date. ``shown_sha256`` is the SHA-256 of what the page of an open task shows to be signed
    (``engine.work.shown``), "" of any other. A signed task is shown as it was signed; ``differs``
    is what its rows say otherwise. ``four_eyes`` is the name of the step that the actor has done,
    which keeps them from doing this one. ``countersigns`` is the signed task that this one
    counter-signs, as it was signed, ``counter_of`` its id."""

    row: TaskRow
    instance_id: str
    instance_revision: int
    definition_id: str
    process_id: str
    version: int
    documentation: str
    checklist: tuple[Tick, ...]
    form: tuple[Field, ...]
    values: Mapping[str, Any]
    note: str
    attachments: Mapping[str, tuple[Attachment, ...]]
    plan: tuple[PlanRow, ...]
    signature_required: bool
    meaning: str
    signature: SignatureView | None
    completed_by: Person | None
    completed_at: datetime | None
    can: frozenset[str]
    candidates: Choices[Person]
    draft_saved_at: datetime | None = None
    draft_saved_by: str | None = None
    plan_was: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    due_reason: DueReason | None = None
    shown_sha256: str = ""
    differs: tuple[SignedDifference, ...] = ()
    four_eyes: str = ""
    countersigns: TaskDetail | None = None
    counter_of: str | None = None
