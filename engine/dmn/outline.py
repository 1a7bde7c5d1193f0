"""A decision as it is read by people: what it is given, what it stands on, its tables and boxed
expressions as plain views."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from engine.dmn import boxed
from engine.dmn.decisions import DecisionModel
from engine.dmn.evaluation import Key, key_of, required, service_inputs
from engine.dmn.model import Decision, InputData, Knowledge, Service
from engine.dmn.module import Found
from engine.views import Cell, Column, DecisionInput, Logic, Requirement, Rule, Table

_TEXTS = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)')


def inputs(model: DecisionModel, decision: str) -> tuple[DecisionInput, ...]:
    """What a decision is to be given: the input data that it stands on; for a service what it
    takes; for one of a file without any input data, the variables that its logic names."""
    asked = model.find(decision)
    if isinstance(asked.element, Service):
        return tuple(_input(each) for each in service_inputs(asked))
    every = list(_all(asked))
    found = [_input(each) for each in every if isinstance(each.element, InputData)]
    if found or asked.module.definitions.inputs:
        return tuple(found)
    known = {name for each in every for name in (each.element.variable, *each.path)}
    return tuple(DecisionInput(name) for name in _free(every) if name not in known)


def requirements(model: DecisionModel, decision: str) -> tuple[Requirement, ...]:
    """The decision itself, then all that it stands on, each once, the nearest first."""
    return tuple(_requirement(each) for each in _all(model.find(decision)))


def _all(asked: Found) -> Iterator[Found]:
    seen: set[Key] = set()
    waiting = [asked]
    while waiting:
        found = waiting.pop(0)
        if key_of(found) in seen:
            continue
        seen.add(key_of(found))
        yield found
        waiting += _needs(found)


def _needs(found: Found) -> list[Found]:
    if not isinstance(found.element, Service):
        return required(found)
    outputs = (found.module.find(each, found.path) for each in found.element.outputs)
    return [*(each for each in outputs if each is not None), *service_inputs(found)]


def _free(every: Iterable[Found]) -> list[str]:
    names: set[str] = set()
    for found in every:
        if isinstance(found.element, Decision):
            names |= found.module.logic(found.element).names
    return sorted(names)


def _input(found: Found) -> DecisionInput:
    element, types = found.element, found.module.types
    kind = types.basic(element.type)
    allowed = types.allowed(element.type) if kind == "string" else ""
    return DecisionInput(element.variable or element.name, kind, element.type, _options(allowed))


def _options(allowed: str) -> tuple[str, ...]:
    """The texts that a type lists, none when it says more than that."""
    found, at = [], 0
    while at < len(allowed):
        text = _TEXTS.match(allowed, at)
        if text is None:
            return ()
        found.append(text[1].replace('\\"', '"').replace("\\\\", "\\"))
        at = text.end()
    return tuple(found)


def _requirement(found: Found) -> Requirement:
    element = found.element
    kinds = {Decision: "decision", Knowledge: "knowledge", Service: "service"}
    logic = element.logic if isinstance(element, Decision | Knowledge) else None
    return Requirement(
        kind=kinds.get(type(element), "input"),
        name=element.name or element.id,
        type=element.type,
        requires=tuple(each.element.name or each.element.id for each in _needs(found)),
        logic=None if logic is None else _logic(logic),
    )


def _logic(part: boxed.Boxed | None) -> Logic:
    if isinstance(part, boxed.Table):
        return Logic("table", table=_table(part))
    if isinstance(part, boxed.Relation):
        return Logic("relation", table=_relation(part))
    if isinstance(part, boxed.Literal):
        return Logic("literal", part.text)
    for kind, read in _PARTS.items():
        if isinstance(part, kind):
            name, text, cells = read(part)
            made = tuple(Cell(title, _logic(inner)) for title, inner in cells)
            return Logic(name, text, made)
    return Logic("literal")


def _text(part: boxed.Boxed | None) -> str:
    return part.text if isinstance(part, boxed.Literal) else ""


Parts = tuple[str, str, Sequence[tuple[str, boxed.Boxed | None]]]
_PARTS: dict[type[boxed.Boxed], Callable[[Any], Parts]] = {
    boxed.Context: lambda p: ("context", "", [(e.name, e.value) for e in p.entries]),
    boxed.ListOf: lambda p: ("list", "", [("", item) for item in p.items]),
    boxed.Invocation: lambda p: ("invocation", _text(p.function), list(p.bindings)),
    boxed.FunctionDefinition: lambda p: (
        "function",
        ", ".join(f"{n.name}: {n.type}" if n.type else n.name for n in p.parameters),
        [("", p.body)],
    ),
    boxed.Conditional: lambda p: (
        "conditional",
        "",
        [("if", p.condition), ("then", p.then), ("else", p.otherwise)],
    ),
    boxed.Filter: lambda p: ("filter", "", [("in", p.source), ("match", p.match)]),
    boxed.For: lambda p: ("for", p.variable, [("in", p.source), ("return", p.body)]),
    boxed.Quantified: lambda p: (
        "every" if p.every else "some",
        p.variable,
        [("in", p.source), ("satisfies", p.condition)],
    ),
}


def _table(part: boxed.Table) -> Table:
    return Table(
        id=part.id,
        policy=part.policy,
        aggregation=part.aggregation,
        inputs=tuple(
            Column(c.label or _text(c.expression), _text(c.expression), c.values)
            for c in part.inputs
        ),
        outputs=tuple(Column(c.name, c.type, c.values, _text(c.default)) for c in part.outputs),
        rules=tuple(
            Rule(tuple(t.text for t in r.tests), tuple(_text(e) for e in r.results), r.note)
            for r in part.rules
        ),
    )


def _relation(part: boxed.Relation) -> Table:
    return Table(
        id=part.id,
        policy="",
        aggregation="",
        inputs=(),
        outputs=tuple(Column(name, type) for name, type in part.columns),
        rules=tuple(Rule((), tuple(_text(cell) for cell in row)) for row in part.rows),
    )
