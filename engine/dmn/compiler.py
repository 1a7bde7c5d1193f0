"""Boxed expressions → functions of a frame, as FEEL's own compiler makes them.

Conditionals, filters and iterations are handed to FEEL's compiler with their parts as ready-made
nodes, so that the boxed and the written form mean the same by construction (DMN 1.5, 10.2.2.8
to 10.2.2.10 define the boxed form by the written one).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.dmn import boxed
from engine.dmn.errors import DecisionError
from engine.dmn.run import note
from engine.dmn.types import Types
from engine.feel import Expression, closures, nodes
from engine.feel.budget import Budget
from engine.feel.scope import Code, Frame
from engine.feel.values import Function

Names = frozenset[str]
"""Names that are in scope where an expression stands."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What evaluates an expression, the steps that it is worth, and the names it looks up."""

    code: Code
    cost: int
    names: Names


@dataclass(frozen=True, slots=True)
class _Ready(nodes.SyntaxNode):
    """A node of FEEL's tree whose expression is compiled already, with the names that it looks
    up."""

    code: Code
    looked_up: tuple[nodes.NameNode, ...]


@closures.handles_node(_Ready)
def _ready(_: closures.ExpressionCompiler, node: _Ready) -> Code:
    return node.code


MOST_FAULTS = 40
"""Errors of one element that are told: whoever mends a table does not read more at once."""
NOTHING = Compiled(lambda frame: None, 1, frozenset())
"""What an expression that is not there compiles to: null."""
BoxedHandler = Callable[["LogicCompiler", Any, Names], Compiled]
"""Compiles a boxed expression of one kind, with the names that are in scope where it stands."""
BOXED_HANDLERS: dict[type[boxed.BoxedExpression], BoxedHandler] = {}
"""The handlers by the kinds of boxed expression, registered by ``handles_boxed``."""


def handles_boxed(kind: type[boxed.BoxedExpression]) -> Callable[[BoxedHandler], BoxedHandler]:
    """Register the function below as the handler of one kind of boxed expression."""

    def register(handler: BoxedHandler) -> BoxedHandler:
        BOXED_HANDLERS[kind] = handler
        return handler

    return register


class LogicCompiler:
    """Compiles the logic of one element; errors and notes carry that element's name."""

    def __init__(
        self,
        element_id: str,
        element_name: str,
        types: Types,
        budget: Budget,
        faults: list[DecisionError] | None = None,
    ):
        """:param faults: takes the errors of single expressions, which then do not end the
        compiling, so that all of them are told at once"""
        self.element_id = element_id
        self.element = element_name
        self.types = types
        self.budget = budget
        self._faults = faults

    def compile(self, part: boxed.BoxedExpression | None, names: Names) -> Compiled:
        """The expression, its value brought to the type that it asks for; null for one that is not
        there."""
        if part is None:
            return NOTHING
        compiled = BOXED_HANDLERS[type(part)](self, part, names)
        # A function definition's type is that of the function, which is not called here.
        return compiled if not part.type else self.typed(compiled, part.type)

    def typed(self, compiled: Compiled, type_name: str) -> Compiled:
        """The expression with its value brought to a type."""
        if not type_name or type_name == "Any":
            return compiled
        code, settle = compiled.code, self.settle
        return Compiled(
            lambda frame: settle(code(frame), type_name, frame), compiled.cost, compiled.names
        )

    def settle(self, value: Any, type_name: str, frame: Frame) -> Any:
        """A value of this element as the type, or null with a note that names the element."""
        return self.types.settle(value, type_name, frame.run, self.element, self.element_id)

    def note(self, frame: Frame, code: str, message: str) -> None:
        """Tell why a value of this element became null."""
        note(frame.run, code, self.element, message, self.element_id)

    def feel(
        self, part: boxed.LiteralExpression, names: Names, *, tests: bool = False
    ) -> Expression:
        """FEEL text, compiled; DecisionError when it cannot be read and errors are not gathered."""
        try:
            return self._read(part, names, tests)
        except DecisionError as error:
            if self._faults is None or len(self._faults) >= MOST_FAULTS:
                raise
            self._faults.append(error)
            return feel.compile("null")

    def _read(self, part: boxed.LiteralExpression, names: Names, tests: bool) -> Expression:
        if part.language and "feel" not in part.language.lower():
            raise self.error(
                f"expressions in {part.language} are not run, only FEEL", part, code="language"
            )
        read = feel.compile_unary_tests if tests else feel.compile
        try:
            return read(part.text, budget=self.budget, names=names, types=self.types.known)
        except feel.FeelError as error:
            raise self.error(error.message, part, **error.params) from None

    def error(
        self, message: str, part: boxed.BoxedExpression, *, code: str = "expression", **params: Any
    ) -> DecisionError:
        """An error in a part of this element's logic."""
        params.setdefault(
            "expression", part.text if isinstance(part, boxed.LiteralExpression) else ""
        )
        return DecisionError(
            f'"{self.element}": {message}',
            code=code,
            element_id=self.element_id,
            element_name=self.element,
            part=part.id,
            **params,
        )


def cost_of_parts(parts: Sequence[Compiled]) -> int:
    """The steps that an expression of these parts is worth."""
    return 1 + sum(part.cost for part in parts)


def names_of_parts(parts: Sequence[Compiled]) -> Names:
    """The names that an expression of these parts looks up."""
    return frozenset[str]().union(*(part.names for part in parts))


@handles_boxed(boxed.LiteralExpression)
def _literal(compiler: LogicCompiler, part: boxed.LiteralExpression, names: Names) -> Compiled:
    if not part.text:
        return NOTHING
    expression = compiler.feel(part, names)
    return Compiled(expression.within, expression.cost, expression.possible_names)


@handles_boxed(boxed.BoxedContext)
def _context(compiler: LogicCompiler, part: boxed.BoxedContext, names: Names) -> Compiled:
    entries: list[tuple[str, Compiled]] = []
    for entry in part.entries:
        compiled = compiler.typed(compiler.compile(entry.value, names), entry.type)
        entries.append((entry.name, compiled))
        names |= {entry.name}
    codes = tuple((name, compiled.code) for name, compiled in entries)

    def context(frame: Frame) -> Any:
        values: dict[str, Any] = {}
        inner = frame
        for name, code in codes:
            value = code(inner)
            if not name:
                return value
            values[name] = value
            # A frame for each: an entry sees those before it, a function not itself.
            inner = Frame({name: value}, inner, frame.run)
        return values

    parts = [compiled for _, compiled in entries]
    return Compiled(context, cost_of_parts(parts), names_of_parts(parts))


@handles_boxed(boxed.BoxedList)
def _list(compiler: LogicCompiler, part: boxed.BoxedList, names: Names) -> Compiled:
    parts = [compiler.compile(item, names) for item in part.items]
    codes = tuple(item.code for item in parts)
    return Compiled(
        lambda frame: [code(frame) for code in codes], cost_of_parts(parts), names_of_parts(parts)
    )


@handles_boxed(boxed.BoxedRelation)
def _relation(compiler: LogicCompiler, part: boxed.BoxedRelation, names: Names) -> Compiled:
    titles = tuple(name for name, _ in part.columns)
    rows: list[tuple[Compiled, ...]] = []
    for row in part.rows:
        if len(row) != len(titles):
            raise compiler.error(
                f"a row has {len(row)} cells under {len(titles)} columns", part, code="table"
            )
        rows.append(
            tuple(
                compiler.typed(compiler.compile(cell, names), column[1])
                for cell, column in zip(row, part.columns, strict=True)
            )
        )

    def relation(frame: Frame) -> list[dict[str, Any]]:
        return [
            {title: cell.code(frame) for title, cell in zip(titles, row, strict=True)}
            for row in rows
        ]

    parts = [cell for row in rows for cell in row]
    return Compiled(relation, cost_of_parts(parts), names_of_parts(parts))


@handles_boxed(boxed.BoxedInvocation)
def _invocation(compiler: LogicCompiler, part: boxed.BoxedInvocation, names: Names) -> Compiled:
    function = compiler.compile(part.function, names)
    bindings = tuple((name, compiler.compile(value, names)) for name, value in part.bindings)

    def invoke(frame: Frame) -> Any:
        called = function.code(frame)
        if not isinstance(called, Function):
            compiler.note(frame, "function", "what is to be called is no function")
            return None
        arguments = {name: value.code(frame) for name, value in bindings}
        return called.invoke_named(frame.run, arguments)

    parts = [function, *(value for _, value in bindings)]
    return Compiled(invoke, cost_of_parts(parts), names_of_parts(parts))


@handles_boxed(boxed.BoxedFunction)
def _function(compiler: LogicCompiler, part: boxed.BoxedFunction, names: Names) -> Compiled:
    if part.kind != "FEEL":
        raise compiler.error(
            f"functions in {part.kind} are not run, only FEEL", part, code="language"
        )
    inner = names | {parameter.name for parameter in part.parameters}
    for parameter in part.parameters:
        inner |= compiler.types.parts(parameter.type)
    body = compiler.compile(part.body, inner)

    def define(frame: Frame) -> Function:
        return function_of(compiler, part.parameters, body, frame)

    return Compiled(define, 1, body.names)


def function_of(
    compiler: LogicCompiler,
    parameters: Sequence[boxed.FormalParameter],
    body: Compiled,
    frame: Frame,
) -> Function:
    """A function whose body sees its parameters and the frame that it was defined in."""

    def work(run: Any, arguments: Sequence[Any]) -> Any:
        values = bound(compiler, parameters, arguments, frame, run)
        if values is None:
            return None
        run.enter()
        run.charge(body.cost)
        result = body.code(Frame(values, frame, run))
        run.leave()
        return result

    return Function(
        [parameter.name for parameter in parameters],
        work,
        name=compiler.element,
        types=[compiler.types.known.get(p.type) or _builtin(p.type) for p in parameters],
    )


def _builtin(name: str) -> feel.Type | None:
    return feel.Type(name) if name else None


def bound(
    compiler: LogicCompiler,
    parameters: Sequence[boxed.FormalParameter],
    arguments: Sequence[Any],
    frame: Frame,
    run: Any,
) -> dict[str, Any] | None:
    """The arguments of a call by their parameters' names; None, with a note, when the call is not
    valid."""
    caller = Frame({}, None, run)
    if len(arguments) != len(parameters):
        message = f"it takes {len(parameters)} arguments, not {len(arguments)}"
        compiler.note(caller, "arguments", message)
        return None
    values: dict[str, Any] = {}
    for parameter, argument in zip(parameters, arguments, strict=True):
        values[parameter.name] = compiler.settle(argument, parameter.type, caller)
        if values[parameter.name] is None and argument is not None:
            return None
    return values


@handles_boxed(boxed.BoxedConditional)
def _conditional(compiler: LogicCompiler, part: boxed.BoxedConditional, names: Names) -> Compiled:
    condition, then, otherwise = (
        compiler.compile(piece, names) for piece in (part.condition, part.then, part.otherwise)
    )
    node = nodes.IfNode(0, _node(condition), _node(then), _node(otherwise))
    return _by_feel(node, condition, then, otherwise)


@handles_boxed(boxed.BoxedFilter)
def _filter(compiler: LogicCompiler, part: boxed.BoxedFilter, names: Names) -> Compiled:
    source = compiler.compile(part.source, names)
    match = compiler.compile(part.match, names | {"item"})
    return _by_feel(nodes.FilterNode(0, _node(source), _node(match), match.cost), source, match)


@handles_boxed(boxed.BoxedFor)
def _for(compiler: LogicCompiler, part: boxed.BoxedFor, names: Names) -> Compiled:
    source = compiler.compile(part.source, names)
    body = compiler.compile(part.body, names | {part.variable, "partial"})
    iterator = nodes.IteratorClause(part.variable, _node(source), None)
    return _by_feel(nodes.ForNode(0, (iterator,), _node(body), body.cost), source, body)


@handles_boxed(boxed.BoxedQuantified)
def _quantified(compiler: LogicCompiler, part: boxed.BoxedQuantified, names: Names) -> Compiled:
    source = compiler.compile(part.source, names)
    condition = compiler.compile(part.condition, names | {part.variable})
    iterator = nodes.IteratorClause(part.variable, _node(source), None)
    node = nodes.QuantifiedNode(0, part.every, (iterator,), _node(condition), condition.cost)
    return _by_feel(node, source, condition)


def _node(compiled: Compiled) -> _Ready:
    """A compiled part as a node of FEEL's tree."""
    names = tuple(nodes.NameNode(0, name, bound=False, member=False) for name in compiled.names)
    return _Ready(0, compiled.code, names)


def _by_feel(node: nodes.SyntaxNode, *parts: Compiled) -> Compiled:
    """What FEEL's own compiler makes of a node whose parts are compiled."""
    return Compiled(
        closures.ExpressionCompiler("").code(node), cost_of_parts(parts), names_of_parts(parts)
    )
