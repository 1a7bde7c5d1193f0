"""Small diagrams, written in a few words: ``diagram("work", start(), task("write"), end(),
chain("start", "write", "end"))``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from engine import Source

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:sp="urn:serviceplan:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="definitions" targetNamespace="urn:test">
"""


def diagram(
    process_id: str,
    *parts: str,
    lanes: Mapping[str, Sequence[str]] | None = None,
    messages: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    said: str = "",
    executable: bool = True,
) -> Source:
    """A file with one process. ``lanes`` are the elements of each role, ``messages`` come from
    ``message()``, ``variables`` are FEEL defaults by name, ``said`` is what else stands on the
    process (``<sp:case …/>``)."""
    defaults = "".join(
        f"<sp:variable name={quoteattr(name)} default={quoteattr(text)}/>"
        for name, text in (variables or {}).items()
    )
    text = (
        f"{HEAD}{''.join(messages)}"
        f'<bpmn:process id="{process_id}" name="{process_id.capitalize()}" '
        f'isExecutable="{str(executable).lower()}">'
        f"<bpmn:extensionElements>{said}{defaults}</bpmn:extensionElements>"
        f"{_lanes(lanes or {})}{''.join(parts)}</bpmn:process></bpmn:definitions>"
    )
    return Source(f"{process_id}.bpmn", text.encode())


def _lanes(lanes: Mapping[str, Sequence[str]]) -> str:
    if not lanes:
        return ""
    rows = "".join(
        f'<bpmn:lane id="lane_{role}" name="{role}">'
        + "".join(f"<bpmn:flowNodeRef>{e}</bpmn:flowNodeRef>" for e in elements)
        + "</bpmn:lane>"
        for role, elements in lanes.items()
    )
    return f'<bpmn:laneSet id="lanes">{rows}</bpmn:laneSet>'


# ---------------------------------------------------------------- elements


def start(id: str = "start", *, timer: str = "", message: str = "", form: str = "") -> str:
    """A start event; ``form``, made of ``field()``, is what whoever starts fills in."""
    event = f'<bpmn:messageEventDefinition messageRef="{message}"/>' if message else ""
    inside = f"<bpmn:extensionElements><sp:form>{form}</sp:form></bpmn:extensionElements>"
    return (
        f'<bpmn:startEvent id="{id}">{inside if form else ""}{event}{_timer(timer)}'
        "</bpmn:startEvent>"
    )


def end(id: str = "end") -> str:
    return f'<bpmn:endEvent id="{id}"/>'


def task(
    id: str, *, form: str = "", points: Sequence[str] = (), sign: bool = False, due: str = ""
) -> str:
    """A user task. ``form`` is made of ``field()``, ``points`` are ids of its checklist, ``due``
    a duration in calendar days."""
    items = "".join(f'<sp:item id="{p}">{p.capitalize()}.</sp:item>' for p in points)
    parts = (
        (f'<sp:due after="{due}" calendar="calendar"/>' if due else "")
        + (f"<sp:checklist>{items}</sp:checklist>" if items else "")
        + (f"<sp:form>{form}</sp:form>" if form else "")
        + ('<sp:signature required="true" meaning="Utfört"/>' if sign else "")
    )
    return (
        f'<bpmn:userTask id="{id}" name="{id.capitalize()}">'
        f"<bpmn:extensionElements>{parts}</bpmn:extensionElements></bpmn:userTask>"
    )


def field(id: str, type: str = "text", *, required: str = "false", default: str = "") -> str:
    preset = f" default={quoteattr(default)}" if default else ""
    return (
        f'<sp:field id="{id}" type="{type}" label="{id.capitalize()}" '
        f"required={quoteattr(required)}{preset}/>"
    )


def call(id: str, process_id: str, *, binding: str = "latest", given: str = "") -> str:
    """A call activity; ``given`` is FEEL for the child's variable ``given``."""
    source = f'<sp:in source={quoteattr(given)} target="given"/>' if given else ""
    return (
        f'<bpmn:callActivity id="{id}" name="{id.capitalize()}" calledElement="{process_id}">'
        f'<bpmn:extensionElements><sp:binding version="{binding}"/>{source}'
        "</bpmn:extensionElements></bpmn:callActivity>"
    )


def ad_hoc(
    id: str, *parts: str, ordering: str = "Parallel", until: str = "", cancel: bool = True
) -> str:
    """``until`` is the completion condition; what is still active then is taken away, or, unless
    ``cancel``, finished."""
    condition = f"<bpmn:completionCondition>{escape(until)}</bpmn:completionCondition>"
    return (
        f'<bpmn:adHocSubProcess id="{id}" name="{id.capitalize()}" ordering="{ordering}" '
        f'cancelRemainingInstances="{str(cancel).lower()}">{"".join(parts)}'
        f"{condition if until else ''}</bpmn:adHocSubProcess>"
    )


def multiple(id: str, kind: str, cardinality: str = "3") -> str:
    """A user task for each of many, ``sequential`` or ``parallel``."""
    sequential = str(kind == "sequential").lower()
    loop = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">'
        f'<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">{cardinality}'
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    return f'<bpmn:userTask id="{id}" name="{id.capitalize()}">{loop}</bpmn:userTask>'


def sub(id: str, *parts: str) -> str:
    return f'<bpmn:subProcess id="{id}" name="{id.capitalize()}">{"".join(parts)}</bpmn:subProcess>'


def rule(
    id: str,
    decision: str,
    *,
    result: str = "",
    mapping: str = "value",
    binding: str = "latest",
    loop: str = "",
    given: Mapping[str, str] | None = None,
) -> str:
    """A business rule task; ``given`` is FEEL by the name that the decision sees."""
    named = f" result={quoteattr(result)}" if result else ""
    inputs = "".join(
        f"<sp:in source={quoteattr(text)} target={quoteattr(name)}/>"
        for name, text in (given or {}).items()
    )
    return (
        f'<bpmn:businessRuleTask id="{id}" name="{id.capitalize()}"><bpmn:extensionElements>'
        f'<sp:decision ref={quoteattr(decision)}{named} mapping="{mapping}" binding="{binding}"/>'
        f"{inputs}</bpmn:extensionElements>{loop}</bpmn:businessRuleTask>"
    )


def gateway(id: str, kind: str = "exclusive", *, default: str = "") -> str:
    rest = f' default="{default}"' if default else ""
    return f'<bpmn:{kind}Gateway id="{id}"{rest}/>'


def catch(id: str, *, timer: str = "", message: str = "") -> str:
    return f'<bpmn:intermediateCatchEvent id="{id}">{_event(timer, message)}' + (
        "</bpmn:intermediateCatchEvent>"
    )


def boundary(id: str, on: str, *, timer: str = "", message: str = "", interrupting: bool) -> str:
    return (
        f'<bpmn:boundaryEvent id="{id}" attachedToRef="{on}" '
        f'cancelActivity="{str(interrupting).lower()}">{_event(timer, message)}'
        "</bpmn:boundaryEvent>"
    )


def script(id: str, text: str) -> str:
    return f'<bpmn:scriptTask id="{id}"><bpmn:script>{escape(text)}</bpmn:script></bpmn:scriptTask>'


def message(name: str, *, roles: str = "", form: str = "") -> str:
    return (
        f'<bpmn:message id="{name}" name="{name}"><bpmn:extensionElements>'
        f'<sp:message label="{name}" roles="{roles}">{form}</sp:message>'
        "</bpmn:extensionElements></bpmn:message>"
    )


def _event(timer: str, message: str) -> str:
    if message:
        return f'<bpmn:messageEventDefinition messageRef="{message}"/>'
    return _timer(timer)


def _timer(text: str) -> str:
    """A cycle when it repeats, a date when it has one, else a duration; ``kind:text`` says it."""
    if not text:
        return ""
    kind, _, rest = text.partition(":") if text.startswith(("date:", "cycle:")) else ("", "", text)
    kind = kind or ("cycle" if text.startswith("R") else "duration")
    tag = f"time{kind.capitalize()}"
    return (
        f'<bpmn:timerEventDefinition><bpmn:{tag} xsi:type="bpmn:tFormalExpression">'
        f"{escape(rest)}</bpmn:{tag}></bpmn:timerEventDefinition>"
    )


# ---------------------------------------------------------------- flows


def flow(source: str, target: str, condition: str = "") -> str:
    text = ""
    if condition:
        text = (
            '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
            f"{escape(condition)}</bpmn:conditionExpression>"
        )
    return (
        f'<bpmn:sequenceFlow id="{source}_to_{target}" sourceRef="{source}" '
        f'targetRef="{target}">{text}</bpmn:sequenceFlow>'
    )


def chain(*elements: str) -> str:
    """Flows from each element to the next."""
    return "".join(flow(a, b) for a, b in pairwise(elements))
