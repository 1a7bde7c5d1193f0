"""Functions that make one value of many: sums, extremes, averages, all and any (10.3.4.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, DecimalException
from typing import Any

from engine.feel.budget import Run
from engine.feel.builtins.registry import BuiltinLibrary
from engine.feel.compare import order, three_valued_and, three_valued_or
from engine.feel.values import DECIMAL, number

LIBRARY = BuiltinLibrary()
"""The built-in functions that make one value of many, as they are declared below."""


def _declare(name: str, work: Callable[[Run, list[Any]], Any]) -> None:
    """Declare the work as a function of one list, and of that list's elements as arguments."""
    LIBRARY.declare(name, "list: list")(work)
    LIBRARY.declare(name, "…list: any")(work)


def _declare_of_numbers(name: str, work: Callable[[list[Decimal]], Decimal | None]) -> None:
    """Declare a function of numbers: null for an empty list, for elements that are none, and for
    overflow."""

    def calculated(run: Run, values: list[Any]) -> Decimal | None:
        run.charge(len(values))
        if not values or not all(isinstance(value, Decimal) for value in values):
            return None
        try:
            return work(values)
        except DecimalException:
            return None

    _declare(name, calculated)


def total(values: Sequence[Decimal]) -> Decimal:
    """The sum of the numbers."""
    result = Decimal(0)
    for value in values:
        result = DECIMAL.add(result, value)
    return result


def product(values: list[Decimal]) -> Decimal:
    """The numbers multiplied with each other."""
    result = Decimal(1)
    for value in values:
        result = DECIMAL.multiply(result, value)
    return result


def mean(values: Sequence[Decimal]) -> Decimal:
    """The arithmetic mean of the numbers."""
    return DECIMAL.divide(total(values), Decimal(len(values)))


def median(values: list[Decimal]) -> Decimal:
    """The number in the middle, or the mean of the two there."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else mean(ordered[middle - 1 : middle + 1])


def stddev(values: list[Decimal]) -> Decimal | None:
    """The standard deviation of a sample of numbers; null for a single one."""
    if len(values) < 2:
        return None
    middle = mean(values)
    differences = [DECIMAL.subtract(value, middle) for value in values]
    squares = total([DECIMAL.multiply(value, value) for value in differences])
    return DECIMAL.sqrt(DECIMAL.divide(squares, Decimal(len(values) - 1)))


for _name, _work in (
    ("sum", total),
    ("product", product),
    ("mean", mean),
    ("median", median),
    ("stddev", stddev),
):
    _declare_of_numbers(_name, _work)


def _mode(run: Run, values: list[Any]) -> list[Decimal] | None:
    """The numbers that come most often, ascending; an empty list for an empty one."""
    run.charge(len(values))
    counts: dict[Decimal, int] = {}
    for value in values:
        if not isinstance(value, Decimal):
            return None
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(value for value, count in counts.items() if count == most)


def _extreme(wanted: int) -> Callable[[Run, list[Any]], Any]:
    """The function that gives the greatest (1) or the least (-1) value; null for an empty list or
    things without an order."""

    def extreme(run: Run, values: list[Any]) -> Any:
        run.charge(len(values))
        if not values or order(values[0], values[0]) is None:
            return None
        best = values[0]
        for value in values[1:]:
            ordered = order(value, best)
            if ordered is None:
                return None
            if ordered == wanted:
                best = value
        return best

    return extreme


def _all(run: Run, values: list[Any]) -> bool | None:
    """Whether all elements are true, in three-valued logic."""
    run.charge(len(values))
    return three_valued_and(values)


def _any(run: Run, values: list[Any]) -> bool | None:
    """Whether one element is true, in three-valued logic."""
    run.charge(len(values))
    return three_valued_or(values)


_declare("mode", _mode)
_declare("min", _extreme(-1))
_declare("max", _extreme(1))
_declare("all", _all)
_declare("any", _any)


@LIBRARY.declare("count", "list: list")
def count(run: Run, values: list[Any]) -> Decimal:
    """How many elements a list has."""
    return number(len(values))
