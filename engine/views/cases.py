"""Cases: sheets, plan, instances, incidents, and what a diagram shows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from engine.views.customers import Customer
from engine.views.incidents import Incident
from engine.views.instances import InstanceState, InstanceView
from engine.views.people import Person
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
