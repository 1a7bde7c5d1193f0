"""The plain data of a process that runs: nodes, flows, events; no XML and no geometry.

``model`` reads it from a diagram.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ACTIVITIES = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "scriptTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
        "subProcess",
        "adHocSubProcess",
        "transaction",
        "callActivity",
    }
)
"""Local names of the activities that run (BPMN 2.0.2, 10.3)."""
GATEWAYS = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "complexGateway",
        "eventBasedGateway",
    }
)
"""Local names of the gateways that run (BPMN 2.0.2, 10.6)."""
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
"""Local names of the events that run (BPMN 2.0.2, 10.5)."""
GLOBAL_TASKS = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
"""Kinds of tasks that call activities share, and what kind of node each is when it runs."""
SCOPES = frozenset({"subProcess", "adHocSubProcess", "transaction"})
"""Local names of the activities that hold flow nodes of their own."""


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """What an event waits for or throws.

    ``kind`` is ``message``, ``timer``, ``signal``, ``error``, ``escalation``, ``conditional``,
    ``link``, ``terminate``, ``cancel`` or ``compensate``. ``name`` is the message's, signal's or
    link's name, or the error's or escalation's code (None: any).
    """

    kind: str
    name: str | None = None
    timer: tuple[str, str] | None = None
    """``("duration" | "date" | "cycle", text)``"""
    condition: str | None = None
    activity: str | None = None
    """Which activity is to be compensated; None: all that the event sees."""
    wait: bool = True
    """``waitForCompletion`` of a compensation event."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Loop characteristics: ``kind`` is ``loop``, ``parallel`` or ``sequential``. Texts are as
    drawn. ``behaviour`` is ``None``, ``One``, ``All`` or ``Complex``; ``events`` are what it
    throws as instances complete, each with its condition (None: always)."""

    kind: str
    condition: str | None = None
    maximum: int | None = None
    test_before: bool = False
    cardinality: str | None = None
    collection: str | None = None
    """A variable's name, or ``= FEEL``."""
    item: str | None = None
    output: str | None = None
    output_item: str | None = None
    """What a round gives to ``output``: its local variable of that name, or ``= FEEL``."""
    behaviour: str = "All"
    events: tuple[tuple[str | None, EventDefinition], ...] = ()


@dataclass(frozen=True, slots=True)
class AdHoc:
    """What an ad-hoc sub-process says of its order and its end (BPMN 2.0.2, Table 10.22)."""

    sequential: bool = False
    completion: str | None = None
    cancel_remaining: bool = True


@dataclass(frozen=True, slots=True)
class DecisionCall:
    """What a business rule task asks: ``sp:decision``, or what another tool's attributes say.

    ``decision`` is the decision's id. ``binding`` is ``latest``, ``deployment`` or a version's
    number. ``result`` is the variable that gets the result; None: each entry of the result
    becomes a variable of its own. ``mapping`` is what of the result it gets:

    ``value``           the decision's value as DMN defines it
    ``singleEntry``     the one entry of the one rule that matched, null when none did
    ``singleResult``    that rule's outputs as a context, null when none did
    ``collectEntries``  a list with the one output of every rule that matched
    ``resultList``      a list with the outputs of every rule that matched, as contexts

    ``inputs`` are pairs of FEEL text and name: what the decision sees; none: all variables.
    """

    decision: str
    binding: str | int = "latest"
    result: str | None = None
    mapping: str = "value"
    inputs: tuple[tuple[str, str], ...] = ()


DECISION_MAPPINGS = ("value", "singleEntry", "singleResult", "collectEntries", "resultList")
"""What of a decision's result a variable can get (see ``DecisionCall``)."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow between the nodes with the ids ``source`` and ``target``; ``condition`` is
    text as drawn."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node. ``kind`` is its BPMN local name; ``scope`` the id of the process or
    sub-process that holds it."""

    id: str
    kind: str
    name: str
    scope: str
    events: tuple[EventDefinition, ...] = ()
    parallel_multiple: bool = False
    default: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    loop: Loop | None = None
    script: str | None = None
    message: str | None = None
    called: str | None = None
    event_triggered: bool = False
    for_compensation: bool = False
    start_quantity: int = 1
    completion_quantity: int = 1
    activation: str | None = None
    """``activationCondition`` of a complex gateway."""
    ad_hoc: AdHoc | None = None
    instantiate: bool = False
    all_events: bool = False
    """An event-based gateway of type Parallel: every one of its events is needed."""
    associated: tuple[str, ...] = ()
    """The elements that associations lead to."""
    inputs: tuple[tuple[str, str], ...] = ()
    """``sp:in`` of a task or sub-process: FEEL texts and the local variables that get them."""
    outputs: tuple[tuple[str, str], ...] = ()
    """``sp:out``: FEEL texts and the variables that get them when it is done."""
    decision: DecisionCall | None = None
    """What a business rule task asks."""
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()

    @property
    def is_scope(self) -> bool:
        """True when it holds flow nodes of its own."""
        return self.kind in SCOPES

    @property
    def interrupts(self) -> bool:
        """Does what it waits for end work beside it? Only boundary events and starts of event
        sub-processes listen beside anything."""
        return self.interrupting and self.kind in ("boundaryEvent", "startEvent")


@dataclass(frozen=True, slots=True)
class Process:
    """One executable unit: all nodes of the process and of its embedded sub-processes by id."""

    id: str
    name: str
    executable: bool
    nodes: Mapping[str, Node]
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids of the nodes directly in each scope, by the scope's id, in the order drawn."""

    def inside(self, scope: str) -> Iterator[Node]:
        """The nodes directly in the scope with this id, in the order drawn."""
        return (self.nodes[node] for node in self.children.get(scope, ()))

    def starts(self) -> Iterator[Node]:
        """The nodes that an event can start the process at: start events, receive tasks that
        instantiate, and the events behind a gateway that does (BPMN 2.0.2, 13.2)."""
        for node in self.inside(self.id):
            gateways = (self.nodes.get(f.source) for f in node.incoming)
            instantiates = node.instantiate and node.kind == "receiveTask"
            if (
                node.kind == "startEvent"
                or instantiates
                or any(g.kind == "eventBasedGateway" and g.instantiate for g in gateways if g)
            ):
                yield node

    def boundary_events(self, activity: str) -> Iterator[Node]:
        """The events on the border of the activity with this id."""
        return (n for n in self.nodes.values() if n.attached_to == activity)
