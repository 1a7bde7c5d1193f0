"""The expressions of a diagram, evaluated: FEEL, with the settings and the time that it may see."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine import feel
from engine.errors import StepError

MOST_SHOWN = 80
"""How many characters of a wrong value a message shows."""
MOST_NAMES = 40
"""How many variables an incident names."""


class Evaluator:
    """Evaluates the expressions of the diagrams of one engine."""

    def __init__(self, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        """
        :param settings: what expressions see as ``config``
        :param now: the engine's time in the configured zone, for ``now()`` and ``today()``
        """
        self._settings = dict(settings)
        self._now = now

    def evaluate(self, text: str, variables: Mapping[str, Any]) -> Any:
        """The value of an expression of the diagram; ``text`` may begin with ``=``.

        :raises engine.feel.FeelError: with the position and what was expected
        """
        expression = feel.compile(text.strip().removeprefix("=").strip())
        context = {"config": self._settings, **variables}
        return expression.evaluate(context, strict=True, now=self._now())

    def value_at(
        self, element_id: str, text: str, variables: Mapping[str, Any], what: str = ""
    ) -> Any:
        """Like ``evaluate``, for a process that is on its way: what fails there is a
        ``StepError`` at the element."""
        try:
            return self.evaluate(text, variables)
        except feel.FeelError as error:
            raise unevaluable(element_id, what, text, error, variables) from error

    def value_or_null(self, text: str, variables: Mapping[str, Any]) -> Any:
        """Like ``evaluate``, with null for what fails: a form must open anyway."""
        try:
            return self.evaluate(text, variables)
        except feel.FeelError:
            return None


def unevaluable(
    element_id: str, what: str, text: str, problem: object, known: Mapping[str, Any]
) -> StepError:
    """An expression that gave nothing to go on with: what and where it is, why, and which
    variables there are (never their values: an incident is read by more people than a case)."""
    of = what or f"the expression of {element_id}"
    names = ", ".join(sorted(known)[:MOST_NAMES]) or "none"
    more = ", …" if len(known) > MOST_NAMES else ""
    # As it is compiled: positions count from here.
    plain = text.strip().removeprefix("=").strip()
    message = f"{of} ({plain}): {problem}; the variables here are: {names}{more}"
    return StepError(element_id, message, kind="expression")


def is_storable(value: Any) -> bool:
    """Whether a value can be a variable; a function lives only while it is evaluated."""
    try:
        feel.to_json(value)
    except feel.FeelError:
        return False
    return True


def unstorable(element_id: str, name: str) -> StepError:
    """What an element has given to a variable is, or contains, a function."""
    text = f"{element_id}: the variable {name} would be a function, which cannot be kept"
    return StepError(element_id, text, kind="expression")


def shown(value: Any) -> str:
    """A value that is not what was wanted, for a message; cut when it is long. A function, such as
    ``any`` without its parentheses, has no text of its own."""
    try:
        plain = feel.to_json(value)
    except feel.FeelError:
        return "a function"
    text = json.dumps(plain, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
