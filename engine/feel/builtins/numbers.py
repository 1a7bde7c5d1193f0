"""Functions of numbers (10.3.4.5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DecimalException,
)

from engine.feel.budget import Run
from engine.feel.builtins.registry import BuiltinLibrary
from engine.feel.values import DECIMAL, YearsMonthsDuration

LIBRARY = BuiltinLibrary()
"""The built-in functions of numbers, as they are declared below."""

LEAST_SCALE, GREATEST_SCALE = -6111, 6176
"""Decimals that rounding may be asked for: as far as decimal128 has places before and behind the
point."""
_COSTLY_STEPS = 30
"""Steps of the budget that a root, a logarithm or an exponential costs: each takes as long as many
comparisons."""


def rounded(n: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """``n`` with at most ``scale`` decimals; null for a scale that decimal128 does not have."""
    if not LEAST_SCALE <= scale <= GREATEST_SCALE:
        return None
    places = int(scale)
    exponent = n.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent <= places:
        return n
    try:
        return n.quantize(Decimal((0, (1,), -places)), rounding, DECIMAL)
    except DecimalException:
        return None


def _declare_rounding(name: str, rounding: str, parameters: str) -> None:
    """Declare a function that rounds to a number of decimals, none when they are left out."""

    def work(run: Run, n: Decimal, scale: Decimal | None) -> Decimal | None:
        return rounded(n, scale or Decimal(0), rounding)

    LIBRARY.declare(name, parameters)(work)


_declare_rounding("decimal", ROUND_HALF_EVEN, "n: number, scale: number")
_declare_rounding("floor", ROUND_FLOOR, "n: number, scale: number?")
_declare_rounding("ceiling", ROUND_CEILING, "n: number, scale: number?")
_declare_rounding("round up", ROUND_UP, "n: number, scale: number?")
_declare_rounding("round down", ROUND_DOWN, "n: number, scale: number?")
_declare_rounding("round half up", ROUND_HALF_UP, "n: number, scale: number?")
_declare_rounding("round half down", ROUND_HALF_DOWN, "n: number, scale: number?")


@LIBRARY.declare("abs", "n: number")
def absolute(run: Run, n: Decimal) -> Decimal:
    """The number without its sign."""
    return DECIMAL.abs(n)


@LIBRARY.declare("abs", "n: duration")
def absolute_duration(
    run: Run, n: timedelta | YearsMonthsDuration
) -> timedelta | YearsMonthsDuration:
    """The duration without its sign."""
    return YearsMonthsDuration(abs(n.months)) if isinstance(n, YearsMonthsDuration) else abs(n)


@LIBRARY.declare("modulo", "dividend: number, divisor: number")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """``dividend - divisor * floor(dividend / divisor)``: the sign is the divisor's."""
    try:
        rest = DECIMAL.remainder(dividend, divisor)
        if rest and (rest < 0) != (divisor < 0):
            rest = DECIMAL.add(rest, divisor)
    except DecimalException:
        return None
    return rest


def _declare_costly(name: str, function: Callable[[Decimal], Decimal]) -> None:
    """Declare a function of one number that takes long to calculate."""

    def work(run: Run, number: Decimal) -> Decimal | None:
        run.charge(_COSTLY_STEPS)
        try:
            result = function(number)
        except DecimalException:
            return None
        return result if result.is_finite() else None

    LIBRARY.declare(name, "number: number")(work)


_declare_costly("sqrt", DECIMAL.sqrt)
_declare_costly("log", DECIMAL.ln)
_declare_costly("exp", DECIMAL.exp)


@LIBRARY.declare("odd", "number: number")
def odd(run: Run, number: Decimal) -> bool | None:
    """Whether a whole number is odd; null for one that is not whole."""
    rest = _rest_of_two(number)
    return None if rest is None else rest == 1


@LIBRARY.declare("even", "number: number")
def even(run: Run, number: Decimal) -> bool | None:
    """Whether a whole number is even; null for one that is not whole."""
    rest = _rest_of_two(number)
    return None if rest is None else rest == 0


def _rest_of_two(number: Decimal) -> Decimal | None:
    """What is left of a whole number when it is divided by two; null for one that is not whole."""
    if number != number.to_integral_value():
        return None
    try:
        return DECIMAL.remainder(DECIMAL.abs(number), Decimal(2))
    except DecimalException:
        # Beyond 34 digits the last ones are zeros.
        return Decimal(0)
