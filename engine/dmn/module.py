"""One file of a decision model, ready to be evaluated: its elements by id and name, its types,
the files that it imports, and its logic, compiled when it is first needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.dmn import boxed, tables
from engine.dmn.compiler import NOTHING, Compiled, LogicCompiler, Names
from engine.dmn.errors import DecisionError
from engine.dmn.model import BusinessKnowledgeModel, DecisionElement, DmnDefinitions, DrgElement
from engine.dmn.types import Types
from engine.feel.budget import Budget

assert tables  # It registers the handler of decision tables.


@dataclass(frozen=True, slots=True)
class LocatedElement:
    """An element, the file that it is in, and the names of the imports that lead there."""

    module: Module
    element: DrgElement
    path: tuple[str, ...]


class Module:
    """A file with the files that it imports, by the imports' names."""

    def __init__(
        self, definitions: DmnDefinitions, imports: Sequence[tuple[str, Module]], budget: Budget
    ):
        self.definitions = definitions
        self.imports = tuple(imports)
        self.budget = budget
        self.by_id = {element.id: element for element in definitions.elements()}
        """The model's own elements, by their ids."""
        self._compiled: dict[str, Compiled] = {}
        self.types: Types = Types(
            definitions.types, [(name, module.types) for name, module in imports], budget
        )

    def find(self, reference: str, path: tuple[str, ...] = ()) -> LocatedElement | None:
        """The element that a reference such as ``#id`` means; None when there is none."""
        namespace, _, element_id = reference.rpartition("#")
        if namespace in ("", self.definitions.namespace):
            element = self.by_id.get(element_id)
            return None if element is None else LocatedElement(self, element, path)
        for name, module in self.imports:
            if module.definitions.namespace == namespace:
                element = module.by_id.get(element_id)
                return None if element is None else LocatedElement(module, element, (*path, name))
        return None

    def named(self, name: str) -> DrgElement | None:
        """The element of an id, else of a name: a decision before all others."""
        if name in self.by_id:
            return self.by_id[name]
        definitions = self.definitions
        for element in (*definitions.decisions, *definitions.services, *definitions.elements()):
            if name in (element.name, element.variable):
                return element
        return None

    def required(
        self, element: DecisionElement | BusinessKnowledgeModel
    ) -> Iterator[tuple[str, LocatedElement | None]]:
        """What an element requires, each reference with what it leads to."""
        for reference in element.requires:
            yield reference, self.find(reference)

    def compiler(
        self, element: DrgElement, faults: list[DecisionError] | None = None
    ) -> LogicCompiler:
        """What compiles this element's logic; ``faults`` as the compiler has them."""
        return LogicCompiler(element.id, element.name, self.types, self.budget, faults)

    def faults(self, element: DecisionElement | BusinessKnowledgeModel) -> list[DecisionError]:
        """Every error in an element's logic that keeps it from being read."""
        errors: list[DecisionError] = []
        try:
            self._compile(element, errors)
        except DecisionError as error:
            errors.append(error)
        return errors

    def logic(self, element: DecisionElement | BusinessKnowledgeModel) -> Compiled:
        """The logic of a decision, or the body of a knowledge model's function.

        Raises DecisionError with the element's name when it cannot be read.
        """
        if element.id not in self._compiled:
            self._compiled[element.id] = self._compile(element)
        return self._compiled[element.id]

    def _compile(
        self,
        element: DecisionElement | BusinessKnowledgeModel,
        faults: list[DecisionError] | None = None,
    ) -> Compiled:
        compiler = self.compiler(element, faults)
        names = self._names(element)
        try:
            if isinstance(element, DecisionElement):
                return compiler.compile(element.logic, names)
            if element.logic is None:
                return NOTHING
            if element.logic.kind != "FEEL":
                return compiler.compile(element.logic, names)  # It raises the error.
            for parameter in element.logic.parameters:
                names |= {parameter.name} | self.types.parts(parameter.type)
            return compiler.compile(element.logic.body, names)
        except RecursionError:
            raise DecisionError(
                f'"{element.name}": its logic is nested too deep',
                code="budget",
                element_id=element.id,
                element_name=element.name,
            ) from None

    def _names(self, element: DecisionElement | BusinessKnowledgeModel) -> Names:
        """What the element's logic may name: the variables of what it requires, their parts."""
        names: set[str] = set()
        for _, located in self.required(element):
            if located is not None:
                names.add(located.element.variable)
                names.update(located.path)
                names.update(_parts(located))
        return frozenset(names)


def _parts(located: LocatedElement) -> Names:
    """The names of the entries that the element's value has."""
    element = located.element
    parts = located.module.types.parts(element.type)
    if isinstance(element, DecisionElement) and not parts:
        return frozenset(_entries(element.logic))
    return parts


def _entries(logic: boxed.BoxedExpression | None) -> Iterator[str]:
    """The names that a boxed expression gives to parts of its value."""
    if isinstance(logic, boxed.BoxedContext):
        for entry in logic.entries:
            yield entry.name
            yield from _entries(entry.value)
    elif isinstance(logic, boxed.BoxedRelation):
        yield from (name for name, _ in logic.columns)
    elif isinstance(logic, boxed.BoxedTable):
        yield from (output.name for output in logic.outputs)
