"""The expression as a tree: what the parser makes and the compiler turns into functions.

Every node knows ``at``, the position of its first character in the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from engine.feel.kinds import Type


@dataclass(frozen=True, slots=True)
class SyntaxNode:
    """A part of an expression; ``at`` is the position of its first character."""

    at: int


@dataclass(frozen=True, slots=True)
class LiteralNode(SyntaxNode):
    """A value that is written out."""

    value: Any


@dataclass(frozen=True, slots=True)
class NameNode(SyntaxNode):
    """A variable; ``bound`` when the expression declares it, ``member`` when it stands in a filter
    and may be a part of the element."""

    name: str
    bound: bool
    member: bool


@dataclass(frozen=True, slots=True)
class NegationNode(SyntaxNode):
    """A minus sign and its operand."""

    operand: SyntaxNode


@dataclass(frozen=True, slots=True)
class ArithmeticNode(SyntaxNode):
    """``+ - * /`` or ``**`` between two operands."""

    operator: str
    left: SyntaxNode
    right: SyntaxNode


@dataclass(frozen=True, slots=True)
class LogicNode(SyntaxNode):
    """``and`` or ``or`` of two or more operands."""

    operator: str
    operands: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class ComparisonNode(SyntaxNode):
    """``= != < <= >`` or ``>=`` between two operands."""

    operator: str
    left: SyntaxNode
    right: SyntaxNode


@dataclass(frozen=True, slots=True)
class BetweenNode(SyntaxNode):
    """``value between low and high``."""

    value: SyntaxNode
    low: SyntaxNode
    high: SyntaxNode


@dataclass(frozen=True, slots=True)
class OperatorTestNode(SyntaxNode):
    """An operator and one operand, such as ``< 10``: a range, or a test on the value tested."""

    operator: str
    operand: SyntaxNode


@dataclass(frozen=True, slots=True)
class InNode(SyntaxNode):
    """``value in test`` or ``value in (tests)``."""

    value: SyntaxNode
    tests: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class UnaryTestsNode(SyntaxNode):
    """The cell of a decision table: ``-``, tests, or ``not(tests)``, on the value ``?``."""

    tests: tuple[SyntaxNode, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class IfNode(SyntaxNode):
    """``if condition then … else otherwise``."""

    condition: SyntaxNode
    then: SyntaxNode
    otherwise: SyntaxNode


@dataclass(frozen=True, slots=True)
class IteratorClause:
    """A variable and what it runs over: ``name in source``, or ``name in source..end``."""

    name: str
    source: SyntaxNode
    end: SyntaxNode | None


@dataclass(frozen=True, slots=True)
class ForNode(SyntaxNode):
    """``for iterators return body``; ``cost`` is the steps of one round."""

    iterators: tuple[IteratorClause, ...]
    body: SyntaxNode
    cost: int


@dataclass(frozen=True, slots=True)
class QuantifiedNode(SyntaxNode):
    """``some`` or ``every``, iterators and a condition; ``cost`` is the steps of one round."""

    every: bool
    iterators: tuple[IteratorClause, ...]
    condition: SyntaxNode
    cost: int


@dataclass(frozen=True, slots=True)
class PathNode(SyntaxNode):
    """``base.name``."""

    base: SyntaxNode
    name: str


@dataclass(frozen=True, slots=True)
class FilterNode(SyntaxNode):
    """``base[condition]``; ``cost`` is the steps of looking at one element."""

    base: SyntaxNode
    condition: SyntaxNode
    cost: int


@dataclass(frozen=True, slots=True)
class CallNode(SyntaxNode):
    """``function(arguments)``; ``names`` are the parameters that are named, None when the arguments
    stand in order."""

    function: SyntaxNode
    arguments: tuple[SyntaxNode, ...]
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class FunctionNode(SyntaxNode):
    """``function(parameters) body``, each parameter with the type that it asks for; ``cost`` is the
    steps of one call."""

    parameters: tuple[tuple[str, Type | None], ...]
    body: SyntaxNode
    cost: int


@dataclass(frozen=True, slots=True)
class ContextNode(SyntaxNode):
    """``{name: value, …}``."""

    entries: tuple[tuple[str, SyntaxNode], ...]


@dataclass(frozen=True, slots=True)
class ListNode(SyntaxNode):
    """``[item, …]``."""

    items: tuple[SyntaxNode, ...]


@dataclass(frozen=True, slots=True)
class RangeNode(SyntaxNode):
    """``[start..end]`` with round brackets where an end does not belong to it."""

    start: SyntaxNode
    end: SyntaxNode
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class InstanceOfNode(SyntaxNode):
    """``value instance of type``."""

    value: SyntaxNode
    type: Type


def parts_of(node: SyntaxNode) -> Iterator[SyntaxNode]:
    """The node and all that it is made of."""
    waiting: list[Any] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, SyntaxNode):
            yield part
        if isinstance(part, tuple):
            waiting.extend(part)
        elif is_dataclass(part) and not isinstance(part, type):
            waiting.extend(getattr(part, field.name) for field in fields(part))


def names_of(node: SyntaxNode) -> Iterator[NameNode]:
    """All names that the tree looks up."""
    return (part for part in parts_of(node) if isinstance(part, NameNode))


def called_in(node: SyntaxNode) -> list[NameNode]:
    """The names that the tree calls as functions."""
    calls = (part.function for part in parts_of(node) if isinstance(part, CallNode))
    return [function for function in calls if isinstance(function, NameNode)]


def names_in(node: SyntaxNode) -> frozenset[str]:
    """The names that the tree looks up, as texts."""
    return frozenset(name.name for name in names_of(node))
