"""Diagrams by chance: a file of the corpus, changed as trees are and as bytes are.

A change is drawn as plain numbers and texts and applied to whatever stands there, so that a
failing input can be made smaller by leaving changes out.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from lxml import etree

from tests.fuzz.choices import Choices
from tests.fuzz.expressions import Grammar

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_TEXTS = (
    *("", " ", "true", "false", "0", "-1", "2", "99999999999999999999", "1e999", "NaN", "None"),
    *("P", "PT", "PT0S", "PT1S", "R/PT0S", "R3/PT1S", "R999999999/PT1S", "P9999999Y", "P1M"),
    *("2026-03-02T09:00:00Z", "R2/2026-03-02T09:00:00Z/P1D", "0 0 * * *", "=", "= 1/0", "=x"),
    *("One", "All", "Complex", "Sequential", "Parallel", "latest", "deployment", "saljare"),
    *("a:b", ":", "#", "End", "Start", "Root", "\u202eab", "\u200b", "å\n\tä", "x" * 5000),
    *("${x}", "#{x > 1}", "{{7*7}}", "<b>", "__class__", "../../etc", "http://127.0.0.1:9/"),
)
_TAGS = """process subProcess adHocSubProcess transaction callActivity task userTask manualTask
scriptTask sendTask receiveTask serviceTask businessRuleTask startEvent endEvent
intermediateThrowEvent intermediateCatchEvent boundaryEvent exclusiveGateway parallelGateway
inclusiveGateway complexGateway eventBasedGateway sequenceFlow association dataObject
dataObjectReference dataStoreReference textAnnotation laneSet lane flowNodeRef script
conditionExpression completionCondition activationCondition standardLoopCharacteristics
loopCondition multiInstanceLoopCharacteristics loopCardinality loopDataInputRef inputDataItem
completionCondition extensionElements documentation incoming outgoing messageEventDefinition
timerEventDefinition signalEventDefinition errorEventDefinition escalationEventDefinition
conditionalEventDefinition condition linkEventDefinition terminateEventDefinition
compensateEventDefinition cancelEventDefinition timeDuration timeDate timeCycle
eventDefinitionRef message signal error escalation collaboration participant messageFlow
choreography choreographyTask conversation globalTask globalUserTask globalScriptTask
definitions ioSpecification dataInputAssociation decisionTable rule inputEntry outputEntry
literalExpression context contextEntry invocation functionDefinition relation list filter
conditional if then else for every some text""".split()
_ATTRIBUTES = """
id name isExecutable sourceRef targetRef default attachedToRef cancelActivity isInterrupting
triggeredByEvent isForCompensation startQuantity completionQuantity instantiate calledElement
eventGatewayType gatewayDirection parallelMultiple messageRef signalRef errorRef escalationRef
activityRef waitForCompletion isSequential behavior loopMaximum testBefore ordering
cancelRemainingInstances errorCode escalationCode processRef bpmnElement x width scriptFormat
language hitPolicy aggregation typeRef href namespace isCollection kind
binding after calendar required type""".split()


@dataclass(frozen=True)
class Change:
    """What is done to the tree; ``where`` and ``other`` choose elements by number."""

    what: str
    where: int
    other: int
    tag: str
    attribute: str
    text: str


def trees(corpus: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Well-formed files: up to a dozen changes of the tree, most often few."""
    return st.builds(_changed, st.sampled_from(corpus), st.binary(max_size=120))


def raw(corpus: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Files of which pieces are cut, repeated, overwritten or in another encoding."""
    return st.builds(_cut, st.sampled_from(corpus), st.binary(max_size=60))


_SCRAPS = (
    *(b"<", b">", b"/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&", b"&#0;", b"&#x110000;"),
    *(b"&lt;", b"<?xml version='1.0'?>", b"<!DOCTYPE a>", b"<!ENTITY b 'c'>", b"\x00", b"\xff"),
    *(b"xmlns=''", b" xmlns:bpmn='urn:x'", b"<bpmn:task/>", b"</bpmn:process>", b"\xef\xbb\xbf"),
)
_CODECS = ("", "", "", "", "", "utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7")


def _cut(data: bytes, decisions: bytes) -> bytes:
    choices = Choices(decisions)
    codec = choices.of(_CODECS)
    for _ in range(choices.number(6)):
        at, start = (choices.number(65536) * len(data) >> 16 for _ in range(2))
        length, scrap = choices.number(200), choices.of(_SCRAPS)
        match choices.number(3):
            case 0:
                data = data[:at] + scrap + data[at + length :]
            case 1:
                data = data[:at] + scrap + data[at + len(scrap) :]
            case _:
                data = data[:at] + data[start : start + length] + data[at:]
    return data.decode("utf-8", "replace").encode(codec, "replace") if codec else data


def _changed(data: bytes, decisions: bytes) -> bytes:
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return data  # The corpus has some that no parser takes.
    choices = Choices(decisions)
    while not choices.spent:
        elements = [e for e in root.iter() if isinstance(e.tag, str)]
        change = _change(choices)
        element = elements[change.where % len(elements)]
        other = elements[change.other % len(elements)]
        try:
            _DO[change.what](element, other, change)
        except ValueError:
            continue  # A text that XML cannot hold, or an element put into itself.
    return etree.tostring(root)


def _change(choices: Choices) -> Change:
    return Change(
        what=choices.of(tuple(_DO)),
        where=choices.number(65536),
        other=choices.number(65536),
        tag=choices.of(_TAGS),
        attribute=choices.of(_ATTRIBUTES),
        text=Grammar(choices).expression(3) if choices.number(3) == 2 else choices.of(_TEXTS),
    )


def _delete(element: etree._Element, other: etree._Element, change: Change) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _copy(element: etree._Element, other: etree._Element, change: Change) -> None:
    other.append(copy.deepcopy(element))


def _copy_as_new(element: etree._Element, other: etree._Element, change: Change) -> None:
    made = copy.deepcopy(element)
    for one in made.iter():
        if isinstance(one.tag, str) and one.get("id"):
            one.set("id", f"{one.get('id')}_{change.where}")
    parent = element.getparent()
    (other if parent is None else parent).append(made)


def _move(element: etree._Element, other: etree._Element, change: Change) -> None:
    if element not in other.iterancestors():
        other.append(element)


def _rename(element: etree._Element, other: etree._Element, change: Change) -> None:
    element.tag = _same_namespace(element, change.tag)


def _set(element: etree._Element, other: etree._Element, change: Change) -> None:
    element.set(_name(element, change), change.text)


def _set_to_an_id(element: etree._Element, other: etree._Element, change: Change) -> None:
    element.set(_name(element, change), other.get("id", ""))


def _name(element: etree._Element, change: Change) -> str:
    """One of the element's own attributes most of the time, else one by chance."""
    own = list(element.attrib)
    return own[change.other % len(own)] if own and change.where % 3 else change.attribute


def _unset(element: etree._Element, other: etree._Element, change: Change) -> None:
    own = list(element.attrib)
    if own:
        del element.attrib[own[change.other % len(own)]]


def _write(element: etree._Element, other: etree._Element, change: Change) -> None:
    element.text = change.text


def _add(element: etree._Element, other: etree._Element, change: Change) -> None:
    made = etree.SubElement(element, _same_namespace(element, change.tag))
    made.text = change.text if change.where % 2 else None
    made.set("id", f"new_{change.other}")
    made.set(change.attribute, other.get("id", change.text))


def _swap(element: etree._Element, other: etree._Element, change: Change) -> None:
    element.tag, other.tag = other.tag, element.tag


def _nest(element: etree._Element, other: etree._Element, change: Change) -> None:
    parent = element.getparent()
    if parent is not None and parent.getparent() is not None:
        parent.getparent().append(element)


def _same_namespace(element: etree._Element, tag: str) -> str:
    namespace, mark, _ = element.tag.rpartition("}")
    dmn = "DMN" in namespace
    return f"{namespace}{mark}{tag}" if dmn else _BPMN + tag


_DO: dict[str, Callable[[etree._Element, etree._Element, Change], None]] = {
    "delete": _delete,
    "copy": _copy,
    "copy as new": _copy_as_new,
    "move": _move,
    "rename": _rename,
    "set": _set,
    "set to an id": _set_to_an_id,
    "unset": _unset,
    "write": _write,
    "add": _add,
    "swap": _swap,
    "nest": _nest,
}
