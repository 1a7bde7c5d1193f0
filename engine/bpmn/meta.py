"""What a diagram says beyond BPMN, as frozen values (read by ``engine.bpmn.vocabulary``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.bpmn.forms import FormField
from engine.views import CustomerRule

Calendar = Literal["working", "calendar"]
"""What a due rule counts: working days or calendar days."""
DEFAULT_MEANING = "Utfört"
"""What a signature says that it means when the diagram does not ("done")."""
Binding = Literal["latest", "deployment"] | int
"""Which version a call takes: the latest, that of the same deployment, or a numbered one."""


@dataclass(frozen=True, slots=True)
class PhaseMeta:
    """``sp:phase``: this process is one of the sheets, ``order`` counts from 1."""

    key: str
    title: str
    order: int


@dataclass(frozen=True, slots=True)
class Variable:
    """``sp:variable``: ``default`` is FEEL text (without ``=``), evaluated when an instance starts
    and has no such variable."""

    name: str
    default: str


@dataclass(frozen=True, slots=True)
class ActivityRef:
    """``sp:activity``: the sheet and the row that a task is."""

    phase: str
    order: int


@dataclass(frozen=True, slots=True)
class DueRule:
    """``sp:due``: one of ``after`` and ``before``, ISO 8601 durations as written, or ``on``: a
    date as written, or ``= FEEL`` that gives one (or a duration from the opening; null: no date).

    Counted from the variable ``of`` (a date), or from the day the task opens when ``of`` is None
    or its variable is missing. ``calendar`` ``working`` counts working days.
    """

    after: str | None = None
    before: str | None = None
    of: str | None = None
    calendar: Calendar = "calendar"
    on: str | None = None

    def words(self) -> dict[str, str]:
        """The rule in the diagram's own words: ``{"after": "P5D", "calendar": "working"}``."""
        pairs = (("after", self.after), ("before", self.before), ("of", self.of), ("on", self.on))
        words = {k: v for k, v in pairs if v is not None}
        return words if self.on is not None else words | {"calendar": self.calendar}


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One point of the checklist. ``applies`` is FEEL: when it is false, no tick is needed."""

    id: str
    text: str
    applies: str | None = None


@dataclass(frozen=True, slots=True)
class SignatureRule:
    """``sp:signature``. ``counter_role`` is the role of a second signer, None for none; ``not_by``
    are the ids of the tasks whose doers may not do this one."""

    required: bool = False
    meaning: str = DEFAULT_MEANING
    counter_role: str | None = None
    not_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskMeta:
    """A user task (or manual task) and all that our vocabulary says of it."""

    id: str
    name: str
    kind: str
    role: str | None = None
    """That of its lane; when no lane says one, the first role of ``sp:role`` that there is."""
    assignee: str | None = None
    """``sp:assignee``: the user name of the person who gets it, as written or ``= FEEL``."""
    documentation: str = ""
    due: DueRule | None = None
    checklist: tuple[CheckItem, ...] = ()
    form: tuple[FormField, ...] = ()
    signature: SignatureRule = SignatureRule()
    activity: ActivityRef | None = None


@dataclass(frozen=True, slots=True)
class VariableMapping:
    """``sp:in`` or ``sp:out``: the FEEL text ``source`` gives the variable ``target``."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class CallMeta:
    """A call activity. ``binding`` is ``latest``, ``deployment`` or a version's number. With
    ``all_in`` all variables go in, and the ``inputs`` over them; with ``all_out`` all that the
    child has set comes out, and the ``outputs`` over it. Where that is said (``said_all_out``), and
    not only so because nothing is, what the ``inputs`` gave it comes out too. ``called`` is an id,
    or ``= FEEL``."""

    id: str
    name: str
    called: str
    binding: Binding = "latest"
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    all_in: bool = True
    all_out: bool = True
    said_all_out: bool = False


@dataclass(frozen=True, slots=True)
class MessageMeta:
    """A message that people may send from a case's page. ``name`` is what ``deliver`` takes."""

    id: str
    name: str
    label: str
    roles: tuple[str, ...] = ()
    form: tuple[FormField, ...] = ()
    offered: bool = False
    """True when the diagram has an ``sp:message`` for it."""


@dataclass(frozen=True, slots=True)
class CaseMeta:
    """``sp:case``: whether a case of this process belongs to a customer (None: not said, so no one
    is asked, and a program may name one), and which variables learn the customer's name, the
    case's number and the date that it is planned to start on."""

    customer: CustomerRule | None = None
    customer_name: str | None = None
    number: str | None = None
    start_date: str | None = None
    start_date_label: str = ""
    """What pages call that date."""
    lead_role: str | None = None
    """The role whose person answers for the case: plans it and hands its work out."""


@dataclass(frozen=True, slots=True)
class StartMeta:
    """How people start a process. ``starters`` are the roles of ``sp:starter``, None when there is
    none; ``everyone`` lets all start it who can sign in; ``lane`` is the role in whose lane the
    start event stands; ``form`` is what it asks for. Not ``plain``: only a message, a timer or
    another trigger starts it."""

    starters: frozenset[str] | None = None
    everyone: bool = False
    lane: str | None = None
    form: tuple[FormField, ...] = ()
    plain: bool = True


@dataclass(frozen=True, slots=True)
class ProcessMeta:
    """One process of a diagram. ``tasks`` and ``calls`` are by element id, in the diagram's order;
    ``messages`` are those that the process waits for, by message name."""

    id: str
    name: str
    executable: bool
    documentation: str = ""
    phase: PhaseMeta | None = None
    variables: tuple[Variable, ...] = ()
    tasks: Mapping[str, TaskMeta] = field(default_factory=dict)
    calls: Mapping[str, CallMeta] = field(default_factory=dict)
    messages: Mapping[str, MessageMeta] = field(default_factory=dict)
    initiator: str | None = None
    """``sp:initiator``: the variable that gets the user name of the one who starts the process."""
    title: str | None = None
    """``sp:title``: the FEEL text whose value tells the instances of the process apart."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Role of every node that stands in a lane, by element id."""
    case: CaseMeta = CaseMeta()
    start: StartMeta = StartMeta()
