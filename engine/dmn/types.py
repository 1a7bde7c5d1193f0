"""Item definitions: whether a value is of a type, and what it becomes where the type is asked for.

Source: DMN 1.5, 7.3.3 (item definitions) and 10.3.2.9 (conformance and implicit conversions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from engine import feel
from engine.dmn.errors import DecisionError
from engine.dmn.model import ItemDefinition
from engine.dmn.run import note, shown
from engine.feel.budget import Budget, Run
from engine.feel.kinds import BUILT_IN, Type, coerce, conforms, simple_name
from engine.feel.scope import TESTED, Frame
from engine.feel.values import Function

_FOREIGN = frozenset({"integer", "long", "double"})
"""Number types that other engines' modelers offer; DMN has but one, so nothing more is checked."""
BASIC = frozenset(
    {"string", "number", "boolean", "date", "time", "date and time"}
    | {"days and time duration", "years and months duration"}
)
"""Types whose values can be written as one text."""
TypeCheck = Callable[[Any, Run], bool]
"""Whether a value is of a type."""


class Types:
    """The types of one model, those of imported models under ``import.name``; models imported
    without a name share the names of this one.

    ``known`` is what FEEL's ``instance of`` needs to know of them. Raises DecisionError for
    allowed values that cannot be read.
    """

    def __init__(
        self,
        definitions: Iterable[ItemDefinition],
        imported: Sequence[tuple[str, Types]],
        budget: Budget,
    ):
        self._budget = budget
        self.known: dict[str, Type] = {}
        self.checks: dict[str, TypeCheck] = {}
        """Says of each type whether a value is of it."""
        self.items: dict[str, tuple[Types, ItemDefinition]] = {}
        """Each definition with the types that the names in it are looked up in."""
        for prefix, types in imported:
            self._take(prefix, types)
        for item in definitions:
            self.items[item.name] = (self, item)
            self.known[item.name] = _feel_type(item)
            self.checks[item.name] = self._check(item)
        for name in self.items:
            self._refuse_circle(name)

    def _take(self, prefix: str, types: Types) -> None:
        """Make another model's types known, here with the name of the import before them."""
        start = f"{prefix}." if prefix else ""
        for name, check in types.checks.items():
            self.checks[start + name] = check
            self.items[start + name] = types.items[name]
            self.known[start + name] = _prefixed(types.known[name], start)

    def is_known(self, name: str) -> bool:
        """Whether a type is FEEL's own, a common one of other engines, or defined in the model."""
        return not name or name in BUILT_IN or name in _FOREIGN or name in self.checks

    def _refuse_circle(self, name: str) -> None:
        """A type may hold itself in a component, but not be nothing but itself."""
        seen: set[str] = set()
        for types, item in self._bases(name):
            if types is self and item.name in seen:
                raise DecisionError(
                    f'the type "{item.name}" is defined by itself',
                    code="circle",
                    element_id=item.name,
                    element_name=item.name,
                )
            seen.add(item.name)

    def _bases(self, name: str) -> Iterator[tuple[Types, ItemDefinition]]:
        """The definition of a name, the one that it is based on, and so on."""
        definition = self.items.get(name)
        while definition is not None:
            yield definition
            types, item = definition
            definition = types.items.get(item.base)

    def allowed(self, name: str) -> str:
        """The unary tests of a type's allowed values, ``""`` when it has none."""
        return next((item.allowed for _, item in self._bases(name) if item.allowed), "")

    def basic(self, name: str) -> str:
        """FEEL's own name of the type that values of the named type are of, ``""`` for lists,
        contexts, functions and any value."""
        for _, item in self._bases(name):
            if item.collection or item.components or item.parameters is not None:
                return ""
            name = item.base
        if name in _FOREIGN:
            return "number"
        own_name = simple_name(name)
        return own_name if own_name in BASIC else ""

    def function_result(self, name: str) -> str:
        """The type that a call gives whose function's variable is of the named type."""
        definition = self.items.get(name)
        if definition is not None and definition[1].parameters is not None:
            return definition[1].result
        return "" if name in ("function", "Any") else name

    def parts(self, name: str) -> frozenset[str]:
        """The names of the components, and of theirs and so on, of values of a type."""
        names: set[str] = set()
        seen: set[int] = set()
        waiting = [definition] if (definition := self.items.get(name)) is not None else []
        while waiting:
            types, item = waiting.pop()
            if id(item) in seen:
                continue
            seen.add(id(item))
            names.update(part.name for part in item.components)
            waiting.extend((types, part) for part in item.components)
            if item.base in types.items:
                waiting.append(types.items[item.base])
        return frozenset(names)

    def settle(self, value: Any, name: str, run: Run, element: str, element_id: str = "") -> Any:
        """The value as the named type by the implicit conversions; null, with a note, when it
        does not conform."""
        if value is None or not name:
            return value
        settled = self.settled(value, name, run)
        if settled is None:
            message = f"{shown(value, run)} is not of the type {name}"
            note(run, "type", element, message, element_id)
        return settled

    def settled(self, value: Any, name: str, run: Run) -> Any:
        """As ``settle``, without a note."""
        check = self.checks.get(name)
        if check is None:
            return coerce(value, Type(name))
        if check(value, run):
            return value
        if isinstance(value, list) and len(value) == 1 and check(value[0], run):
            return value[0]
        if check([value], run):
            return [value]
        types, item = self.items[name]
        if item.base and not item.collection:
            inner = types.settled(value, item.base, run)
            if inner is not None and inner is not value and check(inner, run):
                return inner
        return None

    def conforms(self, value: Any, name: str, run: Run) -> bool:
        """Whether the value may stand where the named type is asked for; null always may."""
        if value is None or not name:
            return True
        check = self.checks.get(name)
        return conforms(value, Type(name)) if check is None else check(value, run)

    def _check(self, item: ItemDefinition) -> TypeCheck:
        single = self._single(item)
        constraint = self._tests(item.constraint, item)

        def check(value: Any, run: Run) -> bool:
            if value is None:
                return True
            if item.collection:
                if not isinstance(value, list):
                    return False
                run.charge(len(value))
                if not all(element is None or single(element, run) for element in value):
                    return False
            elif not single(value, run):
                return False
            return constraint is None or constraint(value, run)

        return check

    def _single(self, item: ItemDefinition) -> TypeCheck:
        """The check of the type without regard to whether it is a collection."""
        allowed = self._tests(item.allowed, item)
        inner = self._shape(item)
        if allowed is None:
            return inner
        return lambda value, run: inner(value, run) and allowed(value, run)

    def _shape(self, item: ItemDefinition) -> TypeCheck:
        if item.parameters is not None:
            arity = len(item.parameters)
            return lambda value, run: isinstance(value, Function) and len(value.parameters) == arity
        if not item.components:
            return lambda value, run: self.conforms(value, item.base, run)
        parts = tuple((part.name, self._check(part)) for part in item.components)

        def shape(value: Any, run: Run) -> bool:
            run.charge(1)
            return isinstance(value, dict) and all(
                name in value and check(value[name], run) for name, check in parts
            )

        return shape

    def _tests(self, text: str, item: ItemDefinition) -> TypeCheck | None:
        if not text:
            return None
        try:
            tests = feel.compile_unary_tests(text, budget=self._budget)
        except feel.FeelError as error:
            raise DecisionError(
                f'the allowed values of the type "{item.name}" cannot be read: {error.message}',
                code="expression",
                element_id=item.name,
                element_name=item.name,
                expression=text,
            ) from None

        def check(value: Any, run: Run) -> bool:
            run.charge(1)
            return tests.within(Frame({TESTED: value}, Frame({}, None, run), run)) is True

        return check


def _feel_type(item: ItemDefinition) -> Type:
    """What ``instance of`` asks when it is asked for this type."""
    if item.parameters is not None:
        parts = [Type(part.type or "Any") for part in item.parameters]
        inner = Type("function", (*parts, Type(item.result or "Any")))
    elif item.components:
        inner = Type(
            "context",
            tuple(_feel_type(part) for part in item.components),
            tuple(part.name for part in item.components),
        )
    else:
        inner = Type(item.base or "Any")
    return Type("list", (inner,)) if item.collection else inner


def _prefixed(wanted: Type, start: str) -> Type:
    """The type as another model writes it."""
    parts = tuple(_prefixed(part, start) for part in wanted.parts)
    name = wanted.name if wanted.name in BUILT_IN else start + wanted.name
    return Type(name, parts, wanted.names)
