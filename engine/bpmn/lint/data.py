"""Data: inputs, outputs and the types that they share (BPMN 2.0.2 §10.4).

The engine runs on variables; these rules keep what is drawn consistent, so they only warn.
"""

from __future__ import annotations

from collections import Counter

from lxml import etree

from engine.bpmn.lint.document import DiagramNode, Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import flag, kind, local_reference, model_child, model_children, text

_PAYLOAD = ("message", "signal", "error", "escalation")
_GLOBAL_TASKS = (
    *("globalTask", "globalUserTask", "globalManualTask", "globalScriptTask"),
    "globalBusinessRuleTask",
)
_OWN_END = {"dataInputAssociation": "targetRef", "dataOutputAssociation": "sourceRef"}
_CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")


def item_of(document: Document, element: etree._Element | None) -> etree._Element | None:
    """The item definition of a data element, or that a message, signal … carries."""
    if element is None:
        return None
    reference = (
        element.get("itemSubjectRef") or element.get("itemRef") or element.get("structureRef")
    )
    return document.target(reference) if kind(element) != "itemDefinition" else element


def same_item(first: etree._Element | None, second: etree._Element | None) -> bool:
    """The same item definition, or two with the same structure (and none of them empty)."""
    if first is second:
        return True
    if first is None or second is None:
        return False
    structure = first.get("structureRef")
    return bool(structure) and structure == second.get("structureRef")


def collections(document: Document, report: Reporter) -> None:
    """§10.4.1: isCollection of a data object, input or output matches its item definition."""
    for element in document.of("dataInput", "dataOutput", "dataObject"):
        item = item_of(document, element)
        if item is None or kind(item) != "itemDefinition":
            continue
        if flag(element, "isCollection") != flag(item, "isCollection"):
            report("data_collection", element, item=item)


def specifications(document: Document, report: Reporter) -> None:
    """§10.4.1: an ioSpecification belongs to a process or a task, not to a sub-process; it has an
    input set and an output set, and each input and output is in one."""
    for scope in document.scopes():
        if scope.owner is not None and model_child(scope.element, "ioSpecification") is not None:
            report("specification_in_subprocess", scope.element)
    for element in document.of("ioSpecification"):
        for name, holder in (("dataInput", "inputSet"), ("dataOutput", "outputSet")):
            sets = list(model_children(element, holder))
            if not sets:
                report("data_set_missing", element.getparent(), at=element, name=holder)
            used = {
                local_reference(text(reference))
                for each in sets
                for reference in model_children(each, f"{name}Refs")
            }
            for data in model_children(element, name):
                if data.get("id") not in used:
                    report("data_not_in_set", element.getparent(), at=data, data=data, name=holder)
            _sets(document, element, name, sets, report)
        _pairs(element, report)


def _sets(
    document: Document,
    specification: etree._Element,
    name: str,
    sets: list[etree._Element],
    report: Reporter,
) -> None:
    """Table 10.61, Table 10.62: a set holds what its own specification has; what is optional in it
    or comes while the activity is under way is in the set."""
    own = {data.get("id") for data in model_children(specification, name)}
    way = name.removeprefix("data")
    for each in sets:
        held = [local_reference(text(e)) for e in model_children(each, f"{name}Refs")]
        for ident in held:
            if ident not in own and document.by_id.get(ident) is not None:
                report("data_set_foreign", specification.getparent(), at=each, value=ident)
        for more in (f"optional{way}Refs", f"whileExecuting{way}Refs"):
            for reference in model_children(each, more):
                if local_reference(text(reference)) not in held:
                    owner, value = specification.getparent(), text(reference)
                    report("data_set_optional", owner, at=reference, name=more, value=value)


def _pairs(specification: etree._Element, report: Reporter) -> None:
    """Table 10.61, Table 10.62: an input set and an output set that belong together name each
    other."""
    pairs = [
        {
            (each.get("id"), local_reference(text(other)))
            for each in model_children(specification, holder)
            for other in model_children(each, f"{other_holder}Refs")
        }
        for holder, other_holder in (("inputSet", "outputSet"), ("outputSet", "inputSet"))
    ]
    known = {each.get("id") for each in model_children(specification, "inputSet", "outputSet")}
    for one, other in sorted(pairs[0] ^ {(b, a) for a, b in pairs[1]}, key=str):
        if {one, other} <= known:
            owner = specification.getparent()
            report("data_sets_unpaired", owner, at=specification, first=one, second=other)


def associations(document: Document, report: Reporter) -> None:
    """§10.4.1 "Data Associations": nothing is written to what a process takes in, and nothing is
    read from what it gives out."""
    wrong = {"dataOutputAssociation": ("targetRef", "dataInput", "output_to_input")}
    wrong["dataInputAssociation"] = ("sourceRef", "dataOutput", "input_from_output")
    for element in document.of(*wrong):
        end, forbidden, code = wrong[kind(element)]
        target = document.target(text(model_child(element, end)))
        if target is not None and kind(target) == forbidden:
            report(code, element, target=target)


def association_ends(document: Document, report: Reporter) -> None:
    """§10.4.1 "Data Associations": what goes into an activity or an event ends at an input of it,
    and what comes out begins at an output of it. (Many tools use a property instead.)"""
    for element in document.of(*_OWN_END):
        owner = element.getparent()
        for reference in model_children(element, _OWN_END[kind(element)]):
            end = document.target(text(reference))
            if end is not None and owner not in (end, *end.iterancestors()):
                report("data_association_elsewhere", owner, at=element, end=end)


def association_sources(document: Document, report: Reporter) -> None:
    """§10.4.1 "Data Associations": without a transformation (or assignments) what one source holds
    is copied, so there is one."""
    for element in document.of(*_OWN_END):
        changed = model_child(element, "transformation", "assignment") is not None
        if not changed and len(list(model_children(element, "sourceRef"))) > 1:
            report("data_association_sources", element.getparent(), at=element)


def visible(document: Document, report: Reporter) -> None:
    """§10.4.1 "Data Objects", "Properties": they are seen in the process, sub-process, activity or
    event that they stand in and in what stands in there."""
    for element in document.of("dataObjectReference"):
        _seen(element, element, document.target(element.get("dataObjectRef")), report)
    for element in document.of(*_OWN_END):
        for reference in model_children(element, "sourceRef", "targetRef"):
            _seen(element.getparent(), element, document.target(text(reference)), report)


def _seen(
    user: etree._Element, at: etree._Element, used: etree._Element | None, report: Reporter
) -> None:
    if used is None or kind(used) not in _OF_A_SCOPE:
        return
    holder = used.getparent()
    if holder is not user and holder not in user.iterancestors():
        report("data_out_of_sight", user, at=at, data=used, scope=holder)


_OF_A_SCOPE = ("dataObject", "property")


def event_data(document: Document, report: Reporter) -> None:
    """§10.5.1 "Data Modeling and Events": an event with data has one input (throwing) or output
    (catching) for each of its definitions, in order, of the type that the definition carries."""
    for node in document.all_nodes():
        if not node.kind.endswith("Event"):
            continue
        name = "dataOutput" if node.kind in _CATCHING else "dataInput"
        data = list(model_children(node.element, name))
        if not data:
            continue
        if len(data) != len(node.definitions):
            report("event_data_count", node.element, data=len(data), events=len(node.definitions))
            continue
        for each, definition in zip(data, node.definitions, strict=True):
            carried = _carried(document, definition)
            if carried is not None and not same_item(item_of(document, each), carried):
                report("event_data_type", node.element, at=each, data=each)


def _carried(document: Document, definition: etree._Element) -> etree._Element | None:
    event = kind(definition).removesuffix("EventDefinition")
    if event not in _PAYLOAD:
        return None
    return item_of(document, document.target(definition.get(f"{event}Ref")))


def task_data(document: Document, report: Reporter) -> None:
    """§10.3.3: the inputs and outputs of service, send and receive tasks match the messages that
    they send and receive: one of each at most, of the message's type, in one set."""
    for node in document.all_nodes():
        specification = model_child(node.element, "ioSpecification")
        message = document.target(node.element.get("messageRef"))
        operation = document.target(node.element.get("operationRef"))
        if node.kind == "serviceTask" and operation is not None and kind(operation) == "operation":
            sets = _children(specification, "inputSet")
            if len(sets) != 1:
                report("data_sets", node.element, name="inputSet")
            for name, reference in _OF_OPERATIONS:
                sent = document.target(text(model_child(operation, reference)))
                _message_data(document, node, name, sent, report)
        elif node.kind == "sendTask":
            _message_data(document, node, "dataInput", message, report)
        elif node.kind == "receiveTask":
            _message_data(document, node, "dataOutput", message, report)


_OF_OPERATIONS = (("dataInput", "inMessageRef"), ("dataOutput", "outMessageRef"))
_SETS = {"dataInput": "inputSet", "dataOutput": "outputSet"}


def _message_data(
    document: Document,
    node: DiagramNode,
    name: str,
    message: etree._Element | None,
    report: Reporter,
) -> None:
    """What the task takes in (or gives out) is one message, in one set."""
    specification = model_child(node.element, "ioSpecification")
    if message is None or specification is None:
        return
    data = _children(specification, name)
    if len(data) > 1:
        report("message_data_count", node.element, count=len(data), message=message)
    for each in data:
        if not same_item(item_of(document, each), item_of(document, message)):
            report("message_data_type", node.element, at=each, data=each, message=message)
    already_told = node.kind == "serviceTask" and name == "dataInput"
    if len(_children(specification, _SETS[name])) > 1 and not already_told:
        report("data_sets", node.element, name=_SETS[name])


def _children(specification: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if specification is None else list(model_children(specification, name))


def call_data(document: Document, report: Reporter) -> None:
    """§10.3.6: the inputs and outputs of a call activity match those of what it calls; a callable
    that supports an interface has a binding for it."""
    for node in document.all_nodes():
        if node.kind != "callActivity":
            continue
        called = document.target(node.element.get("calledElement"))
        own, other = (
            None if e is None else model_child(e, "ioSpecification") for e in (node.element, called)
        )
        if called is None or own is None or other is None:
            continue
        for name in ("dataInput", "dataOutput"):
            ours = Counter(_likeness(item_of(document, e)) for e in _children(own, name))
            theirs = Counter(_likeness(item_of(document, e)) for e in _children(other, name))
            sets = _SETS[name]
            if ours != theirs or len(_children(own, sets)) != len(_children(other, sets)):
                report("call_data", node.element, called=called, name=name)


def _likeness(item: etree._Element | None) -> str:
    """The same text for items that are the same (``same_item``)."""
    if item is None:
        return ""
    return f"structure {item.get('structureRef')}" if item.get("structureRef") else item.get("id")


def bindings(document: Document, report: Reporter) -> None:
    """§10.3.6, §10.4.1 "InputOutputBinding": a process or global task that is exposed as a service
    (it supports an interface) binds its data to the operations."""
    for element in document.of("process", *_GLOBAL_TASKS):
        supports = model_child(element, "supportedInterfaceRef") is not None
        if supports and model_child(element, "ioBinding") is None:
            report("binding_missing", element)


def loop_data(document: Document, report: Reporter) -> None:
    """§10.3.8: the collection that a multi-instance task goes through is a data input of the task;
    what it collects is one of its data outputs, of which each round gives one item."""
    for node in document.all_nodes():
        loop = model_child(node.element, "multiInstanceLoopCharacteristics")
        specification = model_child(node.element, "ioSpecification")
        if loop is None or specification is None or node.inner is not None:
            continue
        for name, wanted in _LOOP_REFERENCES:
            reference = model_child(loop, name)
            referred = None if reference is None else document.target(text(reference))
            if referred is not None and referred not in _children(specification, wanted):
                report("loop_data", node.element, at=reference, found=referred)
        _loop_items(document, node, loop, report)


_LOOP_REFERENCES = (("loopDataInputRef", "dataInput"), ("loopDataOutputRef", "dataOutput"))


def _loop_items(
    document: Document, node: DiagramNode, loop: etree._Element, report: Reporter
) -> None:
    pairs = (("loopDataInputRef", "inputDataItem"), ("loopDataOutputRef", "outputDataItem"))
    for reference, item_name in pairs:
        collection = item_of(document, _referred(document, loop, reference))
        item = item_of(document, model_child(loop, item_name))
        if collection is None or item is None:
            continue
        same = collection.get("structureRef") == item.get("structureRef")
        if not same or flag(item, "isCollection") or not flag(collection, "isCollection"):
            report("loop_item", node.element, at=loop, item=item, collection=collection)


def _referred(document: Document, loop: etree._Element, name: str) -> etree._Element | None:
    reference = model_child(loop, name)
    return None if reference is None else document.by_id.get(local_reference(text(reference)))


CHECKS = (
    collections,
    specifications,
    associations,
    association_ends,
    association_sources,
    visible,
    event_data,
    task_data,
    call_data,
    bindings,
    loop_data,
)
"""The checks of this module, in the order in which they run."""
