"""Where names are looked up while an expression is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.feel.budget import Run

TESTED = "?"
"""The name of the value that the cell of a decision table tests."""


class Frame:
    """The variables of one scope, the scope around it, and the evaluation they belong to.

    The outermost frame holds what the caller gave, in whatever Python types; its values are
    converted when they are looked up. All other frames hold FEEL values.
    """

    __slots__ = ("parent", "run", "values")

    def __init__(self, values: Mapping[str, Any], parent: Frame | None, run: Run):
        self.values = values
        self.parent = parent
        self.run = run


Code = Callable[[Frame], Any]
"""A compiled expression: give it a frame, get a FEEL value."""
