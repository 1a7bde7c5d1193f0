"""Cases: sheets, plan, instances, incidents, and what a diagram shows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

from engine.views.people import Customer, Person
from engine.views.tasks import Field, PlanRow, RowState, SignatureView, TaskState, Tick

CustomerRule = Literal["required", "optional", "none"]
"""Whether a case of a process belongs to a customer."""
InstanceState = Literal["running", "incident", "completed", "terminated", "cancelled"]


@dataclass(frozen=True, slots=True)
class StartOption:
    """A live process that somebody is offered to start."""

    process_id: str
    name: str
    documentation: str
    customer: CustomerRule


@dataclass(frozen=True, slots=True)
class StartForm:
    """What is asked of whoever starts a process. ``dated`` asks for the date on which what the
    case is about is planned to begin, called ``date_label``; ``roles`` are those that have work in
    it or in what it calls; ``planned`` when its cases have a plan of sheets; ``values`` are what
    the fields of ``form`` hold at first, by id."""

    process_id: str
    name: str
    documentation: str
    customer: CustomerRule
    dated: bool
    date_label: str
    roles: tuple[str, ...]
    planned: bool
    form: tuple[Field, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseRow:
    id: str
    number: str
    customer: Customer | None
    title: str
    state: InstanceState
    phases: tuple[str, ...]
    """Keys of the phases that have work open now."""
    done: int
    activities: int
    late: int
    open: int
    started_at: datetime
    start_date: date | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One round of an activity: the user task that did (or does) it."""

    task_id: str
    state: TaskState
    person: Person | None
    due: date | None
    opened_at: datetime
    completed_at: datetime | None
    signature: SignatureView | None
    checklist: tuple[Tick, ...]
    can_open: bool


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of the paper form. ``entries`` are its rounds, oldest first; ``plan`` what is
    planned for the next one."""

    plan: PlanRow
    points: tuple[str, ...]
    entries: tuple[SheetEntry, ...]
    state: RowState


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of the six sheets of a case."""

    key: str
    title: str
    process_id: str
    definition_id: str
    version: int
    instance_id: str | None
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class MessageOption:
    """A message that the case can receive now (complaint, notice, renewal …)."""

    name: str
    label: str
    form: tuple[Field, ...]
    allowed: bool
    interrupting: bool


@dataclass(frozen=True, slots=True)
class ActivityOption:
    """An activity of an open ad-hoc sub-process that can be begun now.

    ``scope_token`` is the sub-process's token: there may be several of the same sub-process at
    once. ``active`` is how many of the activity there are already.
    """

    instance_id: str
    scope_token: str
    scope_id: str
    scope_name: str
    element_id: str
    name: str
    role: str | None
    allowed: bool
    active: int = 0


@dataclass(frozen=True, slots=True)
class VariableValue:
    """A variable of an instance. ``value`` is as people and programs read it, ``text`` the same
    written as FEEL; ``type`` is ``feel`` for what has no simple input of its own."""

    name: str
    type: Literal["string", "number", "boolean", "date", "null", "feel"]
    value: Any
    text: str


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


@dataclass(frozen=True, slots=True)
class CaseDetail:
    row: CaseRow
    sheets: tuple[Sheet, ...]
    messages: tuple[MessageOption, ...]
    instances: tuple[InstanceView, ...]
    incidents: tuple[Incident, ...]
    people: Mapping[str, Person]
    """The person chosen for each role at the start, by role key."""
    can: frozenset[str]
    """cancel, correct, plan, retry"""
    variables: Mapping[str, Any] = field(default_factory=dict)
    activities: tuple[ActivityOption, ...] = ()
    """What people may begin in the open ad-hoc sub-processes."""
    date_label: str = ""
    """What its process calls the date on which it is planned to start."""


@dataclass(frozen=True, slots=True)
class ElementState:
    """What a diagram shows on one element of one instance."""

    element_id: str
    state: Literal["done", "open", "late", "waiting", "incident", "cancelled"]
    count: int = 1
    task_id: str | None = None
    badge: str = ""
    """Initials of who signed."""
    days_late: int = 0
    instance_id: str | None = None
    """The child instance that a call activity started last."""
