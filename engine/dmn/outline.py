"""A decision as it is read by people: what it is given, what it stands on, its tables and boxed
expressions as plain views."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from engine.dmn import boxed
from engine.dmn.decisions import DmnModel
from engine.dmn.evaluation import ElementKey, key_of, service_inputs
from engine.dmn.model import BusinessKnowledgeModel, DecisionElement, DecisionService, InputData
from engine.dmn.module import LocatedElement
from engine.views import Cell, Column, DecisionInput, Logic, Requirement, Rule, Table

_TEXTS = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)')
"""One text of a type's list of allowed values, and the comma behind it."""


def inputs(model: DmnModel, decision: str) -> tuple[DecisionInput, ...]:
    """What a decision is to be given: the input data that it stands on; for a service what it
    takes; for one of a file without any input data, the variables that its logic names."""
    asked = model.find(decision)
    if isinstance(asked.element, DecisionService):
        return tuple(_input(each) for each in service_inputs(asked))
    every = list(_all(asked))
    declared = [_input(each) for each in every if isinstance(each.element, InputData)]
    if declared or asked.module.definitions.inputs:
        return tuple(declared)
    known = {name for each in every for name in (each.element.variable, *each.path)}
    return tuple(DecisionInput(name) for name in _free(every) if name not in known)


def requirements(model: DmnModel, decision: str) -> tuple[Requirement, ...]:
    """A decision itself, then all that it stands on, each once, the nearest first."""
    return tuple(_requirement(each) for each in _all(model.find(decision)))


def _all(asked: LocatedElement) -> Iterator[LocatedElement]:
    """An element and all that it stands on, each once, the nearest first."""
    seen: set[ElementKey] = set()
    waiting = [asked]
    while waiting:
        located = waiting.pop(0)
        if key_of(located) in seen:
            continue
        seen.add(key_of(located))
        yield located
        waiting += _needs(located)


def _needs(located: LocatedElement) -> list[LocatedElement]:
    """What an element stands on directly, as far as it is there."""
    element, module, path = located.element, located.module, located.path
    references: tuple[str, ...] = ()
    if isinstance(element, DecisionService):
        references = (*element.outputs, *element.input_data, *element.input_decisions)
    elif isinstance(element, DecisionElement | BusinessKnowledgeModel):
        references = element.requires
    found = (module.find(each) for each in references)
    return [replace(each, path=path + each.path) for each in found if each is not None]


def _free(every: Iterable[LocatedElement]) -> list[str]:
    """The names that decisions' logic looks up, in alphabetical order."""
    names: set[str] = set()
    for located in every:
        if isinstance(located.element, DecisionElement):
            names |= located.module.logic(located.element).names
    return sorted(names)


def _input(located: LocatedElement) -> DecisionInput:
    element, types = located.element, located.module.types
    kind = types.basic(element.type)
    allowed = types.allowed(element.type) if kind == "string" else ""
    return DecisionInput(element.variable or element.name, kind, element.type, _options(allowed))


def _options(allowed: str) -> tuple[str, ...]:
    """The texts that a type lists, none when it says more than that."""
    options, at = [], 0
    while at < len(allowed):
        text = _TEXTS.match(allowed, at)
        if text is None:
            return ()
        options.append(text[1].replace('\\"', '"').replace("\\\\", "\\"))
        at = text.end()
    return tuple(options)


def _requirement(located: LocatedElement) -> Requirement:
    element = located.element
    kinds = {
        DecisionElement: "decision",
        BusinessKnowledgeModel: "knowledge",
        DecisionService: "service",
    }
    logic = element.logic if isinstance(element, DecisionElement | BusinessKnowledgeModel) else None
    return Requirement(
        kind=kinds.get(type(element), "input"),
        name=element.name or element.id,
        type=element.type,
        requires=tuple(each.element.name or each.element.id for each in _needs(located)),
        logic=None if logic is None else _logic(logic),
    )


def _logic(part: boxed.BoxedExpression | None) -> Logic:
    if isinstance(part, boxed.BoxedTable):
        return Logic("table", table=_table(part))
    if isinstance(part, boxed.BoxedRelation):
        return Logic("relation", table=_relation(part))
    if isinstance(part, boxed.LiteralExpression):
        return Logic("literal", part.text)
    for kind, read in _PART_VIEWS.items():
        if isinstance(part, kind):
            name, text, cells = read(part)
            made = tuple(Cell(title, _logic(inner)) for title, inner in cells)
            return Logic(name, text, made)
    return Logic("literal")


def _text(part: boxed.BoxedExpression | None) -> str:
    return part.text if isinstance(part, boxed.LiteralExpression) else ""


BoxedParts = tuple[str, str, Sequence[tuple[str, boxed.BoxedExpression | None]]]
"""A boxed expression as its name, its text and its parts, each with a title."""
_PART_VIEWS: dict[type[boxed.BoxedExpression], Callable[[Any], BoxedParts]] = {
    boxed.BoxedContext: lambda p: ("context", "", [(e.name, e.value) for e in p.entries]),
    boxed.BoxedList: lambda p: ("list", "", [("", item) for item in p.items]),
    boxed.BoxedInvocation: lambda p: ("invocation", _text(p.function), list(p.bindings)),
    boxed.BoxedFunction: lambda p: (
        "function",
        ", ".join(f"{n.name}: {n.type}" if n.type else n.name for n in p.parameters),
        [("", p.body)],
    ),
    boxed.BoxedConditional: lambda p: (
        "conditional",
        "",
        [("if", p.condition), ("then", p.then), ("else", p.otherwise)],
    ),
    boxed.BoxedFilter: lambda p: ("filter", "", [("in", p.source), ("match", p.match)]),
    boxed.BoxedFor: lambda p: ("for", p.variable, [("in", p.source), ("return", p.body)]),
    boxed.BoxedQuantified: lambda p: (
        "every" if p.every else "some",
        p.variable,
        [("in", p.source), ("satisfies", p.condition)],
    ),
}
"""How a boxed expression is shown, by its kind."""


def _table(part: boxed.BoxedTable) -> Table:
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


def _relation(part: boxed.BoxedRelation) -> Table:
    return Table(
        id=part.id,
        policy="",
        aggregation="",
        inputs=(),
        outputs=tuple(Column(name, type) for name, type in part.columns),
        rules=tuple(Rule((), tuple(_text(cell) for cell in row)) for row in part.rows),
    )
