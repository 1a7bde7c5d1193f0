"""Cases: a row of a list, the sheets, and everything that one case's page shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from engine.views.customers import Customer
from engine.views.definitions import Drawing, LiveProcess
from engine.views.incidents import Incident
from engine.views.instances import ElementState, InstanceState, InstanceTitle, InstanceView
from engine.views.migration import SkippedStep
from engine.views.people import Person
from engine.views.records import HistoryEntry
from engine.views.tasks import Field, PlanRow, RowState, SignatureView, TaskState, Tick

CustomerRule = Literal["required", "optional", "none"]
"""Whether a case of a process belongs to a customer."""


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
class DateConflict:
    """An activity whose date cannot be kept: it would be ``due`` before the day on which it is
    expected to open, which is today at the earliest. ``phase`` is the sheet that it stands on;
    ``""`` when it stands on none."""

    phase: str
    process_id: str
    element_id: str
    name: str
    due: date
    opens: date


@dataclass(frozen=True, slots=True)
class StartCheck:
    """What stands against starting a case now: the ``conflicts``, and the ``earliest`` day to begin
    on that has none; None when there is none, or the process has no such day."""

    conflicts: tuple[DateConflict, ...]
    earliest: date | None = None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list, begun on the process ``process_id``. ``done`` and ``activities`` count the
    activities of its plan, ``open`` and ``late`` its open tasks."""

    id: str
    number: str
    customer: Customer | None
    title: str
    state: InstanceState
    process_id: str
    phases: tuple[str, ...]
    """Keys of the phases with open tasks."""
    done: int
    activities: int
    late: int
    open: int
    started_at: datetime
    start_date: date | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One round of an activity: a user task, open or ended. ``can_open`` when the actor may see
    it."""

    task_id: str
    state: TaskState
    person: Person | None
    due: date | None
    opened_at: datetime
    completed_at: datetime | None
    signature: SignatureView | None
    checklist: tuple[Tick, ...]
    can_open: bool
    about: InstanceTitle | None = None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One activity on a sheet. ``entries`` are its rounds, the oldest first; ``plan`` is what is
    planned for the next one, ``points`` the texts of its checklist."""

    plan: PlanRow
    points: tuple[str, ...]
    entries: tuple[SheetEntry, ...]
    state: RowState


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a case: the activities of one phase, as on the paper form. ``key`` is the
    phase's."""

    key: str
    title: str
    process_id: str
    definition_id: str
    version: int
    instance_id: str | None
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class SheetTab:
    """How far a sheet of a case has come: how many of its activities are done of the ``whole``, and
    how many rounds are open or late. ``key`` is the phase's."""

    key: str
    title: str
    done: int
    whole: int
    open: int
    late: int


@dataclass(frozen=True, slots=True)
class MessageOption:
    """A message that the case waits for now (complaint, notice, renewal …). ``allowed``: the actor
    may send it; ``interrupting``: it interrupts what is under way."""

    name: str
    label: str
    form: tuple[Field, ...]
    allowed: bool
    interrupting: bool


@dataclass(frozen=True, slots=True)
class ActivityOption:
    """An activity of an open ad-hoc sub-process that can be begun now.

    ``scope_token`` is the token of the sub-process, which may be open several times at once.
    ``active`` is how many of the activity are open already; ``allowed``: the actor may begin it.
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
class CaseDetail:
    """Everything that the page of one case needs."""

    row: CaseRow
    sheets: tuple[Sheet, ...]
    messages: tuple[MessageOption, ...]
    instances: tuple[InstanceView, ...]
    incidents: tuple[Incident, ...]
    people: Mapping[str, Person]
    """The people of the case, by the key of their role."""
    can: frozenset[str]
    """What the actor may do: ``cancel``, ``correct``, ``plan``, ``retry``."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    activities: tuple[ActivityOption, ...] = ()
    """Activities of open ad-hoc sub-processes that can be begun now."""
    date_label: str = ""
    """What its process calls the date on which it is planned to start."""
    revision: int = 0
    """A number that rises with every step of any of its instances."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with one of its sheets open, None for a case that has none: the ``drawing`` of that
    sheet (else of what the case began on), the ``states`` of the elements in it, the newest
    ``facts`` (once: each is made when it is taken), the steps that migrations have ``skipped``, and
    the ``live`` processes, whose words the facts are told in.
    Of the other sheets it has the ``tabs`` only; what else it has is as in ``CaseDetail``."""

    row: CaseRow
    tabs: tuple[SheetTab, ...]
    sheet: Sheet | None
    messages: tuple[MessageOption, ...]
    instances: tuple[InstanceView, ...]
    incidents: tuple[Incident, ...]
    people: Mapping[str, Person]
    can: frozenset[str]
    activities: tuple[ActivityOption, ...]
    date_label: str
    states: Mapping[str, ElementState]
    drawing: Drawing | None
    facts: Iterator[HistoryEntry]
    skipped: tuple[SkippedStep, ...]
    live: tuple[LiveProcess, ...]
