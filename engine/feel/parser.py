"""Tokens → tree, by precedence climbing.

Written by hand rather than with a grammar library: in FEEL the names in scope decide where a token
ends (``a-b`` is one name if such a variable is known, else a subtraction), a bracket may close what
looks like a filter (``[1..10[``), and ``(`` may open a range, a list of tests or a group. A table
of tokens known beforehand cannot say that, a general (Earley) parser takes milliseconds for a
condition, and neither tells a reader what was expected in the reader's own words.

Precedence, from loose to tight (10.3.1.2, rules 2 and 4): ``or``; ``and``; comparison, ``between``
and ``in``; ``+ -``; ``* /``; ``**``; minus sign; ``instance of``; path, filter and call. All bind
to the left. ``if``, ``for``, ``some``, ``every`` and ``function`` reach as far as they can.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel import nodes
from engine.feel.budget import Budget
from engine.feel.lexer import END, SIGN
from engine.feel.parser_base import ParserBase
from engine.feel.parser_blocks import BlockParser
from engine.feel.parser_primary import COMPARISON_SIGNS, OperandParser

OR, AND, COMPARE, ADD, MULTIPLY, POWER, MINUS = range(1, 8)
"""How tightly operators bind, the loosest first."""

_BINARY = {
    "or": OR,
    "and": AND,
    "=": COMPARE,
    "!=": COMPARE,
    "<": COMPARE,
    "<=": COMPARE,
    ">": COMPARE,
    ">=": COMPARE,
    "between": COMPARE,
    "in": COMPARE,
    "+": ADD,
    "-": ADD,
    "*": MULTIPLY,
    "/": MULTIPLY,
    "**": POWER,
}
"""How tightly an operator between two operands binds, by its sign or word."""


class Parser(BlockParser, OperandParser, ParserBase):
    """Reads one text once, as an expression or as a cell."""

    def __init__(self, text: str, budget: Budget, names: Iterable[str] = ()):
        super().__init__(text, budget, names)

    def whole_expression(self) -> nodes.SyntaxNode:
        """The text as one expression; FeelSyntaxError if anything is left over."""
        node = self.expression()
        self.finish()
        return node

    def whole_unary_tests(self) -> nodes.UnaryTestsNode:
        """The text as the cell of a decision table (rule 15)."""
        at = self.token.start
        if self.is_sign("-") and self.peek().kind == END:
            self.advance()
            return self.node(nodes.UnaryTestsNode(at, (), False))
        start = self.index
        if self.is_word("not") and self.peek().text == "(":
            self.advance()
            self.advance()
            tests = self.test_list()
            self.expect(")", ",")
            if self.token.kind == END:
                return self.node(nodes.UnaryTestsNode(at, tests, True))
            self.index = start  # It is an expression that begins with not(…).
        tests = self.test_list()
        self.finish()
        return self.node(nodes.UnaryTestsNode(at, tests, False))

    def expression(self) -> nodes.SyntaxNode:
        """An expression of any kind, one level deeper than what it stands in."""
        self.deeper()
        node = self.binary(OR)
        self.shallower()
        return node

    def binary(self, lowest: int) -> nodes.SyntaxNode:
        """Operands joined by operators that bind at least as tightly as ``lowest``."""
        left = self.unary()
        while True:
            operator = self.operator()
            level = _BINARY.get(operator, 0)
            if level < lowest or not level:
                return left
            at = self.token.start
            self.advance()
            left = self.joined(left, operator, level, at)

    def operator(self) -> str:
        """The operator that stands here, or an empty text."""
        token = self.token
        return token.text if token.kind in ("sign", "word") else ""

    def joined(
        self, left: nodes.SyntaxNode, operator: str, level: int, at: int
    ) -> nodes.SyntaxNode:
        """The node of ``left``, the operator just read, and what follows that."""
        if operator == "between":
            return self.between(left)
        if operator == "in":
            return self.node(nodes.InNode(left.at, left, self.in_tests()))
        right = self.binary(level + 1)
        if level in (OR, AND):
            if isinstance(left, nodes.LogicNode) and left.operator == operator:
                return nodes.LogicNode(left.at, operator, (*left.operands, right))
            return self.node(nodes.LogicNode(left.at, operator, (left, right)))
        if level == COMPARE:
            return self.node(nodes.ComparisonNode(at, operator, left, right))
        return self.node(nodes.ArithmeticNode(at, operator, left, right))

    def between(self, value: nodes.SyntaxNode) -> nodes.SyntaxNode:
        """``between low and high`` behind a value."""
        low = self.binary(ADD)
        self.expect_word("and")
        return self.node(nodes.BetweenNode(value.at, value, low, self.binary(ADD)))

    def unary(self) -> nodes.SyntaxNode:
        """A minus sign and its operand, or an operand and its type test."""
        if not self.is_sign("-"):
            return self.typed(self.postfix(self.primary()))
        at = self.token.start
        self.advance()
        self.deeper()
        operand = self.unary()
        self.shallower()
        return self.node(nodes.NegationNode(at, operand))

    def typed(self, value: nodes.SyntaxNode) -> nodes.SyntaxNode:
        """``value instance of type``, or just the value."""
        while self.is_word("instance") and self.peek().text == "of":
            self.advance()
            self.advance()
            value = self.node(nodes.InstanceOfNode(value.at, value, self.type()))
        return value

    def in_tests(self) -> tuple[nodes.SyntaxNode, ...]:
        """What may follow ``in``: one test, or several in brackets."""
        if not self.is_sign("("):
            return (self.test(),)
        at = self.advance().start
        self.deeper()
        tests = self.test_list()
        self.shallower()
        if len(tests) == 1 and self.is_sign(".."):
            return (self.postfix(self.range_from(tests[0], at, included=False)),)
        self.expect(")", ",")
        if len(tests) == 1 and not isinstance(tests[0], nodes.OperatorTestNode):
            return (self.postfix(tests[0]),)
        return tests

    def test_list(self) -> tuple[nodes.SyntaxNode, ...]:
        """Tests with commas between them, each an expression or an operator and an operand."""
        tests = [self.item()]
        while self.is_sign(","):
            self.advance()
            tests.append(self.item())
        return tuple(tests)

    def test(self) -> nodes.SyntaxNode:
        """One test behind ``in``, which an ``and`` ends."""
        if self.token.kind == SIGN and self.token.text in COMPARISON_SIGNS:
            return self.comparison_test()
        return self.binary(ADD)

    def comparison_test(self) -> nodes.SyntaxNode:
        """``< 10`` and its like."""
        at, operator = self.token.start, self.token.text
        self.advance()
        return self.node(nodes.OperatorTestNode(at, operator, self.binary(ADD)))
