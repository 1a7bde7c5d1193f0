"""A diagram's processes as plain data: what runs, without XML and without geometry.

The reader takes the safe tree of ``source.parse`` and gives one ``Process`` per process element.
It judges nothing (``lint`` does); references may be qualified names, and what a reference names
is looked up once, here.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn import vendor
from engine.bpmn.decision import read_decision
from engine.bpmn.mappings import MAPPED, read_mappings
from engine.bpmn.names import bpmn, flag, kind, sp
from engine.bpmn.nodes import (
    ACTIVITIES,
    EVENTS,
    GATEWAYS,
    GLOBAL_TASKS,
    SCOPES,
    AdHoc,
    DecisionCall,
    EventDefinition,
    Flow,
    Loop,
    Node,
    Process,
)

__all__ = [
    "ACTIVITIES",
    "EVENTS",
    "GATEWAYS",
    "GLOBAL_TASKS",
    "SCOPES",
    "AdHoc",
    "DecisionCall",
    "EventDefinition",
    "Flow",
    "Loop",
    "Node",
    "Process",
    "read",
]


def read(tree: etree._ElementTree | etree._Element) -> tuple[Process, ...]:
    """Every process of a parsed file, in the file's order; a global task is a process of one
    node, which has the same id (BPMN 2.0.2, 10.3.6: what a call activity may call). What other
    tools have written into it is translated first, in the tree itself."""
    root = tree.getroot() if isinstance(tree, etree._ElementTree) else tree
    vendor.translate(root)
    reader = _ModelReader(root)
    made = (reader.process(e) if kind(e) == "process" else reader.global_task(e) for e in root)
    return tuple(process for process in made if process is not None)


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


class _ModelReader:
    """Looks up references in one file while its processes are read."""

    def __init__(self, root: etree._Element) -> None:
        self.roots = {e.get("id"): e for e in root if isinstance(e.tag, str) and e.get("id")}
        self.associated: dict[str, list[str]] = {}
        for e in root.iter(bpmn("association")):
            source, target = _local_ref(e.get("sourceRef")), _local_ref(e.get("targetRef"))
            if source and target:
                self.associated.setdefault(source, []).append(target)
                # Drawn the other way round it means the same.
                self.associated.setdefault(target, []).append(source)

    def global_task(self, e: etree._Element) -> Process | None:
        """A global task as a process of one node; None for anything else, or without an id."""
        name = GLOBAL_TASKS.get(kind(e))
        task_id = e.get("id", "")
        if name is None or not task_id:
            return None
        node = self._node(e, name, task_id, [])
        return Process(
            id=task_id,
            name=e.get("name") or task_id,
            executable=True,
            nodes={task_id: node},
            children={task_id: (task_id,)},
        )

    def process(self, element: etree._Element) -> Process:
        """A process element with all that it holds."""
        nodes: dict[str, Node] = {}
        children: dict[str, tuple[str, ...]] = {}
        # A flow belongs to the nodes that it joins, whichever scope it is written in.
        flows = [f for scope in (element, *element.iter(*_SCOPES)) for f in self._flows(scope)]
        pending = [element]
        while pending:
            scope = pending.pop()
            scope_id = scope.get("id", "")
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
            executable=flag(element, "isExecutable"),
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
        interrupts = "cancelActivity" if name == "boundaryEvent" else "isInterrupting"
        return Node(
            id=node_id,
            kind=name,
            name=e.get("name", ""),
            scope=scope,
            events=tuple(self._events(e)),
            parallel_multiple=flag(e, "parallelMultiple"),
            default=_local_ref(e.get("default")),
            attached_to=_local_ref(e.get("attachedToRef")),
            # A compensation is waited for when its activity is done: cancelActivity does not apply
            # to it (BPMN 2.0.2, Table 10.89).
            interrupting=flag(e, interrupts, True) or _compensates(e),
            loop=self._loop(e),
            script=_text(e, "script"),
            message=self._root_name(e.get("messageRef")),
            called=_called(e),
            event_triggered=flag(e, "triggeredByEvent"),
            for_compensation=flag(e, "isForCompensation"),
            start_quantity=_quantity(e.get("startQuantity")),
            completion_quantity=_quantity(e.get("completionQuantity")),
            activation=_text(e, "activationCondition"),
            ad_hoc=_ad_hoc(e) if name == "adHocSubProcess" else None,
            instantiate=flag(e, "instantiate"),
            all_events=e.get("eventGatewayType") == "Parallel",
            associated=tuple(self.associated.get(node_id, ())),
            inputs=_local_mappings(e, name, "in"),
            outputs=_local_mappings(e, name, "out"),
            decision=read_decision(e),
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
            return EventDefinition(
                what,
                activity=_local_ref(e.get("activityRef")),
                wait=flag(e, "waitForCompletion", True),
            )
        return EventDefinition(what, name=self._root_name(e.get(f"{what}Ref")))

    def _root_name(self, ref: str | None) -> str | None:
        """The name of the message or signal that ``ref`` refers to; its id when it has none."""
        referred = self.roots.get(_local_ref(ref))
        return None if referred is None else referred.get("name") or referred.get("id")

    def _loop(self, e: etree._Element) -> Loop | None:
        standard = e.find(bpmn("standardLoopCharacteristics"))
        if standard is not None:
            maximum = standard.get("loopMaximum", "")
            return Loop(
                "loop",
                condition=_text(standard, "loopCondition"),
                maximum=int(maximum) if maximum.isdigit() else None,
                test_before=flag(standard, "testBefore"),
            )
        multi = e.find(bpmn("multiInstanceLoopCharacteristics"))
        if multi is None:
            return None
        item = multi.find(bpmn("inputDataItem"))
        output_item = multi.find(bpmn("outputDataItem"))
        return Loop(
            "sequential" if flag(multi, "isSequential") else "parallel",
            condition=_text(multi, "completionCondition"),
            cardinality=_text(multi, "loopCardinality"),
            collection=multi.get(sp("collection")) or _text(multi, "loopDataInputRef"),
            item=multi.get(sp("item")) or _item_name(item),
            output=multi.get(sp("output")) or _text(multi, "loopDataOutputRef"),
            output_item=multi.get(sp("outputItem")) or _item_name(output_item),
            behaviour=multi.get("behavior") or "All",
            events=tuple(self._loop_events(multi)),
        )

    def _loop_events(self, multi: etree._Element) -> Iterator[tuple[str | None, EventDefinition]]:
        behaviour = multi.get("behavior")
        if behaviour in ("None", "One"):
            name = f"{behaviour.lower()}BehaviorEventRef"
            referred = self.roots.get(_local_ref(multi.get(name)))
            if referred is not None:
                yield None, self._event(referred)
        elif behaviour == "Complex":
            for definition in multi.iterchildren(bpmn("complexBehaviorDefinition")):
                thrown = definition.find(bpmn("event"))
                for event in () if thrown is None else self._events(thrown):
                    yield _text(definition, "condition"), event


_SCOPES = tuple(bpmn(name) for name in SCOPES)


def _item_name(e: etree._Element | None) -> str | None:
    return None if e is None else e.get("name") or e.get("id")


def _compensates(e: etree._Element) -> bool:
    return kind(e) == "boundaryEvent" and e.find(bpmn("compensateEventDefinition")) is not None


def _called(e: etree._Element) -> str | None:
    called = e.get("calledElement")
    return called if called and called.lstrip().startswith("=") else _local_ref(called)


def _local_mappings(e: etree._Element, name: str, way: str) -> tuple[tuple[str, str], ...]:
    """A call activity's mappings are its child's, a business rule task's inputs its decision's."""
    if name not in MAPPED or (name == "businessRuleTask" and way == "in"):
        return ()
    return tuple((m.source, m.target) for m in read_mappings(e, way))


def _quantity(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and int(text) > 0 else 1


def _ad_hoc(e: etree._Element) -> AdHoc:
    return AdHoc(
        sequential=e.get("ordering") == "Sequential",
        completion=_text(e, "completionCondition"),
        cancel_remaining=flag(e, "cancelRemainingInstances", True),
    )
