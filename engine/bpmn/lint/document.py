"""A diagram as the checks see it: its elements by id, and for every scope its nodes and flows.

Unlike ``engine.bpmn.model`` this keeps what is wrong: elements without ids, flows without ends,
references to nothing. Nothing here judges; everything is built once, in time that grows with the
file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from engine.bpmn.model import ACTIVITIES, EVENTS, GATEWAYS
from engine.bpmn.names import flag, kind, local_reference, model_children, text

SCOPES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
"""Local names of the activities that hold flow nodes of their own."""
CHOREOGRAPHY = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
"""Local names of choreography activities, which are drawn and never run."""
NODES = ACTIVITIES | EVENTS | GATEWAYS | CHOREOGRAPHY
"""Local names of everything that a sequence flow can join."""


@dataclass(eq=False, slots=True)
class DiagramFlow:
    """A sequence flow; an end is None when its reference names no flow node."""

    element: etree._Element
    source: DiagramNode | None = None
    target: DiagramNode | None = None

    @property
    def id(self) -> str:
        """The flow's id, ``""`` when it has none."""
        return self.element.get("id") or ""

    @property
    def conditional(self) -> bool:
        """True when the flow has a condition, even an empty one."""
        return any(True for _ in model_children(self.element, "conditionExpression"))


@dataclass(eq=False, slots=True)
class DiagramNode:
    """A flow node. ``definitions`` are its event definitions, referenced ones resolved; ``inner``
    is what a sub-process holds."""

    element: etree._Element
    kind: str
    scope: Scope
    incoming: list[DiagramFlow] = field(default_factory=list)
    outgoing: list[DiagramFlow] = field(default_factory=list)
    boundary: list[DiagramNode] = field(default_factory=list)
    definitions: tuple[etree._Element, ...] = ()
    inner: Scope | None = None

    @property
    def id(self) -> str:
        """The node's id, ``""`` when it has none."""
        return self.element.get("id") or ""

    @property
    def events(self) -> tuple[str, ...]:
        """What it waits for or throws: ``message``, ``timer``, ``link`` …"""
        return tuple(kind(d).removesuffix("EventDefinition") for d in self.definitions)

    @property
    def default(self) -> str:
        """The id of its default flow, ``""`` when it has none."""
        return local_reference(self.element.get("default"))

    @property
    def event_triggered(self) -> bool:
        """True for an event sub-process."""
        return self.inner is not None and flag(self.element, "triggeredByEvent")

    @property
    def for_compensation(self) -> bool:
        """True for a compensation activity."""
        return flag(self.element, "isForCompensation")

    @property
    def link_target(self) -> bool:
        """True for a link event that is jumped to."""
        return self.kind == "intermediateCatchEvent" and "link" in self.events

    @property
    def apart(self) -> bool:
        """True when tokens do not come to it by sequence flows."""
        return (
            self.kind == "boundaryEvent"
            or self.event_triggered
            or self.for_compensation
            or self.link_target
        )


@dataclass(eq=False, slots=True)
class Scope:
    """A process or a sub-process and what stands directly in it."""

    element: etree._Element
    process: DiagramProcess
    owner: DiagramNode | None
    nodes: list[DiagramNode] = field(default_factory=list)
    flows: list[DiagramFlow] = field(default_factory=list)

    def of_kind(self, *kinds: str) -> Iterator[DiagramNode]:
        """The nodes directly in the scope that have one of these local names."""
        return (node for node in self.nodes if node.kind in kinds)


@dataclass(eq=False, slots=True)
class DiagramProcess:
    """A process element with all its scopes, the outermost first."""

    element: etree._Element
    executable: bool
    scopes: list[Scope] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The process's id, ``""`` when it has none."""
        return self.element.get("id") or ""

    def nodes(self) -> Iterator[DiagramNode]:
        """All flow nodes, those of sub-processes too."""
        return (node for scope in self.scopes for node in scope.nodes)

    def flows(self) -> Iterator[DiagramFlow]:
        """All sequence flows, those of sub-processes too."""
        return (flow for scope in self.scopes for flow in scope.flows)


class Document:
    """One file: ``by_id`` holds the first BPMN element of every id."""

    def __init__(self, tree: etree._ElementTree, filename: str):
        self.tree = tree
        self.root = tree.getroot()
        self.filename = filename
        self.elements: list[etree._Element] = []
        self.by_id: dict[str, etree._Element] = {}
        self._by_kind: dict[str, list[etree._Element]] = {}
        for element in _of_the_model(self.root):
            name = kind(element)
            self.elements.append(element)
            self._by_kind.setdefault(name, []).append(element)
            ident = element.get("id")
            if ident:
                self.by_id.setdefault(ident, element)
        self._nodes: dict[etree._Element, DiagramNode] = {}
        self.processes = [self._process(e) for e in model_children(self.root, "process")]
        self._connect()

    @property
    def executable(self) -> bool:
        """True when any process of the file is to be run."""
        return any(process.executable for process in self.processes)

    @cached_property
    def owners(self) -> dict[etree._Element, DiagramProcess]:
        """The processes by their XML element."""
        return {process.element: process for process in self.processes}

    def all_nodes(self) -> Iterator[DiagramNode]:
        """The flow nodes of every process."""
        return (node for process in self.processes for node in process.nodes())

    def of(self, *kinds: str) -> Iterator[etree._Element]:
        """The elements of these kinds, kind by kind, each in the file's order."""
        return (element for name in kinds for element in self._by_kind.get(name, ()))

    def scopes(self) -> Iterator[Scope]:
        """The processes and sub-processes of the file."""
        return (scope for process in self.processes for scope in process.scopes)

    def node(self, element: etree._Element | None) -> DiagramNode | None:
        """The flow node of an element, None when it is none."""
        return None if element is None else self._nodes.get(element)

    def target(self, reference: str | None) -> etree._Element | None:
        """The element that a reference within the file names, None when there is none."""
        return self.by_id.get(local_reference(reference))

    def process_of(self, element: etree._Element) -> DiagramProcess | None:
        """The process that an element stands in (or is)."""
        while element is not None:
            process = self.owners.get(element)
            if process is not None:
                return process
            element = element.getparent()
        return None

    def _process(self, element: etree._Element) -> DiagramProcess:
        process = DiagramProcess(element, flag(element, "isExecutable"))
        pending = [Scope(element, process, None)]
        while pending:
            scope = pending.pop()
            process.scopes.append(scope)
            for child in scope.element:
                name = kind(child)
                if name == "sequenceFlow":
                    scope.flows.append(DiagramFlow(child))
                elif name in NODES:
                    node = DiagramNode(child, name, scope, definitions=self._definitions(child))
                    scope.nodes.append(node)
                    self._nodes[child] = node
                    if name in SCOPES:
                        node.inner = Scope(child, process, node)
                        pending.append(node.inner)
        return process

    def _definitions(self, element: etree._Element) -> tuple[etree._Element, ...]:
        definitions = []
        for child in element:
            name = kind(child)
            if name.endswith("EventDefinition"):
                definitions.append(child)
            elif name == "eventDefinitionRef":
                referred = self.target(text(child))
                if referred is not None and kind(referred).endswith("EventDefinition"):
                    definitions.append(referred)
        return tuple(definitions)

    def _connect(self) -> None:
        for process in self.processes:
            for flow in process.flows():
                flow.source = self.node(self.target(flow.element.get("sourceRef")))
                flow.target = self.node(self.target(flow.element.get("targetRef")))
                if flow.source is not None:
                    flow.source.outgoing.append(flow)
                if flow.target is not None:
                    flow.target.incoming.append(flow)
        for node in self.all_nodes():
            if node.kind == "boundaryEvent":
                host = self.node(self.target(node.element.get("attachedToRef")))
                if host is not None:
                    host.boundary.append(node)


def _of_the_model(root: etree._Element) -> Iterator[etree._Element]:
    """The BPMN elements in the file's order, without those that another program keeps in
    extensionElements: they are no part of the model, so nothing can refer to them."""
    pending = [root]
    while pending:
        element = pending.pop()
        if kind(element):
            yield element
        if kind(element) != "extensionElements":
            pending.extend(reversed(element))
