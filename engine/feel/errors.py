"""What can go wrong with an expression: it cannot be read, a name is unknown, it costs too much.

FEEL itself answers most mistakes at run time with ``null``; these errors are for the rest.
Positions are places in the expression's own text: ``position`` counts characters from 0,
``line`` and ``column`` count from 1.
"""

from __future__ import annotations

from typing import ClassVar

from engine.errors import ServiceplanError


def place(text: str, position: int) -> tuple[int, int]:
    """The line and the column, both from 1, of a character position, from 0, in a text."""
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


class FeelError(ServiceplanError):
    """The expression cannot be evaluated."""

    code: ClassVar[str] = "feel"


class FeelSyntaxError(FeelError):
    """The expression cannot be read; says where, and what was expected there."""

    code = "feel_syntax"

    def __init__(
        self, message: str, *, line: int = 1, column: int = 1, expected: tuple[str, ...] = ()
    ):
        self.line, self.column, self.expected = line, column, expected
        super().__init__(
            f"line {line}, column {column}: {message}",
            line=line,
            column=column,
            expected=expected,
        )


class FeelNameError(FeelError):
    """The expression uses a variable that does not exist; raised in strict evaluation only."""

    code = "feel_name"

    def __init__(self, name: str, *, position: int = 0, line: int = 1, column: int = 1):
        self.name, self.position, self.line, self.column = name, position, line, column
        super().__init__(
            f'line {line}, column {column}: there is no variable "{name}"',
            name=name,
            position=position,
            line=line,
            column=column,
        )


class FeelBudgetError(FeelError):
    """The expression, or what it makes, is larger than is allowed."""

    code = "feel_budget"
