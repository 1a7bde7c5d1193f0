"""The values of FEEL, as Python objects.

    null                          None
    boolean                       bool
    number                        decimal.Decimal, 34 digits
    string                        str
    date                          datetime.date            (or ExtendedDate, see extended_dates.py)
    time                          datetime.time            (naive, with an offset, or with a zone)
    date and time                 datetime.datetime        (the same; or ExtendedDateTime)
    days and time duration        datetime.timedelta
    years and months duration     YearsMonthsDuration
    list                          list
    context                       dict with str keys
    range                         Range
    function                      Function

Source: DMN 1.4, 10.3.2.1 and 10.3.2.3. Values are never changed once made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Any

DECIMAL = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
"""The arithmetic of decimal128, as DMN asks for. Underflow becomes zero; the rest is caught and
becomes null."""


_NUMERAL = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""A number's text, as the grammar and ``number()`` have it."""


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A years and months duration: ``months`` in all, negative when it goes back."""

    months: int


@dataclass(frozen=True, slots=True)
class FeelRange:
    """The values between two end points; an end point that is None means no limit there."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True
    # ``(!= 10)`` is the only test that is no interval: everything but its one end point.
    negated: bool = False
    # ``[1..null]`` has an end that nobody knows, not none; nothing can be said to lie in it.
    unknown: bool = False


FunctionWork = Callable[[Any, Sequence[Any]], Any]
"""A function's work: given the evaluation that it takes part in (a ``budget.Run``) and its
arguments, its value."""


class Function:
    """A function value: ``parameters`` names them, ``work`` does it.

    ``work`` gets the arguments in order and answers null for what it cannot take. Two functions
    are equal only when they are the same one.
    """

    __slots__ = ("name", "parameters", "types", "work")

    def __init__(
        self,
        parameters: Sequence[str],
        work: FunctionWork,
        *,
        name: str = "",
        types: Sequence[Any] = (),
    ):
        self.parameters = tuple(parameters)
        self.work = work
        self.name = name
        self.types = tuple(types)

    def invoke(self, run: Any, arguments: Sequence[Any]) -> Any:
        """Call the function with arguments in order."""
        return self.work(run, arguments)

    def invoke_named(self, run: Any, arguments: dict[str, Any]) -> Any:
        """Call the function with arguments by their parameters' names; what is not named is null
        (10.3.2.13), and so is the call when a name is no parameter's."""
        if not arguments.keys() <= set(self.parameters):
            return None
        return self.work(run, [arguments.get(name) for name in self.parameters])

    def __repr__(self) -> str:
        return f"<function {self.name or '(' + ', '.join(self.parameters) + ')'}>"


def number(value: int) -> Decimal:
    """A whole number as a FEEL number."""
    return DECIMAL.create_decimal(value)


def numeral(text: str) -> Decimal | None:
    """The number that a numeral writes, rounded to 34 digits; None when it is none, or too large
    for a number to hold."""
    if _NUMERAL.fullmatch(text) is None:
        return None
    try:
        return DECIMAL.create_decimal(text)
    except DecimalException:
        return None


def whole(value: Any) -> int | None:
    """The integer that a number is, None when the value is no number or not whole."""
    if type(value) is not Decimal or value.adjusted() > 30 or value != value.to_integral_value():
        return None
    return int(value)
