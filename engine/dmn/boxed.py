"""Boxed expressions as plain data: what the logic of a decision is made of.

Every part has the ``id`` that it has in the file (``""`` when it has none) and the ``type``
that its value must be of (``""`` for any). Source: DMN 1.5, chapters 8 and 10.2.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Boxed:
    id: str
    type: str


@dataclass(frozen=True, slots=True)
class Literal(Boxed):
    """FEEL text; ``language`` is the expression language named in the file, ``""`` for FEEL."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a context: ``name`` is empty for the one that is the context's result."""

    name: str
    type: str
    value: Boxed | None


@dataclass(frozen=True, slots=True)
class Context(Boxed):
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ListOf(Boxed):
    items: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True)
class Relation(Boxed):
    """Rows of cells under named ``columns`` (name and type)."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Invocation(Boxed):
    function: Boxed | None
    bindings: tuple[tuple[str, Boxed | None], ...]


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Boxed):
    """``kind`` is FEEL, or another language's name."""

    parameters: tuple[Parameter, ...]
    body: Boxed | None
    kind: str = "FEEL"


@dataclass(frozen=True, slots=True)
class Conditional(Boxed):
    condition: Boxed | None
    then: Boxed | None
    otherwise: Boxed | None


@dataclass(frozen=True, slots=True)
class Filter(Boxed):
    source: Boxed | None
    match: Boxed | None


@dataclass(frozen=True, slots=True)
class For(Boxed):
    variable: str
    source: Boxed | None
    body: Boxed | None


@dataclass(frozen=True, slots=True)
class Quantified(Boxed):
    every: bool
    variable: str
    source: Boxed | None
    condition: Boxed | None


@dataclass(frozen=True, slots=True)
class Input:
    """A condition column: what is tested, and the unary tests that its values must meet."""

    id: str
    expression: Boxed | None
    label: str
    values: str


@dataclass(frozen=True, slots=True)
class Output:
    """A conclusion column; ``values`` are its possible values, the most important first."""

    id: str
    name: str
    type: str
    values: str
    default: Boxed | None


@dataclass(frozen=True, slots=True)
class Rule:
    """``tests`` has the unary tests of each input, ``results`` the expression of each output;
    ``note`` is what its author says of it."""

    id: str
    tests: tuple[Literal, ...]
    results: tuple[Boxed, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table(Boxed):
    """A decision table; ``policy`` as in the file (``UNIQUE`` …), ``aggregation`` or ``""``."""

    policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
