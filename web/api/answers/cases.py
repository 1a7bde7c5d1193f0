"""The API's structs of cases, their instances, customers, incidents and history."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from engine import INCIDENT_KINDS
from web.api.answers.people import Person, Time
from web.api.answers.tasks import Field, InstanceTitle
from web.texts.facts import FACTS


class Customer(Struct, frozen=True):
    """A customer, with its Swedish organisation number."""

    id: str
    name: str
    org_number: str


class CustomerRow(Customer, frozen=True):
    """A customer in a list, with the number of its cases."""

    cases: int


class Customers(Struct, frozen=True):
    """A page of customers by name; `next` is the cursor of the following one."""

    items: list[CustomerRow]
    next: str | None


class CustomerAdded(Struct, frozen=True):
    """The receipt of a new customer."""

    key: str
    at: Time
    id: str


InstanceState = Literal["running", "incident", "completed", "terminated", "cancelled"]


class Case(Struct, frozen=True):
    """A case in a list, begun on the process `process_id`. `phases` are those that have work open
    now."""

    id: str
    number: str
    customer: Customer | None
    title: str
    state: InstanceState
    process_id: str
    phases: list[str]
    done: int
    activities: int
    late: int
    open: int
    started_at: Time
    start_date: date | None
    ended_at: Time | None


class Cases(Struct, frozen=True):
    """A page of cases; `next` is the cursor of the following one."""

    items: list[Case]
    next: str | None


class DateConflict(Struct, frozen=True):
    """An activity of the plan whose date cannot be kept: it would be due before the day on which
    it is expected to open."""

    phase: str
    process_id: str
    element_id: str
    name: str
    due: date
    opens: date


class StartCheck(Struct, frozen=True):
    """What stands against starting a case now, and the first day to begin on without that."""

    conflicts: list[DateConflict]
    earliest: date | None


class CaseStarted(Struct, frozen=True):
    """The receipt of a new case. `incident` is set when its process failed at once,
    `date_conflicts` is how many dates of its plan cannot be kept."""

    key: str
    at: Time
    id: str
    number: str
    incident: str | None
    date_conflicts: int


class Planned(Struct, frozen=True):
    """An activity of the plan, ahead or past."""

    id: str
    phase: str
    phase_title: str
    process_id: str
    element_id: str
    name: str
    role: str | None
    person: Person | None
    due: date | None
    state: Literal["ahead", "open", "done", "cancelled", "not_reached"]


class Instance(Struct, frozen=True):
    """A process instance; `depth` is its place in the tree of the case."""

    id: str
    parent_id: str | None
    definition_id: str
    process_id: str
    version: int
    name: str
    phase: str | None
    state: InstanceState
    started_at: Time
    ended_at: Time | None
    depth: int
    about: InstanceTitle | None


IncidentKind = Literal[INCIDENT_KINDS]  # type: ignore[valid-type]


class Incident(Struct, frozen=True):
    """A process that could not go on. `task_id` is the task that could not be completed: it is
    open, and is completed again."""

    id: str
    case_id: str
    case_number: str
    title: str
    instance_id: str
    process: str
    element_id: str | None
    element_name: str
    kind: IncidentKind
    message: str
    task_id: str | None
    at: Time


class Incidents(Struct, frozen=True):
    """A page of open incidents, the newest first; `next` is the cursor of the following one."""

    items: list[Incident]
    next: str | None


class Retried(Struct, frozen=True):
    """The receipt of a retry, and whether it worked."""

    key: str
    at: Time
    resolved: bool


class Message(Struct, frozen=True):
    """A message that the case can receive now."""

    name: str
    label: str
    form: list[Field]
    allowed: bool
    interrupting: bool


class Offered(Struct, frozen=True):
    """An activity of an open ad-hoc sub-process that can be begun now."""

    instance_id: str
    element_id: str
    name: str
    scope_token: str
    role: str | None
    allowed: bool


class CaseDetail(Case, frozen=True):
    """A case with its plan, its instances and what it can be told."""

    plan: list[Planned]
    messages: list[Message]
    offered: list[Offered]
    instances: list[Instance]
    incidents: list[Incident]
    people: dict[str, Person]
    variables: dict[str, Any]
    can: list[Literal["plan", "correct", "retry", "cancel"]]


class Delivered(Struct, frozen=True):
    """The receipt of a message: how many took it, whether it waits for its catcher, and whether
    anything in the case can take it, now or later."""

    key: str
    at: Time
    delivered: int
    stored: bool
    expected: bool = True
    """A receipt from before version 0010 of the database says nothing of it."""


class TokenName(Struct, frozen=True):
    """The token that a program came in by."""

    id: str
    name: str


FactType = Annotated[str, Meta(extra_json_schema={"enum": sorted(FACTS)})]
"""A type of fact. It is documented, and not checked: what an older program has written stays."""


class Fact(Struct, frozen=True):
    """An entry of the history; `hash` covers a salted commitment of `detail` and `token`. `token`
    is null for what people did on the pages."""

    id: int
    at: Time
    type: FactType
    actor_id: str
    actor_name: str
    chain: str
    seq: int
    hash: str
    instance_id: str | None
    definition_id: str | None
    element_id: str | None
    element_name: str | None
    token: TokenName | None
    detail: dict[str, Any]


class History(Struct, frozen=True):
    """A page of facts, the newest first."""

    items: list[Fact]
    next: str | None


class CaseChanged(Struct, frozen=True):
    """The receipt of a change to a case or one of its instances."""

    key: str
    at: Time
