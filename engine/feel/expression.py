"""The way in: text → compiled expression → value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.feel import closures_scope, nodes
from engine.feel.budget import DEFAULT, Budget, Run
from engine.feel.builtins import BUILTINS
from engine.feel.closures import ExpressionCompiler
from engine.feel.errors import FeelBudgetError, FeelError
from engine.feel.kinds import Type
from engine.feel.names import normal
from engine.feel.parser import Parser
from engine.feel.scope import TESTED, Frame
from engine.feel.values import FeelRange

assert closures_scope  # It registers the handlers of nodes with a scope.

_HOLDERS = frozenset({list, dict, FeelRange})
"""Classes of values that hold other values."""
_CACHED = 1024
"""Compiled expressions that are kept, some hundred objects each: enough for the plan's conditions
many times over."""
_SPACED_BUILTINS = tuple(name for name in BUILTINS if " " in name)
"""Names of built-in functions that a parser must be told of, being more than one word."""


class Expression:
    """A compiled expression; immutable, so it may be shared by threads.

    ``names`` are the variables that it needs. ``possible_names`` are those and the names in
    filters that may be either variables or entries of the list's elements. ``called`` are the names
    that it calls as functions, ``uncalled`` the built-in functions that it names without calling
    them. ``cost`` is the steps
    that evaluating it once more is worth, for those who evaluate it in a loop of theirs.
    """

    __slots__ = (
        *("_budget", "_code", "called", "cost", "entries", "names", "possible_names", "text"),
        "uncalled",
    )

    def __init__(
        self,
        text: str,
        node: nodes.SyntaxNode,
        budget: Budget,
        types: Mapping[str, Type] | None,
        cost: int,
    ):
        self.text = text
        self.cost = cost
        self._budget = budget
        self._code = ExpressionCompiler(text, dict(types) if types else None).code(node)
        entries = node.entries if isinstance(node, nodes.ContextNode) else ()
        self.entries = frozenset(name for name, _ in entries)
        free = [name for name in nodes.names_of(node) if not name.bound]
        called = nodes.called_in(node)
        self.called = frozenset(name.name for name in called if not name.bound)
        self.uncalled = frozenset(
            name.name for name in free if name.name in BUILTINS and name not in called
        )
        self.possible_names = frozenset(name.name for name in free if not _is_given(name))
        self.names = frozenset(
            name.name for name in free if not name.member and not _is_given(name)
        )

    def evaluate(
        self,
        context: Mapping[str, Any] | None = None,
        *,
        strict: bool = False,
        now: datetime | None = None,
    ) -> Any:
        """The expression's value with these variables.

        An unknown variable is null, or with ``strict`` a FeelNameError. ``now`` is what ``now()``
        and ``today()`` tell (an aware datetime in the zone that the dates are meant in); without
        it an expression that asks raises FeelError. FeelBudgetError when it costs too much.
        """
        run = Run(self._budget, strict=strict, now=now)
        try:
            value = self._code(Frame({} if context is None else context, None, run))
            check_size(value, run)
        except RecursionError:
            raise _too_deep(self.text) from None
        except FeelError as error:
            error.params.setdefault("expression", self.text)
            raise
        return value

    def within(self, frame: Frame) -> Any:
        """The value as a part of a larger evaluation, such as a decision's: its variables are the
        frame's, its steps are taken from the frame's budget, and the whole is the caller's to hold
        against that budget (``check_size``)."""
        try:
            return self._code(frame)
        except FeelError as error:
            error.params.setdefault("expression", self.text)
            raise

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.text!r}>"


class UnaryTests(Expression):
    """The compiled cell of a decision table."""

    __slots__ = ()

    def matches(
        self,
        value: Any,
        context: Mapping[str, Any] | None = None,
        *,
        now: datetime | None = None,
    ) -> bool:
        """Whether the value meets the tests; null counts as not."""
        return self.evaluate({**(context or {}), TESTED: value}, now=now) is True


def compile_expression(
    text: str,
    *,
    budget: Budget = DEFAULT,
    names: Iterable[str] = (),
    types: Mapping[str, Type] | None = None,
) -> Expression:
    """Read an expression; FeelSyntaxError says where it cannot be read and what was expected.

    ``names`` are variables (and their parts) that are known: needed only for those with signs or
    reserved words in them, such as ``profit/loss``; words in a row are one name anyway. ``types``
    gives a meaning to other types' names than FEEL's own. A leading ``=``, as modelers write it
    before expressions, is the caller's to take away. Compiled expressions are cached.
    """
    if types:
        return _read(text, budget, frozenset(map(normal, names)), types)
    return _cached(text, budget, frozenset(map(normal, names)))


def compile_unary_tests(
    text: str,
    *,
    budget: Budget = DEFAULT,
    names: Iterable[str] = (),
    types: Mapping[str, Type] | None = None,
) -> UnaryTests:
    """Read the cell of a decision table: ``-``, ``< 10``, ``"a", "b"``, ``not(1)``, ``? > x``."""
    if types:
        return _read_unary_tests(text, budget, frozenset(map(normal, names)), types)
    return _cached_unary_tests(text, budget, frozenset(map(normal, names)))


@lru_cache(maxsize=_CACHED)
def _cached(text: str, budget: Budget, names: frozenset[str]) -> Expression:
    return _read(text, budget, names, None)


@lru_cache(maxsize=_CACHED)
def _cached_unary_tests(text: str, budget: Budget, names: frozenset[str]) -> UnaryTests:
    return _read_unary_tests(text, budget, names, None)


def _read(
    text: str, budget: Budget, names: frozenset[str], types: Mapping[str, Type] | None
) -> Expression:
    try:
        parser = _parser(text, budget, names)
        return Expression(text, parser.whole_expression(), budget, types, parser.nodes)
    except RecursionError:
        raise _too_deep(text) from None


def _read_unary_tests(
    text: str, budget: Budget, names: frozenset[str], types: Mapping[str, Type] | None
) -> UnaryTests:
    try:
        parser = _parser(text, budget, names)
        return UnaryTests(text, parser.whole_unary_tests(), budget, types, parser.nodes)
    except RecursionError:
        raise _too_deep(text) from None


def _too_deep(text: str) -> FeelBudgetError:
    return FeelBudgetError("the expression is nested too deep", limit="depth", expression=text)


def _is_given(name: nodes.NameNode) -> bool:
    """Whether the language itself gives the name a meaning where it stands."""
    return name.name in BUILTINS or name.name == TESTED or (name.member and name.name == "item")


def _parser(text: str, budget: Budget, names: frozenset[str]) -> Parser:
    return Parser(text, budget, (*_SPACED_BUILTINS, *sorted(names)))


def check_size(value: Any, run: Run) -> None:
    """Hold all elements and texts of a result, however deep, against the budget."""
    if type(value) not in _HOLDERS:
        return
    count = characters = 0
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, FeelRange):
            waiting.extend((part.start, part.end))
        elif isinstance(part, str):
            characters += len(part)
        count += 1
        run.check_length(count - 1)
        run.check_text(characters)
