"""What an expression may cost, and the counter that holds it to that.

The size of an expression is bounded when it is read (text, depth, nodes). A straight evaluation
visits every node at most once, so at run time only that which repeats is counted: each round of a
loop or a filter and each call of a function costs as many steps as its body has nodes, and a
built-in that walks a list or a text costs by its length. That keeps the counting out of the plain
comparisons that most conditions are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.feel.errors import FeelBudgetError


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one expression; the defaults suit conditions in a process."""

    text: int = 2_000  # characters of the expression
    depth: int = 32  # brackets within brackets, and calls within calls at run time
    nodes: int = 400  # operators, operands, names …
    steps: int = 20_000  # nodes evaluated
    elements: int = 10_000  # elements of a result and of every list on the way to it
    characters: int = 200_000  # of a result's texts and of every text on the way to it


DEFAULT = Budget()
"""The limits of an expression for which nobody has set others."""
_CHARACTERS_PER_STEP = 256
"""Characters of a text that a function walks through in the time that a node of an expression takes
to evaluate."""


class Run:
    """One evaluation: what is left of its budget, and what it was given besides variables."""

    __slots__ = ("budget", "cache", "calls", "now", "steps", "strict")

    def __init__(
        self, budget: Budget = DEFAULT, *, strict: bool = False, now: datetime | None = None
    ):
        self.budget = budget
        self.strict = strict
        self.now = now
        self.steps = budget.steps
        self.calls = 0
        # Variables that had to be converted (lists, contexts), so that it is done once.
        self.cache: dict[str, Any] | None = None

    def charge(self, steps: int) -> None:
        """Take ``steps`` from what is left; FeelBudgetError when nothing is."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelBudgetError(
                f"the expression takes more than {self.budget.steps} steps",
                limit="steps",
                maximum=self.budget.steps,
            )

    def charge_text(self, length: int) -> None:
        """Take the steps that a walk through so many characters is worth."""
        if length >= _CHARACTERS_PER_STEP:
            self.charge(length // _CHARACTERS_PER_STEP)

    def check_length(self, length: int) -> None:
        """Refuse a list (or context) of more elements than a result may have."""
        if length > self.budget.elements:
            raise FeelBudgetError(
                f"the expression makes a list of more than {self.budget.elements} elements",
                limit="elements",
                maximum=self.budget.elements,
            )

    def check_text(self, length: int) -> None:
        """Refuse a text of more characters than is allowed; call it before making the text."""
        if length > self.budget.characters:
            raise FeelBudgetError(
                f"the expression makes a text of more than {self.budget.characters} characters",
                limit="characters",
                maximum=self.budget.characters,
            )

    def enter(self) -> None:
        """Begin a function call; FeelBudgetError when calls are nested too deep."""
        self.calls += 1
        if self.calls > self.budget.depth:
            raise FeelBudgetError(
                f"function calls are nested more than {self.budget.depth} deep",
                limit="depth",
                maximum=self.budget.depth,
            )

    def leave(self) -> None:
        """End a function call that ``enter`` began."""
        self.calls -= 1

    def check_nesting(self, depth: int) -> None:
        """Refuse to go deeper into a value than an expression may be nested."""
        if depth > self.budget.depth:
            raise FeelBudgetError(
                f"values are nested more than {self.budget.depth} deep",
                limit="depth",
                maximum=self.budget.depth,
            )
