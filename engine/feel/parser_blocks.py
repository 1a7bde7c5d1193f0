"""The constructs that begin with a word: if, for, some, every, function."""

from __future__ import annotations

from engine.feel import nodes
from engine.feel.kinds import Type
from engine.feel.lexer import NUMBER, SIGN, WORD
from engine.feel.names import NAME_SIGNS, RESERVED, normal
from engine.feel.parser_base import ParserBase


class BlockParser(ParserBase):
    """Reads constructs that begin with a word: conditions, loops, quantified expressions,
    functions."""

    def block(self, word: str) -> nodes.SyntaxNode | None:
        """The construct that begins with ``word``, or None when none does."""
        if word == "if":
            return self.condition()
        if word == "for":
            return self.loop()
        if word in ("some", "every"):
            return self.quantified(every=word == "every")
        if word == "function" and self.peek().text == "(":
            return self.function()
        return None

    def condition(self) -> nodes.SyntaxNode:
        """``if a then b else c``."""
        at = self.advance().start
        condition = self.expression()
        self.expect_word("then")
        then = self.expression()
        self.expect_word("else")
        return self.node(nodes.IfNode(at, condition, then, self.expression()))

    def loop(self) -> nodes.SyntaxNode:
        """``for a in list return b``."""
        at = self.advance().start
        iterators = self.iterators()
        self.expect_word("return")
        before = self.nodes
        self.declare("partial")
        body = self.expression()
        self.forget(len(iterators) + 1)
        return self.node(nodes.ForNode(at, iterators, body, self.nodes - before + 1))

    def quantified(self, *, every: bool) -> nodes.SyntaxNode:
        """``some a in list satisfies b``, or ``every``."""
        at = self.advance().start
        iterators = self.iterators()
        self.expect_word("satisfies")
        before = self.nodes
        condition = self.expression()
        self.forget(len(iterators))
        cost = self.nodes - before + 1
        return self.node(nodes.QuantifiedNode(at, every, iterators, condition, cost))

    def iterators(self) -> tuple[nodes.IteratorClause, ...]:
        """``a in list, b in 1..10``; each may use those before it. They stay in scope."""
        iterators: list[nodes.IteratorClause] = []
        while True:
            name = self.iterator_name()
            source = self.expression()
            end = None
            if self.is_sign(".."):
                self.advance()
                end = self.expression()
            iterators.append(nodes.IteratorClause(name, source, end))
            self.declare(name)
            if not self.is_sign(","):
                return tuple(iterators)
            self.advance()

    def iterator_name(self) -> str:
        """The variable's name up to ``in``, which is read too."""
        if self.token.kind != WORD or self.token.text in RESERVED:
            self.fail("a variable's name")
        name = self.new_name(RESERVED)
        self.expect_word("in")
        return name

    def new_name(self, ends: frozenset[str] = frozenset()) -> str:
        """A name that is declared here: words, numbers and the signs that a name may have, up to
        another sign or one of the words that end it."""
        first = last = self.advance()
        while (
            (self.token.kind == WORD and self.token.text not in ends)
            or self.token.kind == NUMBER
            or (self.token.kind == SIGN and self.token.text in NAME_SIGNS)
        ):
            last = self.advance()
        return normal(self.text[first.start : last.end])

    def function(self) -> nodes.SyntaxNode:
        """``function(a, b: number) a + b``."""
        at = self.advance().start
        self.expect("(")
        parameters: list[tuple[str, Type | None]] = []
        while not self.is_sign(")"):
            parameters.append(self.parameter())
            if not self.is_sign(","):
                break
            self.advance()
        self.expect(")", ",")
        if self.is_word("external"):
            self.fail("an expression", message="functions in other languages than FEEL are not run")
        for name, _ in parameters:
            self.declare(name)
        before = self.nodes
        body = self.expression()
        self.forget(len(parameters))
        cost = self.nodes - before + 1
        return self.node(nodes.FunctionNode(at, tuple(parameters), body, cost))

    def parameter(self) -> tuple[str, Type | None]:
        """A parameter's name, and its type if it has one."""
        if self.token.kind != WORD:
            self.fail("a parameter's name")
        name = self.new_name()
        if not self.is_sign(":"):
            return name, None
        self.advance()
        return name, self.type()
