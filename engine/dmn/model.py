"""The elements of a decision model as plain data.

References between elements are texts as in the file: ``#id`` within the model, or
``namespace#id``. Source: DMN 1.5, chapters 6 and 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.dmn.boxed import BoxedExpression, BoxedFunction, FormalParameter


@dataclass(frozen=True, slots=True)
class DrgElement:
    """An element of a decision requirements graph: ``name`` is what the diagram shows, ``variable``
    what expressions call its value, ``line`` where it stands in the file."""

    id: str
    name: str
    variable: str
    type: str
    line: int | None


@dataclass(frozen=True, slots=True)
class InputData(DrgElement):
    """A value that a decision model is given."""


@dataclass(frozen=True, slots=True)
class DecisionElement(DrgElement):
    """A decision: its logic, and what it requires."""

    logic: BoxedExpression | None
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BusinessKnowledgeModel(DrgElement):
    """A business knowledge model: a function of its own."""

    logic: BoxedFunction | None
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionService(DrgElement):
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
    parameters: tuple[FormalParameter, ...] | None
    result: str


@dataclass(frozen=True, slots=True)
class DmnImport:
    """Another file that a file stands on, by its namespace, and the name that it goes by here."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class DmnDefinitions:
    """The elements of one file."""

    name: str
    namespace: str
    language: str
    imports: tuple[DmnImport, ...]
    types: tuple[ItemDefinition, ...]
    inputs: tuple[InputData, ...]
    decisions: tuple[DecisionElement, ...]
    knowledge: tuple[BusinessKnowledgeModel, ...]
    services: tuple[DecisionService, ...]

    def elements(self) -> Iterator[DrgElement]:
        """All elements of the file that may be referred to."""
        yield from self.inputs
        yield from self.decisions
        yield from self.knowledge
        yield from self.services
