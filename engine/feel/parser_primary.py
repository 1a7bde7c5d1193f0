"""Operands and what may follow them: literals, names, brackets, paths, filters, calls, types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel import nodes
from engine.feel.kinds import Type
from engine.feel.lexer import AT, END, NUMBER, SIGN, STRING, WORD
from engine.feel.names import RESERVED, joined, normal, written
from engine.feel.parser_base import ParserBase
from engine.feel.temporal import parse_literal
from engine.feel.values import numeral

_CONSTANTS = {"true": True, "false": False, "null": None}
"""The words that are values."""
_OPERAND_SIGNS = frozenset({"(", "[", "{", "-"})
"""Signs with which an operand can begin: behind [ they show that it opens a filter."""
_FILTER_WORDS = frozenset({"if", "for", "some", "every", "function", "true", "false", "null"})
"""Reserved words with which an expression can begin: behind [ they show that it opens a filter."""
COMPARISON_SIGNS = frozenset({"=", "!=", "<", "<=", ">", ">="})
"""The signs of comparison operators, which may also begin a test such as ``< 10``."""


class OperandParser(ParserBase):
    """Reads operands: literals, names, brackets, and what may follow them."""

    def primary(self) -> nodes.SyntaxNode:
        """One operand, without what follows it."""
        token = self.token
        if token.kind == WORD:
            return self.word()
        if token.kind == SIGN and token.text in _OPENED:
            return _OPENED[token.text](self)
        if token.kind in (SIGN, END):
            self.fail("a value")
        value: Any = token.text
        if token.kind == NUMBER:
            value = numeral(token.text)
            if value is None:
                self.fail("a smaller number", message="this number is too large")
        elif token.kind == AT:
            value = parse_literal(token.text)  # @"foo" can be read; its value is null.
        self.advance()
        return self.node(nodes.LiteralNode(token.start, value))

    def word(self) -> nodes.SyntaxNode:
        """A constant, a block that begins with a word, or a name."""
        token = self.token
        known = self.known.match(self.tokens, self.index)
        if known is None:
            if token.text in _CONSTANTS:
                self.advance()
                return self.node(nodes.LiteralNode(token.start, _CONSTANTS[token.text]))
            block = self.block(token.text)
            if block is not None:
                return block
            if token.text in RESERVED:
                self.fail("a value")
            known = joined(self.tokens, self.index)
        name, length = known
        self.index += length
        return self.node(
            nodes.NameNode(token.start, name, name in self.bound, member=self.filters > 0)
        )

    def bracketed(self) -> nodes.SyntaxNode:
        """``(expression)``, ``(1..10]`` or ``(< 10)``."""
        at = self.advance().start
        if self.token.kind == SIGN and self.token.text in COMPARISON_SIGNS:
            self.deeper()
            node = self.comparison_test()
            self.shallower()
            self.expect(")")
            return node
        node = self.expression()
        if self.is_sign(".."):
            return self.range_from(node, at, included=False)
        self.expect(")", "an operator")
        return node

    def list_or_range(self) -> nodes.SyntaxNode:
        """``[1, 2]`` or ``[1..10]``."""
        at = self.advance().start
        items: list[nodes.SyntaxNode] = []
        if not self.is_sign("]") or self.opens_range():
            items.append(self.item())
            if self.is_sign(".."):
                return self.range_from(items[0], at, included=True)
            while self.is_sign(","):
                self.advance()
                items.append(self.item())
        self.expect("]", ",")
        return self.node(nodes.ListNode(at, tuple(items)))

    def opens_range(self) -> bool:
        """Whether this ``]``, behind a ``[``, opens a range, as in ``[]1..10], 20]``, rather than
        ends an empty list: nothing that begins an operand may follow that."""
        following = self.peek()
        if following.kind == WORD:
            return following.text not in RESERVED and following.text != "instance"
        return following.kind in (NUMBER, STRING, AT)

    def item(self) -> nodes.SyntaxNode:
        """An element of a list, which may be a test such as ``> 10``."""
        if self.token.kind == SIGN and self.token.text in COMPARISON_SIGNS:
            return self.comparison_test()
        return self.expression()

    def open_range(self) -> nodes.SyntaxNode:
        """``]1..10]``, a range that does not have its start."""
        at = self.advance().start
        return self.range_from(self.expression(), at, included=False)

    def range_from(self, start: nodes.SyntaxNode, at: int, *, included: bool) -> nodes.SyntaxNode:
        """The rest of a range whose start has been read."""
        self.expect("..")
        end = self.expression()
        if not (self.is_sign("]") or self.is_sign(")") or self.is_sign("[")):
            self.fail("]", ")", "[")
        closed = self.advance().text == "]"
        return self.node(nodes.RangeNode(at, start, end, included, closed))

    def context(self) -> nodes.SyntaxNode:
        """``{name: value, "other name": value}``; each entry sees those before it."""
        at = self.expect("{").start
        self.deeper()
        entries: list[tuple[str, nodes.SyntaxNode]] = []
        while not self.is_sign("}"):
            name = self.key()
            entries.append((name, self.expression()))
            self.declare(name)
            self.members.add(name)
            if not self.is_sign(","):
                break
            self.advance()
        self.expect("}", ",")
        self.forget(len(entries))
        self.shallower()
        return self.node(nodes.ContextNode(at, tuple(entries)))

    def key(self) -> str:
        """A context's key, and the colon behind it."""
        if self.token.kind == STRING and self.peek().text == ":":
            name = self.advance().text
        else:
            name = self.declared_name(":")
        self.expect(":")
        return name

    def declared_name(self, stop: str) -> str:
        """A name that is declared here, up to the sign ``stop``, which is not read."""
        name = written(self.tokens, self.index, self.text, stop)
        if name is None:
            self.fail(f"a name and {stop}")
        while not self.is_sign(stop):
            self.advance()
        return name

    def postfix(self, base: nodes.SyntaxNode) -> nodes.SyntaxNode:
        """Paths, filters and calls behind an operand."""
        while True:
            if self.is_sign("."):
                at = self.advance().start
                base = self.node(nodes.PathNode(at, base, self.member_name()))
            elif self.is_sign("[") and self.opens_filter():
                base = self.filter(base)
            elif self.is_sign("("):
                base = self.call(base)
            else:
                return base

    def member_name(self) -> str:
        """The name behind a dot."""
        if self.token.kind != WORD:
            self.fail("a name")
        known = self.members.match(self.tokens, self.index)
        known = known or self.known.match(self.tokens, self.index)
        name, length = known or joined(self.tokens, self.index)
        self.index += length
        return name

    def opens_filter(self) -> bool:
        """Whether this ``[`` opens a filter; it may also end a range, as in ``[1..10[``."""
        following = self.peek()
        if following.kind == SIGN:
            return following.text in _OPERAND_SIGNS
        if following.kind == WORD:
            return following.text not in RESERVED or following.text in _FILTER_WORDS
        return following.kind != END

    def filter(self, base: nodes.SyntaxNode) -> nodes.SyntaxNode:
        """``[condition]`` behind an operand."""
        at = self.expect("[").start
        before = self.nodes
        self.filters += 1
        condition = self.expression()
        self.filters -= 1
        self.expect("]", "an operator")
        return self.node(nodes.FilterNode(at, base, condition, self.nodes - before + 1))

    def call(self, function: nodes.SyntaxNode) -> nodes.SyntaxNode:
        """``f(1, 2)`` or ``f(b: 2, a: 1)``."""
        at = self.expect("(").start
        arguments: list[nodes.SyntaxNode] = []
        names: list[str] = []
        while not self.is_sign(")"):
            name = written(self.tokens, self.index, self.text, ":")
            if name is not None and (names or not arguments):
                names.append(name)
                while not self.is_sign(":"):
                    self.advance()
                self.advance()
            elif names:
                self.fail("a parameter's name")
            arguments.append(self.expression())
            if not self.is_sign(","):
                break
            self.advance()
        self.expect(")", ",")
        named = tuple(names) if names else None
        return self.node(nodes.CallNode(at, function, tuple(arguments), named))

    def type(self) -> Type:
        """A type's name, with the types inside it."""
        if self.token.kind != WORD:
            self.fail("a type")
        words = [self.advance().text]
        while self.token.kind == WORD and (
            self.token.text not in RESERVED
            or (self.token.text == "and" and words[-1] in ("days", "years", "date"))
        ):
            if self.token.text == "instance" and self.peek().text == "of":
                break
            words.append(self.advance().text)
        while self.is_sign(".") and self.peek().kind == WORD:
            self.advance()
            words[-1] += "." + self.advance().text
        name = normal(" ".join(words))
        self.node(nodes.SyntaxNode(self.token.start))
        if name in ("list", "range", "context", "function") and self.is_sign("<"):
            return self.type_parts(name)
        return Type(name)

    def type_parts(self, name: str) -> Type:
        """``<number>``, ``<a: number, b: string>`` or ``<number> -> string``."""
        self.expect("<")
        self.deeper()
        parts: list[Type] = []
        names: list[str] = []
        while not self.is_sign(">"):
            if name == "context":
                names.append(self.declared_name(":"))
                self.expect(":")
            parts.append(self.type())
            if not self.is_sign(","):
                break
            self.advance()
        self.expect(">", ",")
        self.shallower()
        if name == "function":
            self.expect("->")
            parts.append(self.type())
        elif name != "context" and len(parts) != 1:
            self.fail("one type", message=f"{name}<…> takes one type")
        return Type(name, tuple(parts), tuple(names))


_OPENED: dict[str, Callable[[OperandParser], nodes.SyntaxNode]] = {
    "(": OperandParser.bracketed,
    "[": OperandParser.list_or_range,
    "]": OperandParser.open_range,
    "{": OperandParser.context,
}
"""What is read when an operand begins with one of the signs."""
