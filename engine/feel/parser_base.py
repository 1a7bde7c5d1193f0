"""What all parts of the parser stand on: the tokens, the budget, the names in scope."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn, TypeVar

from engine.feel.budget import Budget
from engine.feel.errors import FeelBudgetError, FeelSyntaxError, place
from engine.feel.kinds import Type
from engine.feel.lexer import END, SIGN, WORD, LexicalToken, tokenize
from engine.feel.names import Vocabulary
from engine.feel.nodes import SyntaxNode

AnyNode = TypeVar("AnyNode", bound=SyntaxNode)
"""The kind of a node that is counted and given back."""


class ParserBase:
    """A place in a list of tokens, with the ways to go on from there."""

    def __init__(self, text: str, budget: Budget, names: Iterable[str]):
        if len(text) > budget.text:
            raise FeelBudgetError(
                f"the expression is longer than {budget.text} characters",
                limit="text",
                maximum=budget.text,
            )
        self.text = text
        self.budget = budget
        self.tokens = tokenize(text)
        self.index = 0
        self.nodes = 0
        self.depth = 0
        self.filters = 0  # how many filters stand around this place
        self.bound: list[str] = []  # variables that the expression itself declares
        self.known = Vocabulary()
        self.members = Vocabulary()  # names that may stand behind a dot
        for name in names:
            self.known.add(name)

    # What the parts of the parser need of each other.

    def expression(self) -> SyntaxNode:
        """An expression of any kind, one level deeper than what it stands in."""
        raise NotImplementedError

    def comparison_test(self) -> SyntaxNode:
        """An operator and one operand, such as ``< 10``."""
        raise NotImplementedError

    def block(self, word: str) -> SyntaxNode | None:
        """The construct that begins with ``word``, or None when none does."""
        raise NotImplementedError

    def declared_name(self, stop: str) -> str:
        """A name that is declared here, up to the sign ``stop``, which is not read."""
        raise NotImplementedError

    def type(self) -> Type:
        """A type's name, with the types inside it."""
        raise NotImplementedError

    @property
    def token(self) -> LexicalToken:
        """The token that stands here."""
        return self.tokens[self.index]

    def peek(self, ahead: int = 1) -> LexicalToken:
        """A token further on; the last one when there is none."""
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def advance(self) -> LexicalToken:
        """Go to the next token and return the one that was here."""
        token = self.tokens[self.index]
        if token.kind != END:
            self.index += 1
        return token

    def is_sign(self, sign: str) -> bool:
        """Whether this sign stands here."""
        token = self.tokens[self.index]
        return token.text == sign and token.kind == SIGN

    def is_word(self, word: str) -> bool:
        """Whether this word stands here."""
        token = self.tokens[self.index]
        return token.text == word and token.kind == WORD

    def expect(self, sign: str, *others: str) -> LexicalToken:
        """Go past a sign that must stand here; ``others`` might have stood here as well."""
        if not self.is_sign(sign):
            self.fail(sign, *others)
        return self.advance()

    def expect_word(self, word: str) -> LexicalToken:
        """Go past a word that must stand here."""
        if not self.is_word(word):
            self.fail(word)
        return self.advance()

    def finish(self) -> None:
        """Raise FeelSyntaxError unless all tokens have been read."""
        if self.token.kind != END:
            self.fail("an operator", "the end of the expression")

    def fail(self, *expected: str, at: int | None = None, message: str = "") -> NoReturn:
        """Raise FeelSyntaxError for the token that stands here (or the position ``at``)."""
        line, column = place(self.text, self.token.start if at is None else at)
        if not message:
            shown = self.text[self.token.start : self.token.end]
            actual = "the end" if self.token.kind == END else f'"{shown}"'
            message = f"expected {' or '.join(expected)}, found {actual}"
        raise FeelSyntaxError(message, line=line, column=column, expected=expected)

    def node(self, node: AnyNode) -> AnyNode:
        """Count a node that was made, and give it back; FeelBudgetError when there are too many."""
        self.nodes += 1
        if self.nodes > self.budget.nodes:
            raise FeelBudgetError(
                f"the expression has more than {self.budget.nodes} parts",
                limit="nodes",
                maximum=self.budget.nodes,
            )
        return node

    def deeper(self) -> None:
        """Go into something nested; FeelBudgetError when that is too deep."""
        self.depth += 1
        if self.depth > self.budget.depth:
            raise FeelBudgetError(
                f"the expression is nested more than {self.budget.depth} deep",
                limit="depth",
                maximum=self.budget.depth,
            )

    def shallower(self) -> None:
        """Come out of something nested."""
        self.depth -= 1

    def declare(self, name: str) -> None:
        """Bring a variable into scope, until ``forget``."""
        self.bound.append(name)
        self.known.add(name)

    def forget(self, count: int) -> None:
        """Take the last ``count`` variables out of scope."""
        for _ in range(count):
            self.known.remove(self.bound.pop())
