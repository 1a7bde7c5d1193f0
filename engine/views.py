"""What the engine shows: frozen values, never a row and never a live object.

Times are aware ``datetime`` in UTC, due dates are plain ``date`` in the configured zone, ids are
strings. Lists are tuples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")
Severity = Literal["error", "warning", "info"]
TaskState = Literal["open", "completed", "cancelled"]
InstanceState = Literal["running", "incident", "completed", "terminated", "cancelled"]
RowState = Literal["ahead", "open", "done", "cancelled", "not_reached"]


# ---------------------------------------------------------------- who


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person with roles and application rights, or the system itself.

    ``rights`` are of ``process_owner``, ``manager``, ``administrator``.
    """

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()


SYSTEM = Actor(id="system", name="Serviceplan", rights=frozenset({"system"}))


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    username: str
    name: str
    roles: frozenset[str]
    rights: frozenset[str]
    active: bool = True

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split() if part).upper()[:3]

    def actor(self) -> Actor:
        return Actor(self.id, self.name, self.roles, self.rights)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person's session. ``token`` is the secret of the cookie; only its hash is kept."""

    token: str
    person: Person
    created_at: datetime
    expires_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Role:
    key: str
    sv: str
    en: str

    def title(self, language: str) -> str:
        return self.en if language == "en" else self.sv


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    name: str
    org_number: str
    cases: int = 0


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. ``next`` is the cursor of the following page, None on the last."""

    items: tuple[T, ...]
    next: str | None = None
    total: int | None = None


# ---------------------------------------------------------------- diagrams


@dataclass(frozen=True, slots=True)
class Source:
    """A diagram as it came: the file's name and its bytes."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a diagram's owner should know. ``sv`` and ``en`` are whole sentences that
    name the element and say what to do."""

    severity: Severity
    code: str
    sv: str
    en: str
    element_id: str | None = None
    element_name: str | None = None
    line: int | None = None
    filename: str | None = None

    def text(self, language: str) -> str:
        return self.en if language == "en" else self.sv

    def __str__(self) -> str:
        where = f"{self.filename or ''}:{self.line}: " if self.line else ""
        return f"{where}{self.en}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    findings: tuple[Finding, ...]
    process_ids: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not any(f.severity == "error" for f in self.findings)


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of one process. ``phase`` is its sheet's key (``A`` … ``E``) or None."""

    id: str
    process_id: str
    version: int
    name: str
    phase: str | None
    filename: str
    sha256: str
    deployed_at: datetime
    deployed_by: str
    latest: bool
    running: int = 0
    startable: bool = True


@dataclass(frozen=True, slots=True)
class Deployment:
    id: str
    definitions: tuple[Definition, ...]
    findings: tuple[Finding, ...]
    new: bool
    """False when the same bytes were live already."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A drawn node, in the diagram's own pixels.

    ``kind`` is the BPMN element's local name (``userTask``, ``exclusiveGateway``, ``lane`` …),
    ``event`` the local name of an event's definition (``timerEventDefinition`` …) or None.
    """

    id: str
    kind: str
    name: str
    x: float
    y: float
    width: float
    height: float
    event: str | None = None
    label: tuple[float, float, float, float] | None = None
    horizontal: bool = True
    expanded: bool = True
    interrupting: bool = True
    throwing: bool = False
    marker: str | None = None
    """``loop``, ``parallel``, ``sequential``, ``compensation`` or ``adhoc``."""


@dataclass(frozen=True, slots=True)
class Edge:
    id: str
    kind: str
    name: str
    waypoints: tuple[tuple[float, float], ...]
    label: tuple[float, float, float, float] | None = None
    default: bool = False
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """The geometry of a diagram (BPMN DI). Shapes come outermost first (pools, lanes, nodes)."""

    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    x: float
    y: float
    width: float
    height: float


# ---------------------------------------------------------------- what a user task asks for


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """A form field. ``type`` is one of text, longtext, date, integer, decimal, money, boolean,
    choice, interval, person, attachment, plan. ``required`` is already decided for a task's view."""

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
    """One point of ATT TÄNKA PÅ on a task. ``state`` is ``open``, ``done`` or ``not_applicable``
    (then with ``reason``); ``by`` is a name."""

    id: str
    text: str
    state: Literal["open", "done", "not_applicable"] = "open"
    reason: str = ""
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignatureView:
    """A signature in readable form (21 CFR 11.50: name, time, meaning)."""

    id: str
    by: str
    name: str
    meaning: str
    at: datetime
    content_sha256: str
    method: str


@dataclass(frozen=True, slots=True)
class Attachment:
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


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One activity of a case's plan, ahead or past."""

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
class TaskDetail:
    """Everything that one task's page needs. ``values`` are the draft's or the final answers,
    ``can`` the actions that the asking actor may do: claim, release, reassign, save, complete."""

    row: TaskRow
    instance_id: str
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
    candidates: tuple[Person, ...]
    draft_saved_at: datetime | None = None
    draft_saved_by: str | None = None


# ---------------------------------------------------------------- cases


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


@dataclass(frozen=True, slots=True)
class Incident:
    id: str
    case_id: str
    case_number: str
    instance_id: str
    element_id: str | None
    kind: str
    message: str
    at: datetime
    resolved_at: datetime | None = None


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
    """cancel, plan, retry"""
    variables: Mapping[str, Any] = field(default_factory=dict)


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


# ---------------------------------------------------------------- results of a write


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a write. Repeating the write with the same key gives the same receipt."""

    key: str
    at: datetime
    id: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One fact. ``detail`` is readable and stands outside the chain; ``hash`` covers a salted
    commitment of it."""

    id: int
    at: datetime
    type: str
    actor_id: str
    actor_name: str
    chain: str
    seq: int
    hash: str
    case_id: str | None = None
    case_number: str | None = None
    customer: str | None = None
    instance_id: str | None = None
    definition_id: str | None = None
    process_id: str | None = None
    version: int | None = None
    element_id: str | None = None
    element_name: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    chain: str
    seq: int
    problem: str


@dataclass(frozen=True, slots=True)
class Verification:
    chains: int
    entries: int
    signatures: int
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        return not self.faults


# ---------------------------------------------------------------- the plan as drawn


@dataclass(frozen=True, slots=True)
class Activity:
    """One row of a sheet as the diagram has it. ``due`` is the rule in words of the diagram:
    ``{"after": "P5D", "calendar": "working"}`` and the like."""

    id: str
    name: str
    role: str | None
    due: Mapping[str, str] | None
    checklist: tuple[str, ...]
    signature: bool
    form: tuple[str, ...]
    process_id: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    key: str
    title: str
    process_id: str
    activities: tuple[Activity, ...]
