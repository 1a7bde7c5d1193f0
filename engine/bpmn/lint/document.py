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
from engine.bpmn.names import kind, local_reference, model_children, text

SCOPES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
CHOREOGRAPHY = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
NODES = ACTIVITIES | EVENTS | GATEWAYS | CHOREOGRAPHY


@dataclass(eq=False, slots=True)
class Flow:
    """A sequence flow; an end is None when its reference names no flow node."""

    element: etree._Element
    source: Node | None = None
    target: Node | None = None

    @property
    def id(self) -> str:
        return self.element.get("id") or ""

    @property
    def conditional(self) -> bool:
        return any(True for _ in model_children(self.element, "conditionExpression"))


@dataclass(eq=False, slots=True)
class Node:
    """A flow node. ``definitions`` are its event definitions, referenced ones resolved; ``inner``
    is what a sub-process holds."""

    element: etree._Element
    kind: str
    scope: Scope
    incoming: list[Flow] = field(default_factory=list)
    outgoing: list[Flow] = field(default_factory=list)
    boundary: list[Node] = field(default_factory=list)
    definitions: tuple[etree._Element, ...] = ()
    inner: Scope | None = None

    @property
    def id(self) -> str:
        return self.element.get("id") or ""

    @property
    def events(self) -> tuple[str, ...]:
        """What it waits for or throws: ``message``, ``timer``, ``link`` …"""
        return tuple(kind(d).removesuffix("EventDefinition") for d in self.definitions)

    @property
    def default(self) -> str:
        return local_reference(self.element.get("default"))

    @property
    def event_triggered(self) -> bool:
        return self.inner is not None and flag(self.element, "triggeredByEvent")

    @property
    def for_compensation(self) -> bool:
        return flag(self.element, "isForCompensation")

    @property
    def link_target(self) -> bool:
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
    process: Process
    owner: Node | None
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    def of_kind(self, *kinds: str) -> Iterator[Node]:
        return (node for node in self.nodes if node.kind in kinds)


@dataclass(eq=False, slots=True)
class Process:
    """A process element with all its scopes, the outermost first."""

    element: etree._Element
    executable: bool
    scopes: list[Scope] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.element.get("id") or ""

    def nodes(self) -> Iterator[Node]:
        return (node for scope in self.scopes for node in scope.nodes)

    def flows(self) -> Iterator[Flow]:
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
        self._nodes: dict[etree._Element, Node] = {}
        self.processes = [self._process(e) for e in model_children(self.root, "process")]
        self._connect()

    @property
    def executable(self) -> bool:
        """True when any process of the file is to be run."""
        return any(process.executable for process in self.processes)

    @cached_property
    def owners(self) -> dict[etree._Element, Process]:
        return {process.element: process for process in self.processes}

    def all_nodes(self) -> Iterator[Node]:
        return (node for process in self.processes for node in process.nodes())

    def of(self, *kinds: str) -> Iterator[etree._Element]:
        """The elements of these kinds, kind by kind, each in the file's order."""
        return (element for name in kinds for element in self._by_kind.get(name, ()))

    def scopes(self) -> Iterator[Scope]:
        return (scope for process in self.processes for scope in process.scopes)

    def node(self, element: etree._Element | None) -> Node | None:
        """The flow node of an element, None when it is none."""
        return None if element is None else self._nodes.get(element)

    def target(self, reference: str | None) -> etree._Element | None:
        """The element that a reference within the file names, None when there is none."""
        return self.by_id.get(local_reference(reference))

    def process_of(self, element: etree._Element) -> Process | None:
        """The process that an element stands in (or is)."""
        while element is not None:
            found = self.owners.get(element)
            if found is not None:
                return found
            element = element.getparent()
        return None

    def _process(self, element: etree._Element) -> Process:
        process = Process(element, flag(element, "isExecutable"))
        pending = [Scope(element, process, None)]
        while pending:
            scope = pending.pop()
            process.scopes.append(scope)
            for child in scope.element:
                name = kind(child)
                if name == "sequenceFlow":
                    scope.flows.append(Flow(child))
                elif name in NODES:
                    node = Node(child, name, scope, definitions=self._definitions(child))
                    scope.nodes.append(node)
                    self._nodes[child] = node
                    if name in SCOPES:
                        node.inner = Scope(child, process, node)
                        pending.append(node.inner)
        return process

    def _definitions(self, element: etree._Element) -> tuple[etree._Element, ...]:
        found = []
        for child in element:
            name = kind(child)
            if name.endswith("EventDefinition"):
                found.append(child)
            elif name == "eventDefinitionRef":
                referred = self.target(text(child))
                if referred is not None and kind(referred).endswith("EventDefinition"):
                    found.append(referred)
        return tuple(found)

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


def flag(element: etree._Element, name: str, default: bool = False) -> bool:
    """An xsd:boolean attribute."""
    value = element.get(name)
    return default if value is None else value.strip() in ("true", "1")
