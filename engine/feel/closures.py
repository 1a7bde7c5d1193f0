"""Tree → functions: what evaluates an expression.

Each node becomes one Python function of the frame, made once when the expression is compiled, so
that evaluating it is nothing but calls. Nothing here calls eval or exec. This file holds what has
no scope of its own; ``closures_scope.py`` has the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import nodes
from engine.feel.access import member
from engine.feel.arithmetic import OPERATORS, negate
from engine.feel.builtins import BUILTINS
from engine.feel.compare import equal, matches_test, order, three_valued_and, three_valued_or
from engine.feel.convert import NATIVE, convert
from engine.feel.errors import FeelNameError, place
from engine.feel.kinds import Type, is_instance
from engine.feel.scope import TESTED, Code, Frame
from engine.feel.values import FeelRange, Function


class ExpressionCompiler:
    """Compiles the nodes of one expression."""

    def __init__(self, text: str, types: dict[str, Type] | None = None):
        self.text = text
        self.types = types

    def code(self, node: nodes.SyntaxNode) -> Code:
        """The function that evaluates ``node``."""
        return NODE_HANDLERS[type(node)](self, node)

    def asks(self, node: nodes.SyntaxNode) -> bool:
        """Whether ``node`` looks up ``?``, the value that a cell or a test behind ``in`` tests."""
        return TESTED in self.text and TESTED in nodes.names_in(node)


NodeHandler = Callable[[ExpressionCompiler, Any], Code]
"""Makes the function that evaluates a node of one kind."""
NODE_HANDLERS: dict[type, NodeHandler] = {}
"""The handlers by the kinds of node, registered by ``handles_node``."""


def handles_node(kind: type) -> Callable[[NodeHandler], NodeHandler]:
    """Register the function below as the handler of one kind of node."""

    def register(handler: NodeHandler) -> NodeHandler:
        NODE_HANDLERS[kind] = handler
        return handler

    return register


@handles_node(nodes.LiteralNode)
def _literal(_: ExpressionCompiler, node: nodes.LiteralNode) -> Code:
    value = node.value
    return lambda frame: value


@handles_node(nodes.NameNode)
def _name(compiler: ExpressionCompiler, node: nodes.NameNode) -> Code:
    name = node.name
    builtin = BUILTINS.get(name)
    line, column = place(compiler.text, node.at)
    # In a filter, an element without the entry is no mistake.
    lenient = node.member or node.bound

    def lookup(frame: Frame) -> Any:
        scope: Frame | None = frame
        while scope is not None:
            if name in scope.values:
                value = scope.values[name]
                return value if type(value) in NATIVE else _converted(scope, name, value)
            scope = scope.parent
        if builtin is None and frame.run.strict and not lenient:
            raise FeelNameError(name, position=node.at, line=line, column=column)
        return builtin

    return lookup


def _converted(scope: Frame, name: str, value: Any) -> Any:
    """A value of the outermost scope in FEEL's types; inner scopes hold nothing else."""
    if scope.parent is not None:
        return value
    run = scope.run
    if run.cache is None:
        run.cache = {}
    if name not in run.cache:
        run.cache[name] = convert(value, run)
    return run.cache[name]


@handles_node(nodes.NegationNode)
def _negate(compiler: ExpressionCompiler, node: nodes.NegationNode) -> Code:
    if isinstance(node.operand, nodes.LiteralNode):
        value = negate(node.operand.value)
        return lambda frame: value
    operand = compiler.code(node.operand)
    return lambda frame: negate(operand(frame))


@handles_node(nodes.ArithmeticNode)
def _arithmetic(compiler: ExpressionCompiler, node: nodes.ArithmeticNode) -> Code:
    left, right = compiler.code(node.left), compiler.code(node.right)
    operate = OPERATORS[node.operator]
    return lambda frame: operate(left(frame), right(frame), frame.run)


@handles_node(nodes.LogicNode)
def _logic(compiler: ExpressionCompiler, node: nodes.LogicNode) -> Code:
    operands = tuple(compiler.code(operand) for operand in node.operands)
    # The one operand that decides whatever the others are.
    decisive = node.operator == "or"

    def logic(frame: Frame) -> bool | None:
        result: bool | None = not decisive
        for operand in operands:
            value: object = operand(frame)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                result = None
        return result

    return logic


@handles_node(nodes.ComparisonNode)
def _comparison(compiler: ExpressionCompiler, node: nodes.ComparisonNode) -> Code:
    left, right = compiler.code(node.left), compiler.code(node.right)
    compare = COMPARISONS[node.operator]
    return lambda frame: compare(left(frame), right(frame), frame.run)


def _unequal(left: Any, right: Any, run: Any) -> bool | None:
    """FEEL's ``!=``: null where ``=`` is."""
    same = equal(left, right, run)
    return None if same is None else not same


def _relation(holds: Callable[[int], bool]) -> Callable[[Any, Any, Any], bool | None]:
    """A comparison by what it says of the order of its operands: -1, 0 or 1."""

    def relation(left: Any, right: Any, run: Any) -> bool | None:
        ordered = order(left, right)
        return None if ordered is None else holds(ordered)

    return relation


COMPARISONS: dict[str, Callable[[Any, Any, Any], bool | None]] = {
    "=": equal,
    "!=": _unequal,
    "<": _relation(lambda ordered: ordered < 0),
    "<=": _relation(lambda ordered: ordered <= 0),
    ">": _relation(lambda ordered: ordered > 0),
    ">=": _relation(lambda ordered: ordered >= 0),
}
"""The comparison operators by the signs that write them."""


@handles_node(nodes.BetweenNode)
def _between(compiler: ExpressionCompiler, node: nodes.BetweenNode) -> Code:
    value, low, high = (compiler.code(part) for part in (node.value, node.low, node.high))

    def between(frame: Frame) -> bool | None:
        tested = value(frame)
        after, before = order(tested, low(frame)), order(tested, high(frame))
        return three_valued_and(
            (
                None if after is None else after >= 0,
                None if before is None else before <= 0,
            )
        )

    return between


@handles_node(nodes.OperatorTestNode)
def _test(compiler: ExpressionCompiler, node: nodes.OperatorTestNode) -> Code:
    """As a value, ``< 10`` is the range of all that is less than 10."""
    operand, operator = compiler.code(node.operand), node.operator

    def span(frame: Frame) -> FeelRange | None:
        value = operand(frame)
        if operator == "=":
            return FeelRange(value, value, True, True)
        if operator == "!=":
            return FeelRange(value, value, True, True, negated=True)
        if value is None:
            return None
        if operator.startswith("<"):
            return FeelRange(None, value, False, operator == "<=")
        return FeelRange(value, None, operator == ">=", False)

    return span


Tester = Callable[[Frame, Any], "bool | None"]
"""Whether a value meets a test, in a frame; None when nothing can be said."""
CONDITIONS = (
    *(nodes.ComparisonNode, nodes.LogicNode, nodes.BetweenNode),
    *(nodes.InNode, nodes.QuantifiedNode, nodes.InstanceOfNode),
)
"""Nodes whose value can only be true, false or null; that null is no value to be met."""


def tester(compiler: ExpressionCompiler, node: nodes.SyntaxNode) -> Tester:
    """The function that says whether a value meets one test behind ``in`` (table 55)."""
    if isinstance(node, nodes.OperatorTestNode):
        operand, compare = compiler.code(node.operand), COMPARISONS[node.operator]
        return lambda frame, value: compare(value, operand(frame), frame.run)
    test, conditional = compiler.code(node), isinstance(node, CONDITIONS)
    if compiler.asks(node):
        return _asking(test, conditional=conditional)
    if conditional or isinstance(node, nodes.RangeNode):
        return within(test)
    return lambda frame, value: matches_test(value, test(frame), frame.run)


def within(span: Code) -> Tester:
    """The test whether a value lies in a range that is written out, or is the answer of a condition
    that does not ask for it; nothing can be said where the range or the answer is null."""

    def lies(frame: Frame, value: Any) -> bool | None:
        wanted = span(frame)
        return None if wanted is None else matches_test(value, wanted, frame.run)

    return lies


def _asking(test: Code, *, conditional: bool) -> Tester:
    """A test that may be a boolean expression about ``?``, which then is the value tested."""

    def asked(frame: Frame, value: Any) -> bool | None:
        answer = test(Frame({TESTED: value}, frame, frame.run))
        if type(answer) is bool or conditional:
            return answer if type(answer) is bool else None
        # Else ``?`` is what it was outside, the value of the cell that this stands in.
        wanted = test(frame)
        return None if wanted is None else matches_test(value, wanted, frame.run)

    return asked


@handles_node(nodes.InNode)
def _in(compiler: ExpressionCompiler, node: nodes.InNode) -> Code:
    value = compiler.code(node.value)
    tests = tuple(tester(compiler, test) for test in node.tests)

    def member_of(frame: Frame) -> bool | None:
        tested = value(frame)
        return three_valued_or([test(frame, tested) for test in tests])

    return member_of


@handles_node(nodes.IfNode)
def _if(compiler: ExpressionCompiler, node: nodes.IfNode) -> Code:
    condition = compiler.code(node.condition)
    then, otherwise = compiler.code(node.then), compiler.code(node.otherwise)
    return lambda frame: then(frame) if condition(frame) is True else otherwise(frame)


@handles_node(nodes.PathNode)
def _path(compiler: ExpressionCompiler, node: nodes.PathNode) -> Code:
    base, name = compiler.code(node.base), node.name
    return lambda frame: member(base(frame), name, frame.run)


@handles_node(nodes.ListNode)
def _list(compiler: ExpressionCompiler, node: nodes.ListNode) -> Code:
    items = tuple(compiler.code(item) for item in node.items)
    return lambda frame: [item(frame) for item in items]


@handles_node(nodes.RangeNode)
def _range(compiler: ExpressionCompiler, node: nodes.RangeNode) -> Code:
    start, end = compiler.code(node.start), compiler.code(node.end)
    start_included, end_included = node.start_included, node.end_included

    def span(first: Any, last: Any) -> FeelRange | None:
        unknown = first is None or last is None
        if not unknown and order(first, last) is None:
            return None  # Between two kinds of values, or values without an order, lies nothing.
        return FeelRange(first, last, start_included, end_included, unknown=unknown)

    low, high = literal_number(node.start), literal_number(node.end)
    if low is not None and high is not None:
        written = span(low, high)
        return lambda frame: written
    return lambda frame: span(start(frame), end(frame))


@handles_node(nodes.InstanceOfNode)
def _instance_of(compiler: ExpressionCompiler, node: nodes.InstanceOfNode) -> Code:
    value, wanted, types = compiler.code(node.value), node.type, compiler.types
    return lambda frame: is_instance(value(frame), wanted, types)


@handles_node(nodes.CallNode)
def _call(compiler: ExpressionCompiler, node: nodes.CallNode) -> Code:
    arguments = tuple(compiler.code(argument) for argument in node.arguments)
    names = node.names
    function = compiler.code(node.function)
    builtin = (
        BUILTINS.get(node.function.name) if isinstance(node.function, nodes.NameNode) else None
    )

    def call(frame: Frame) -> Any:
        called = function(frame)
        if not isinstance(called, Function):
            # A variable that happens to have a built-in function's name does not hide it.
            if builtin is None:
                return None
            called = builtin
        values = [argument(frame) for argument in arguments]
        if names is None:
            return called.invoke(frame.run, values)
        if len(set(names)) != len(names):
            return None
        return called.invoke_named(frame.run, dict(zip(names, values, strict=True)))

    return call


def literal_number(node: nodes.SyntaxNode) -> Decimal | None:
    """The number that a node is, if it is nothing but a number with or without a sign."""
    if isinstance(node, nodes.NegationNode):
        value = literal_number(node.operand)
        return None if value is None else negate(value)
    if isinstance(node, nodes.LiteralNode) and isinstance(node.value, Decimal):
        return node.value
    return None
