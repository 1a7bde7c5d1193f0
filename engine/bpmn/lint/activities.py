"""Activities: loops, quantities, calls, and which kinds of task the engine runs."""

from __future__ import annotations

import re

from lxml import etree

from engine.bpmn.decision import read_decision
from engine.bpmn.lint.document import Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import (
    MODEL,
    ZEEBE,
    kind,
    local,
    model_child,
    model_children,
    namespace,
    sp,
    text,
)

MOST_ROUNDS = 1000
"""Rounds of a multi-instance activity that a diagram may ask for with a literal number."""
_NO_NUMBER = re.compile(r"""-?\d*\.\d+|true|false|null|"[^"]*\"""", re.ASCII)
"""Literals that count nothing."""
_LOOPS = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")


def quantities(document: Document, report: Reporter) -> None:
    """§10.3: startQuantity and completionQuantity MUST NOT be less than 1."""
    for node in document.all_nodes():
        for name in ("startQuantity", "completionQuantity"):
            value = node.element.get(name)
            if value is None:
                continue
            number = _integer(value)
            if number is None or number < 1:
                report("quantity", node.element, name=name, value=value)


def loops(document: Document, report: Reporter) -> None:
    """§10.3.8: one kind of loop at most; a multi-instance activity of an executable process has a
    cardinality or a collection; a standard loop a condition. A number of rounds is from 0 to
    1,000."""
    for node in document.all_nodes():
        loops_drawn = list(model_children(node.element, *_LOOPS))
        if len(loops_drawn) > 1:
            report("loops_both", node.element)
        for loop in loops_drawn:
            if kind(loop) == "standardLoopCharacteristics":
                _standard(loop, node.element, report)
            elif node.scope.process.executable:
                _multiple(loop, node.element, report)


def loop_behaviour(document: Document, report: Reporter) -> None:
    """§10.3.8: the events that a multi-instance activity throws as its instances end: behaviour
    None and One name the event, Complex has a definition; All throws none."""
    for node in document.all_nodes():
        loop = model_child(node.element, "multiInstanceLoopCharacteristics")
        if loop is None:
            continue
        behaviour = loop.get("behavior") or "All"
        needed = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(behaviour)
        complete = (needed is None or bool(loop.get(needed))) and (
            behaviour != "Complex" or model_child(loop, "complexBehaviorDefinition") is not None
        )
        if not complete:
            report("loop_behaviour_incomplete", node.element, at=loop, value=behaviour)


def _standard(loop: etree._Element, owner: etree._Element, report: Reporter) -> None:
    maximum = loop.get("loopMaximum")
    if maximum is not None:
        number = _integer(maximum)
        if number is None or not 0 < number <= MOST_ROUNDS:
            report("loop_number", owner, at=loop, value=maximum, limit=MOST_ROUNDS)
    elif model_child(loop, "loopCondition") is None:
        report("loop_without_condition", owner, at=loop)


def _multiple(loop: etree._Element, owner: etree._Element, report: Reporter) -> None:
    cardinality = model_child(loop, "loopCardinality")
    given = model_child(loop, "loopDataInputRef")
    collection = given if loop.get(sp("collection")) is None else loop
    if cardinality is None and collection is None:
        foreign = any(namespace(e) == ZEEBE for e in loop.iter()) or any(
            str(name).endswith("}collection") for name in loop.attrib
        )
        report("loop_collection_foreign" if foreign else "loop_without_number", owner, at=loop)
    if cardinality is not None and collection is not None:
        report("loop_number_and_collection", owner, at=loop)
    written = "" if cardinality is None else text(cardinality).lstrip("= ")
    number = _integer(written)
    out_of_bounds = number is not None and not 0 <= number <= MOST_ROUNDS
    if out_of_bounds or (number is None and _NO_NUMBER.fullmatch(written)):
        report("loop_number", owner, at=loop, value=text(cardinality), limit=MOST_ROUNDS)


def _integer(value: str) -> int | None:
    value = value.strip()
    digits = value.removeprefix("-").removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        return None
    # A number of more digits than this is too large for anything it could count.
    return int(value) if len(digits) <= 15 else 10**15 * (-1 if value.startswith("-") else 1)


def calls(document: Document, report: Reporter, callable_ids: frozenset[str]) -> None:
    """§10.3.6: a call activity names a process (or global task) that is there: in this upload or
    deployed before. A process that is called begins with a plain start event, or with none at
    all: the call starts it (§10.5.2 "Start Events for called processes")."""
    for node in document.all_nodes():
        if node.kind != "callActivity":
            continue
        called = (node.element.get("calledElement") or "").strip()
        if not called:
            code = "call_foreign" if _zeebe_call(node.element) else "call_without_target"
            report(code, node.element)
            continue
        if called.startswith(("${", "#{")):
            report("call_dynamic", node.element, called=called)
            continue
        if called.startswith("="):
            continue
        target = document.target(called)
        if (
            target is not None
            and kind(target) == "globalBusinessRuleTask"
            and (read_decision(target) is None)
        ):
            report("call_global_task", node.element, called=target)
        elif called.rsplit(":", 1)[-1] not in callable_ids:
            report("call_unknown", node.element, called=called)


def _zeebe_call(element: etree._Element) -> bool:
    return any(namespace(e) == ZEEBE and local(e) == "calledElement" for e in element.iter())


def called_starts(document: Document, report: Reporter, called: frozenset[str]) -> None:
    """§10.5.2: for a call, only the plain start event counts; a process that begins with messages
    or timers only cannot be called."""
    for process in document.processes:
        starts = list(process.scopes[0].of_kind("startEvent"))
        if process.id in called and starts and all(start.events for start in starts):
            report("called_without_plain_start", process.element)


def kinds(document: Document, report: Reporter, runs: frozenset[str]) -> None:
    """House rule 10: an element that the engine does not run is told, by name and kind."""
    for node in document.all_nodes():
        undecided = node.kind == "businessRuleTask" and read_decision(node.element) is None
        if node.kind not in runs or undecided:
            report("kind_not_run", node.element, kind=node.kind)


def event_kinds(document: Document, report: Reporter, runs: frozenset[str]) -> None:
    """The same for triggers and results of events."""
    for node in document.all_nodes():
        for definition in node.definitions:
            event = kind(definition).removesuffix("EventDefinition")
            if namespace(definition) == MODEL and event not in runs:
                report("event_not_run", node.element, event=event)


CHECKS = (quantities, loops, loop_behaviour)
"""The checks of this module, in the order in which they run."""
