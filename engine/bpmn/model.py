"""A diagram's processes as plain data: what runs, without XML and without geometry.

The reader takes the safe tree of ``source.parse`` and gives one ``Process`` per process element.
It judges nothing (``lint`` does); references may be qualified names, and what a reference names
is looked up once, here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.names import bpmn, kind

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
GATEWAYS = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "complexGateway",
        "eventBasedGateway",
    }
)
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
SCOPES = frozenset({"subProcess", "adHocSubProcess", "transaction"})


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


@dataclass(frozen=True, slots=True)
class Loop:
    """Loop characteristics: ``kind`` is ``loop``, ``parallel`` or ``sequential``. Texts are as
    drawn."""

    kind: str
    condition: str | None = None
    maximum: int | None = None
    test_before: bool = False
    cardinality: str | None = None
    collection: str | None = None
    item: str | None = None
    output: str | None = None
    output_item: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
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
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()

    @property
    def is_scope(self) -> bool:
        return self.kind in SCOPES


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
        return (self.nodes[node] for node in self.children.get(scope, ()))

    def boundary_events(self, activity: str) -> Iterator[Node]:
        return (n for n in self.nodes.values() if n.attached_to == activity)


def read(tree: etree._ElementTree | etree._Element) -> tuple[Process, ...]:
    """Every process of a parsed file, in the file's order."""
    root = tree.getroot() if isinstance(tree, etree._ElementTree) else tree
    return tuple(_Reader(root).process(p) for p in root if kind(p) == "process")


def _local_ref(text: str | None) -> str | None:
    """``tns:order`` and ``order`` name the same element; blanks around it mean nothing."""
    if text is None or not text.strip():
        return None
    return text.strip().rpartition(":")[2]


def _text(element: etree._Element, name: str) -> str | None:
    """The text of the child ``name``: comments inside are no part of it."""
    child = element.find(bpmn(name))
    if child is None:
        return None
    return "".join(part for part in _texts(child)).strip()


def _texts(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield child.tail or ""


class _Reader:
    """Looks up references in one file while its processes are read."""

    def __init__(self, root: etree._Element) -> None:
        self.roots = {e.get("id"): e for e in root if isinstance(e.tag, str) and e.get("id")}

    def process(self, element: etree._Element) -> Process:
        nodes: dict[str, Node] = {}
        children: dict[str, tuple[str, ...]] = {}
        pending = [element]
        while pending:
            scope = pending.pop()
            scope_id = scope.get("id", "")
            flows = self._flows(scope)
            held = []
            for child in scope:
                name = kind(child)
                if name not in ACTIVITIES | GATEWAYS | EVENTS:
                    continue
                node = self._node(child, name, scope_id, flows)
                nodes[node.id] = node
                held.append(node.id)
                if node.is_scope:
                    pending.append(child)
            children[scope_id] = tuple(held)
        return Process(
            id=element.get("id", ""),
            name=element.get("name") or element.get("id", ""),
            executable=element.get("isExecutable") == "true",
            nodes=nodes,
            children=children,
        )

    def _flows(self, scope: etree._Element) -> list[Flow]:
        return [
            Flow(
                id=e.get("id", ""),
                name=e.get("name", ""),
                source=_local_ref(e.get("sourceRef")) or "",
                target=_local_ref(e.get("targetRef")) or "",
                condition=_text(e, "conditionExpression"),
            )
            for e in scope
            if kind(e) == "sequenceFlow"
        ]

    def _node(self, e: etree._Element, name: str, scope: str, flows: list[Flow]) -> Node:
        node_id = e.get("id", "")
        interrupting = e.get("cancelActivity" if name == "boundaryEvent" else "isInterrupting")
        return Node(
            id=node_id,
            kind=name,
            name=e.get("name", ""),
            scope=scope,
            events=tuple(self._events(e)),
            parallel_multiple=e.get("parallelMultiple") == "true",
            default=_local_ref(e.get("default")),
            attached_to=_local_ref(e.get("attachedToRef")),
            interrupting=interrupting != "false",
            loop=self._loop(e),
            script=_text(e, "script"),
            message=self._root_name(e.get("messageRef")),
            called=_local_ref(e.get("calledElement")),
            event_triggered=e.get("triggeredByEvent") == "true",
            for_compensation=e.get("isForCompensation") == "true",
            incoming=tuple(f for f in flows if f.target == node_id),
            outgoing=tuple(f for f in flows if f.source == node_id),
        )

    def _events(self, e: etree._Element) -> Iterator[EventDefinition]:
        for child in e:
            name = kind(child)
            if name == "eventDefinitionRef":
                referred = self.roots.get(_local_ref(child.text))
                if referred is not None:
                    yield self._event(referred)
            elif name.endswith("EventDefinition"):
                yield self._event(child)

    def _event(self, e: etree._Element) -> EventDefinition:
        what = kind(e).removesuffix("EventDefinition")
        if what in ("error", "escalation"):
            referred = self.roots.get(_local_ref(e.get(f"{what}Ref")))
            code = None
            if referred is not None:
                code = referred.get(f"{what}Code") or referred.get("name") or referred.get("id")
            return EventDefinition(what, name=code)
        if what == "timer":
            for timer in ("duration", "date", "cycle"):
                text = _text(e, f"time{timer.capitalize()}")
                if text is not None:
                    return EventDefinition(what, timer=(timer, text))
            return EventDefinition(what)
        if what == "conditional":
            return EventDefinition(what, condition=_text(e, "condition"))
        if what == "link":
            return EventDefinition(what, name=e.get("name"))
        if what == "compensate":
            return EventDefinition(what, activity=_local_ref(e.get("activityRef")))
        return EventDefinition(what, name=self._root_name(e.get(f"{what}Ref")))

    def _root_name(self, ref: str | None) -> str | None:
        """The name of the message or signal that ``ref`` refers to; its id when it has none."""
        referred = self.roots.get(_local_ref(ref))
        return None if referred is None else referred.get("name") or referred.get("id")

    @staticmethod
    def _loop(e: etree._Element) -> Loop | None:
        standard = e.find(bpmn("standardLoopCharacteristics"))
        if standard is not None:
            maximum = standard.get("loopMaximum", "")
            return Loop(
                "loop",
                condition=_text(standard, "loopCondition"),
                maximum=int(maximum) if maximum.isdigit() else None,
                test_before=standard.get("testBefore") == "true",
            )
        multi = e.find(bpmn("multiInstanceLoopCharacteristics"))
        if multi is None:
            return None
        item = multi.find(bpmn("inputDataItem"))
        output_item = multi.find(bpmn("outputDataItem"))
        return Loop(
            "sequential" if multi.get("isSequential") == "true" else "parallel",
            condition=_text(multi, "completionCondition"),
            cardinality=_text(multi, "loopCardinality"),
            collection=_text(multi, "loopDataInputRef"),
            item=_item_name(item),
            output=_text(multi, "loopDataOutputRef"),
            output_item=_item_name(output_item),
        )


def _item_name(e: etree._Element | None) -> str | None:
    return None if e is None else e.get("name") or e.get("id")
