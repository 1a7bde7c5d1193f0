"""Boxed expressions as plain data: what the logic of a decision is made of.

Every part has the ``id`` that it has in the file (``""`` when it has none) and the ``type``
that its value must be of (``""`` for any). Source: DMN 1.5, chapters 8 and 10.2.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoxedExpression:
    """What all boxed expressions have: the id in the file and the type that the value must be
    of."""

    id: str
    type: str


@dataclass(frozen=True, slots=True)
class LiteralExpression(BoxedExpression):
    """FEEL text; ``language`` is the expression language that the file names, ``""`` for FEEL."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """A row of a context: ``name`` is empty for the one that is the context's result."""

    name: str
    type: str
    value: BoxedExpression | None


@dataclass(frozen=True, slots=True)
class BoxedContext(BoxedExpression):
    """Named values, one after the other; the last may be the result and have no name."""

    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True)
class BoxedList(BoxedExpression):
    """Values one after the other."""

    items: tuple[BoxedExpression, ...]


@dataclass(frozen=True, slots=True)
class BoxedRelation(BoxedExpression):
    """Rows of cells under named ``columns`` (name and type)."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[BoxedExpression, ...], ...]


@dataclass(frozen=True, slots=True)
class FormalParameter:
    """A parameter of a function, and the type that its argument must be of."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class BoxedInvocation(BoxedExpression):
    """A function and its arguments, by the names of the parameters."""

    function: BoxedExpression | None
    bindings: tuple[tuple[str, BoxedExpression | None], ...]


@dataclass(frozen=True, slots=True)
class BoxedFunction(BoxedExpression):
    """A function; ``kind`` is FEEL, or the name of the language that it is written in."""

    parameters: tuple[FormalParameter, ...]
    body: BoxedExpression | None
    kind: str = "FEEL"


@dataclass(frozen=True, slots=True)
class BoxedConditional(BoxedExpression):
    """A condition, and what the value is if it is true and otherwise."""

    condition: BoxedExpression | None
    then: BoxedExpression | None
    otherwise: BoxedExpression | None


@dataclass(frozen=True, slots=True)
class BoxedFilter(BoxedExpression):
    """What is filtered, and what its elements must meet."""

    source: BoxedExpression | None
    match: BoxedExpression | None


@dataclass(frozen=True, slots=True)
class BoxedFor(BoxedExpression):
    """A variable, what it runs over, and what is made of each value."""

    variable: str
    source: BoxedExpression | None
    body: BoxedExpression | None


@dataclass(frozen=True, slots=True)
class BoxedQuantified(BoxedExpression):
    """A variable, what it runs over, and what ``every`` value, or some value, must meet."""

    every: bool
    variable: str
    source: BoxedExpression | None
    condition: BoxedExpression | None


@dataclass(frozen=True, slots=True)
class InputClause:
    """A condition column: what is tested, and the unary tests that its values must meet."""

    id: str
    expression: BoxedExpression | None
    label: str
    values: str


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A conclusion column; ``values`` are its possible values, the most important first."""

    id: str
    name: str
    type: str
    values: str
    default: BoxedExpression | None


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """A row of a decision table: the unary tests of each input, the expression of each output, and
    what its author notes of it."""

    id: str
    tests: tuple[LiteralExpression, ...]
    results: tuple[BoxedExpression, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class BoxedTable(BoxedExpression):
    """A decision table; ``policy`` is its hit policy as in the file (``UNIQUE`` …), ``aggregation``
    may be ``""``."""

    policy: str
    aggregation: str
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[DecisionRule, ...]
