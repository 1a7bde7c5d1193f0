"""Diagrams: files, findings, definitions, geometry, and the activities of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from engine.views.decisions import Decision
from engine.views.tasks import Field

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file (a diagram or a decision model): its name and its bytes."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem or a remark about a file. ``sv`` and ``en`` are whole sentences that name the
    element and say what to do. An ``error`` keeps its process from being started; only a finding
    that ``refuses`` keeps the file from being deployed."""

    severity: Severity
    code: str
    sv: str
    en: str
    element_id: str | None = None
    element_name: str | None = None
    line: int | None = None
    filename: str | None = None
    refuses: bool = False

    def text(self, language: str) -> str:
        """The sentence in a language: English for ``en``, else Swedish."""
        return self.en if language == "en" else self.sv

    def __str__(self) -> str:
        where = f"{self.filename or ''}:{self.line}: " if self.line else ""
        return f"{where}{self.en}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The findings in some files, and what they contain: ids of processes that can be started, of
    processes that would be stored as ``drawings``, of decisions and decision services that can be
    made, and of those that would be ``decision_drawings``."""

    findings: tuple[Finding, ...]
    process_ids: tuple[str, ...]
    drawings: tuple[str, ...] = ()
    decision_ids: tuple[str, ...] = ()
    decision_drawings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the files can be deployed."""
        return not any(f.refuses for f in self.findings)


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of one process. ``phase`` is the key of its phase (``A`` … ``E``) or None.

    ``latest`` marks the version that new cases start on, or the newest drawing of a process without
    a startable version. A drawing is not ``startable``: it is shown, but cannot be run.
    """

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
    startable: bool = True


@dataclass(frozen=True, slots=True)
class LiveProcess:
    """The version of a process that new cases start on; of one that cannot be started, its newest
    drawing. ``phase`` is the key of its phase or None, ``title`` the phase's title, else the
    process's name."""

    id: str
    process_id: str
    name: str
    phase: str | None
    title: str
    startable: bool


@dataclass(frozen=True, slots=True)
class LiveVersions:
    """The newest version of each process and of each decision, by its id, at some moment."""

    processes: Mapping[str, int]
    decisions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Deployment:
    """Files that were deployed together. ``new`` is False when the same bytes were deployed
    already."""

    id: str
    definitions: tuple[Definition, ...]
    findings: tuple[Finding, ...]
    new: bool
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """A drawn node, in the diagram's own pixels.

    ``kind`` is the BPMN element's local name (``userTask``, ``exclusiveGateway``, ``lane`` …),
    ``event`` the local name of an event's definition (``timerEventDefinition`` …) or None; of an
    event sub-process that is collapsed, its start event's. ``markers`` are the signs at its foot:
    ``loop``, ``parallel``, ``sequential``, ``compensation``, ``adhoc``, ``collection``.
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
    markers: tuple[str, ...] = ()
    triggered: bool = False
    """An event sub-process."""
    instantiating: bool = False
    """A receive task or an event-based gateway that begins the process."""
    parallel: bool = False
    """An event-based gateway that waits for all of its events."""
    marked: bool = True
    """Of an exclusive gateway: whether it shows its X."""
    global_task: str | None = None
    """Of a call activity that calls a global task: the kind of task that this is."""
    opens: str | None = None
    """Of a call activity: the id of the definition that it calls, as it is bound."""
    stroke: str | None = None
    """The colour of its lines as the file has it, ``#rrggbb``."""
    fill: str | None = None
    """The colour of its ground as the file has it, ``#rrggbb``."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A drawn connection. ``direction`` is an association's: ``none``, ``one`` or ``both``;
    ``envelope`` says whose message a message flow shows, ``initiating`` or ``non_initiating``."""

    id: str
    kind: str
    name: str
    waypoints: tuple[tuple[float, float], ...]
    label: tuple[float, float, float, float] | None = None
    default: bool = False
    conditional: bool = False
    direction: str = "none"
    envelope: str | None = None
    stroke: str | None = None
    """The colour of the line as the file has it, ``#rrggbb``."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The geometry of a diagram (BPMN DI). Shapes come outermost first (pools, lanes, nodes).

    ``planes`` are the insides of collapsed sub-processes, those within them too, each a drawing of
    its own whose ``element_id`` and ``name`` are the sub-process's.
    """

    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    x: float
    y: float
    width: float
    height: float
    element_id: str | None = None
    name: str = ""
    planes: tuple[Drawing, ...] = ()
    key: str = field(default="", compare=False)
    """The same for a drawing that is read again while nothing about it has changed; empty for one
    that is not kept."""


@dataclass(frozen=True, slots=True)
class PhaseDiagram:
    """The diagram of a phase: a version of its process; ``instance_id`` is the instance that a case
    has started on it, None of one that is ahead."""

    process_id: str
    definition_id: str
    version: int
    instance_id: str | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """A user task of a diagram as a row of a sheet. ``due`` are the attributes of the diagram's
    rule, such as ``{"after": "P5D", "calendar": "working"}``."""

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
    """A phase of the plan: its process and that process's activities."""

    key: str
    title: str
    process_id: str
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True)
class NamedElement:
    """An element as its diagram calls it: its BPMN name, its local name (``kind``) and that of its
    event definition."""

    name: str
    kind: str
    event: str | None = None


@dataclass(frozen=True, slots=True)
class NamedMessage:
    """A message as its diagram calls it, with the fields of its form."""

    label: str
    form: tuple[Field, ...] = ()
    offered: bool = False
    """Whether the diagram offers it to people."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a definition calls its parts, for those who read what has happened in it: elements and
    form fields by id, messages by name."""

    phase_title: str
    """The title of its sheet; "" when it is none."""
    elements: Mapping[str, NamedElement]
    fields: Mapping[str, Field]
    messages: Mapping[str, NamedMessage]
