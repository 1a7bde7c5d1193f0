"""Tree → functions, for the nodes that have a scope of their own: loops, filters, contexts,
function definitions, and the cells of decision tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from engine.feel import nodes
from engine.feel.access import element
from engine.feel.closures import (
    CONDITIONS,
    ExpressionCompiler,
    Tester,
    handles_node,
    literal_number,
    tester,
    within,
)
from engine.feel.compare import matches_test, order, three_valued_or
from engine.feel.extended_dates import AnyDate, ordinal, shift_days
from engine.feel.kinds import coerce
from engine.feel.scope import TESTED, Code, Frame
from engine.feel.temporal import is_date
from engine.feel.values import FeelRange, Function, whole

IteratorSource = Callable[[Frame], "Iterator[Any] | None"]
"""What an iterator runs over, in a frame: the values one after the other; None for what is neither
a list nor a range."""


@handles_node(nodes.ForNode)
def _for(compiler: ExpressionCompiler, node: nodes.ForNode) -> Code:
    sources = _sources(compiler, node.iterators)
    body, cost = compiler.code(node.body), node.cost

    looks_back = "partial" in nodes.names_in(node.body)

    def loop(frame: Frame) -> list[Any] | None:
        results: list[Any] = []
        partial: dict[str, Any] = {"partial": []}
        for inner in _rounds(Frame(partial, frame, frame.run), sources):
            if inner is None:
                return None
            inner.run.charge(cost)
            if looks_back:
                # A copy: what the body keeps of it must not grow.
                inner.run.charge(len(results))
                partial["partial"] = list(results)
            results.append(body(inner))
            inner.run.check_length(len(results))
        return results

    return loop


@handles_node(nodes.QuantifiedNode)
def _quantified(compiler: ExpressionCompiler, node: nodes.QuantifiedNode) -> Code:
    sources = _sources(compiler, node.iterators)
    condition, cost = compiler.code(node.condition), node.cost
    decisive = not node.every

    def quantified(frame: Frame) -> bool | None:
        result: bool | None = not decisive
        for inner in _rounds(frame, sources):
            if inner is None:
                return None
            inner.run.charge(cost)
            value: object = condition(inner)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                result = None
        return result

    return quantified


def _sources(
    compiler: ExpressionCompiler, iterators: Sequence[nodes.IteratorClause]
) -> tuple[tuple[str, IteratorSource], ...]:
    return tuple((iterator.name, _source(compiler, iterator)) for iterator in iterators)


def _rounds(frame: Frame, sources: Sequence[tuple[str, IteratorSource]]) -> Iterator[Frame | None]:
    """A frame for each combination of the iterators' values, the last one running fastest.

    A None among them says that something to run over was no list and no range.
    """
    (name, source), *rest = sources
    values = source(frame)
    if values is None:
        yield None
        return
    for value in values:
        frame.run.charge(1)
        inner = Frame({name: value}, frame, frame.run)
        if rest:
            yield from _rounds(inner, rest)
        else:
            yield inner


def _source(compiler: ExpressionCompiler, iterator: nodes.IteratorClause) -> IteratorSource:
    source = compiler.code(iterator.source)
    if iterator.end is not None:
        end = compiler.code(iterator.end)
        return lambda frame: _count(source(frame), end(frame))

    def values(frame: Frame) -> Iterator[Any] | None:
        value = source(frame)
        if isinstance(value, list):
            return iter(value)
        if isinstance(value, FeelRange):
            return _within(value)
        return None

    return values


def _within(span: FeelRange) -> Iterator[Any] | None:
    """The whole numbers or days that a range holds."""
    values = _count(span.start, span.end)
    # As a value, a range that runs backwards holds nothing that could be counted.
    if values is None or span.negated or order(span.start, span.end) == 1:
        return None
    return (
        value
        for value in values
        if (span.start_included or value != span.start) and (span.end_included or value != span.end)
    )


def _count(start: Any, end: Any) -> Iterator[Any] | None:
    """Whole numbers or days from ``start`` to ``end``, downwards when the end comes first."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        first, last = whole(start), whole(end)
        if first is None or last is None:
            return None
        return (Decimal(number) for number in _integers(first, last))
    if is_date(start) and is_date(end):
        return _days(start, end)
    return None


def _integers(first: int, last: int) -> range:
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


def _days(start: AnyDate, end: AnyDate) -> Iterator[AnyDate | None]:
    return (shift_days(start, days) for days in _integers(0, ordinal(end) - ordinal(start)))


@handles_node(nodes.FilterNode)
def _filter(compiler: ExpressionCompiler, node: nodes.FilterNode) -> Code:
    base, cost = compiler.code(node.base), node.cost
    index = literal_number(node.condition)
    if index is not None:
        return lambda frame: element(_as_list(base(frame)), index)
    condition = compiler.code(node.condition)

    def filtered(frame: Frame) -> Any:
        whole_value = base(frame)
        if whole_value is None:
            return None
        values = _as_list(whole_value)
        if not values:
            # An empty list has no element at an index, but what a condition chooses is a list.
            met = condition(Frame({"item": None}, frame, frame.run))
            return [] if met is None or type(met) is bool else None
        return _chosen(values, condition, cost, frame)

    return filtered


def _chosen(values: list[Any], condition: Code, cost: int, frame: Frame) -> Any:
    """The elements for which the condition is true, or the one at the index that it gives.

    Null for a condition that is neither (10.3.2.5); where it is null, nothing can be said of the
    element, and it is left out.
    """
    chosen: list[Any] = []
    for position, value in enumerate(values):
        frame.run.charge(cost)
        inner = Frame({"item": value}, frame, frame.run)
        if isinstance(value, dict):
            inner = Frame(value, inner, frame.run)
        met = condition(inner)
        if met is True:
            chosen.append(value)
        elif isinstance(met, Decimal) and position == 0:
            # A number that is not written out is an index all the same.
            return element(values, met)
        elif met is not None and met is not False:
            return None
    return chosen


def _as_list(value: Any) -> list[Any]:
    """What a filter chooses from: one value is a list of one (10.3.2.5), null has no elements."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


@handles_node(nodes.ContextNode)
def _context(compiler: ExpressionCompiler, node: nodes.ContextNode) -> Code:
    entries = tuple((name, compiler.code(entry)) for name, entry in node.entries)
    repeated = len({name for name, _ in entries}) != len(entries)

    def context(frame: Frame) -> dict[str, Any] | None:
        if repeated:
            return None
        values: dict[str, Any] = {}
        inner = frame
        for name, entry in entries:
            # A frame for each: an entry sees those before it, a function not itself.
            values[name] = entry(inner)
            inner = Frame({name: values[name]}, inner, frame.run)
        return values

    return context


@handles_node(nodes.FunctionNode)
def _function(compiler: ExpressionCompiler, node: nodes.FunctionNode) -> Code:
    names = tuple(name for name, _ in node.parameters)
    types = tuple(wanted for _, wanted in node.parameters)
    body, cost, known = compiler.code(node.body), node.cost, compiler.types

    def define(frame: Frame) -> Function:
        def work(run: Any, arguments: Sequence[Any]) -> Any:
            if len(arguments) != len(names):
                return None
            values: dict[str, Any] = {}
            for name, wanted, argument in zip(names, types, arguments, strict=True):
                value = argument if wanted is None else coerce(argument, wanted, known)
                if value is None and argument is not None:
                    return None
                values[name] = value
            run.enter()
            run.charge(cost)
            result = body(Frame(values, frame, run))
            run.leave()
            return result

        return Function(names, work, types=types)

    return define


@handles_node(nodes.UnaryTestsNode)
def _unary_tests(compiler: ExpressionCompiler, node: nodes.UnaryTestsNode) -> Code:
    """True if the value ``?`` meets one of the tests (or none, when negated)."""
    tests = tuple(_cell_test(compiler, test) for test in node.tests)
    tested = compiler.code(nodes.NameNode(node.at, TESTED, bound=True, member=False))

    def met(frame: Frame) -> bool | None:
        if not tests:
            return True
        value = tested(frame)
        result = three_valued_or([test(frame, value) for test in tests])
        if node.negated and result is not None:
            return not result
        return result

    return met


def _cell_test(compiler: ExpressionCompiler, node: nodes.SyntaxNode) -> Tester:
    """One test in the cell of a decision table (8.3.3).

    An expression that asks for ``?`` and is true or false, or null because nothing can be said of
    the value, is the answer itself. Any other is what the value must equal or lie in; but where
    the value is neither a boolean nor null, a boolean can only be meant as the answer.
    """
    if isinstance(node, nodes.OperatorTestNode):
        return tester(compiler, node)
    code = compiler.code(node)
    if isinstance(node, nodes.RangeNode):
        return within(code)
    asks, conditional = compiler.asks(node), isinstance(node, CONDITIONS)

    def test(frame: Frame, value: Any) -> bool | None:
        wanted = code(frame)
        if wanted is None and (asks or conditional):
            return None
        if asks and type(wanted) is bool:
            return wanted
        if type(wanted) is bool and type(value) is not bool and value is not None:
            return wanted
        return matches_test(value, wanted, frame.run)

    return test
