"""One file of a decision model, ready to be evaluated: its elements by id and name, its types,
the files that it imports, and its logic, compiled when it is first needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.dmn import boxed, tables
from engine.dmn.compiler import NOTHING, Compiled, Compiler, Names
from engine.dmn.errors import DecisionError
from engine.dmn.model import Decision, Definitions, Element, Knowledge
from engine.dmn.types import Types
from engine.feel.budget import Budget

assert tables  # It registers the handler of decision tables.


@dataclass(frozen=True, slots=True)
class Found:
    """An element, the file that it is in, and the names of the imports that lead there."""

    module: Module
    element: Element
    path: tuple[str, ...]


class Module:
    """A file with the files that it imports, by the imports' names."""

    def __init__(
        self, definitions: Definitions, imports: Sequence[tuple[str, Module]], budget: Budget
    ):
        self.definitions = definitions
        self.imports = tuple(imports)
        self.budget = budget
        self._by_id = {element.id: element for element in definitions.elements()}
        self._compiled: dict[str, Compiled] = {}
        self.types: Types = Types(
            definitions.types, [(name, module.types) for name, module in imports], budget
        )

    def find(self, reference: str, path: tuple[str, ...] = ()) -> Found | None:
        """The element that a reference such as ``#id`` means; None when there is none."""
        namespace, _, element_id = reference.rpartition("#")
        if namespace in ("", self.definitions.namespace):
            element = self._by_id.get(element_id)
            return None if element is None else Found(self, element, path)
        for name, module in self.imports:
            if module.definitions.namespace == namespace:
                element = module._by_id.get(element_id)
                return None if element is None else Found(module, element, (*path, name))
        return None

    def named(self, name: str) -> Element | None:
        """The element of that id, else of that name: a decision before all others."""
        if name in self._by_id:
            return self._by_id[name]
        definitions = self.definitions
        for element in (*definitions.decisions, *definitions.services, *definitions.elements()):
            if name in (element.name, element.variable):
                return element
        return None

    def required(self, element: Decision | Knowledge) -> Iterator[tuple[str, Found | None]]:
        """What an element requires, each reference with what it leads to."""
        for reference in element.requires:
            yield reference, self.find(reference)

    def compiler(self, element: Element, faults: list[DecisionError] | None = None) -> Compiler:
        """What compiles this element's logic; ``faults`` as the compiler has them."""
        return Compiler(element.id, element.name, self.types, self.budget, faults)

    def faults(self, element: Decision | Knowledge) -> list[DecisionError]:
        """Everything in an element's logic that cannot be read."""
        found: list[DecisionError] = []
        try:
            self._compile(element, found)
        except DecisionError as error:
            found.append(error)
        return found

    def logic(self, element: Decision | Knowledge) -> Compiled:
        """The logic of a decision, or the body of a knowledge model's function.

        Raises DecisionError with the element's name when it cannot be read.
        """
        if element.id not in self._compiled:
            self._compiled[element.id] = self._compile(element)
        return self._compiled[element.id]

    def _compile(
        self, element: Decision | Knowledge, faults: list[DecisionError] | None = None
    ) -> Compiled:
        compiler = self.compiler(element, faults)
        names = self._names(element)
        try:
            if isinstance(element, Decision):
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

    def _names(self, element: Decision | Knowledge) -> Names:
        """What the element's logic may name: the variables of what it requires, their parts."""
        names: set[str] = set()
        for _, found in self.required(element):
            if found is not None:
                names.add(found.element.variable)
                names.update(found.path)
                names.update(_parts(found))
        return frozenset(names)


def _parts(found: Found) -> Names:
    """The names of the entries that the element's value has."""
    element = found.element
    parts = found.module.types.parts(element.type)
    if isinstance(element, Decision) and not parts:
        return frozenset(_entries(element.logic))
    return parts


def _entries(logic: boxed.Boxed | None) -> Iterator[str]:
    """The names that a boxed expression gives to parts of its value."""
    if isinstance(logic, boxed.Context):
        for entry in logic.entries:
            yield entry.name
            yield from _entries(entry.value)
    elif isinstance(logic, boxed.Relation):
        yield from (name for name, _ in logic.columns)
    elif isinstance(logic, boxed.Table):
        yield from (output.name for output in logic.outputs)
