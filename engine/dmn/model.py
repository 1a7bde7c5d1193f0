"""The elements of a decision model as plain data.

References between elements are texts as in the file: ``#id`` within the model, or
``namespace#id``. Source: DMN 1.5, chapters 6 and 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.dmn.boxed import Boxed, FunctionDefinition, Parameter


@dataclass(frozen=True, slots=True)
class Element:
    """``name`` is what the diagram shows, ``variable`` what expressions call its value."""

    id: str
    name: str
    variable: str
    type: str
    line: int | None


@dataclass(frozen=True, slots=True)
class InputData(Element):
    pass


@dataclass(frozen=True, slots=True)
class Decision(Element):
    logic: Boxed | None
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Knowledge(Element):
    """A business knowledge model: a function of its own."""

    logic: FunctionDefinition | None
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service(Element):
    """A decision service: decisions as a function of ``input_data`` and ``input_decisions``."""

    outputs: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type: of another type ``base``, or with ``components``, or of functions.

    ``allowed`` are the unary tests that a value (of a collection: each element) must meet,
    ``constraint`` those that the whole must.
    """

    name: str
    base: str
    collection: bool
    allowed: str
    constraint: str
    components: tuple[ItemDefinition, ...]
    parameters: tuple[Parameter, ...] | None
    result: str


@dataclass(frozen=True, slots=True)
class Import:
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """One file."""

    name: str
    namespace: str
    language: str
    imports: tuple[Import, ...]
    types: tuple[ItemDefinition, ...]
    inputs: tuple[InputData, ...]
    decisions: tuple[Decision, ...]
    knowledge: tuple[Knowledge, ...]
    services: tuple[Service, ...]

    def elements(self) -> Iterator[Element]:
        """All elements that may be referred to."""
        yield from self.inputs
        yield from self.decisions
        yield from self.knowledge
        yield from self.services
