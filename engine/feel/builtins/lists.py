"""Functions of lists (10.3.4.4)."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from engine.feel.budget import Run
from engine.feel.builtins.registry import BuiltinLibrary
from engine.feel.compare import equal, order, sort_key
from engine.feel.values import Function, number, whole

LIBRARY = BuiltinLibrary()
"""The built-in functions of lists, as they are declared below."""


def _made(run: Run, values: list[Any]) -> list[Any]:
    """A list that was made here, held against the budget."""
    run.charge(len(values))
    run.check_length(len(values))
    return values


def _at(values: list[Any], position: Decimal, *, extra: int = 0) -> int | None:
    """The Python index of a FEEL position (from 1, or from -1 backwards), or None."""
    at = whole(position)
    if at is None or at == 0 or abs(at) > len(values) + extra:
        return None
    return at - 1 if at > 0 else len(values) + at


@LIBRARY.declare("list contains", "list: list, element: any|null")
def list_contains(run: Run, values: list[Any], element: Any) -> bool:
    """Whether an element of the list equals ``element``."""
    run.charge(len(values))
    return any(equal(value, element, run) is True for value in values)


@LIBRARY.declare("sublist", "list: list, start position: number, length: number?")
def sublist(
    run: Run, values: list[Any], start: Decimal, length: Decimal | None
) -> list[Any] | None:
    """``length`` elements of the list from position ``start`` on, or all that follow."""
    first = _at(values, start)
    if first is None:
        return None
    if length is None:
        return _made(run, values[first:])
    count = whole(length)
    if count is None or count < 0 or first + count > len(values):
        return None
    return _made(run, values[first : first + count])


@LIBRARY.declare("append", "list: list, …item: any")
def append(run: Run, values: list[Any], items: list[Any]) -> list[Any]:
    """The list with the items behind it."""
    return _made(run, values + items)


@LIBRARY.declare("concatenate", "…list: list")
def concatenate(run: Run, lists: list[list[Any]]) -> list[Any]:
    """The lists one after the other."""
    run.check_length(sum(len(values) for values in lists))
    return _made(run, [value for values in lists for value in values])


@LIBRARY.declare("insert before", "list: list, position: number, newItem: any|null")
def insert_before(run: Run, values: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    """The list with the item in front of what stood at a position."""
    at = _at(values, position)
    return None if at is None else _made(run, [*values[:at], item, *values[at:]])


@LIBRARY.declare("remove", "list: list, position: number")
def remove(run: Run, values: list[Any], position: Decimal) -> list[Any] | None:
    """The list without what stood at a position."""
    at = _at(values, position)
    return None if at is None else _made(run, values[:at] + values[at + 1 :])


@LIBRARY.declare("list replace", "list: list, position: number, newItem: any|null")
def list_replace(run: Run, values: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    """The list with another item at a position."""
    at = _at(values, position)
    return None if at is None else _made(run, [*values[:at], item, *values[at + 1 :]])


@LIBRARY.declare("list replace", "list: list, match: function, newItem: any|null")
def list_replace_where(run: Run, values: list[Any], match: Function, item: Any) -> list[Any] | None:
    """The list with another item wherever ``match(element, newItem)`` is true."""
    if len(match.parameters) != 2:
        return None
    replaced = []
    for value in values:
        run.charge(1)
        met = match.invoke(run, (value, item))
        if not isinstance(met, bool):
            return None
        replaced.append(item if met else value)
    return replaced


@LIBRARY.declare("reverse", "list: list")
def reverse(run: Run, values: list[Any]) -> list[Any]:
    """The list from its end to its start."""
    return _made(run, values[::-1])


@LIBRARY.declare("index of", "list: list, match: any|null")
def index_of(run: Run, values: list[Any], match: Any) -> list[Decimal]:
    """The positions, from 1, of the elements that equal ``match``."""
    run.charge(len(values))
    return [
        number(position)
        for position, value in enumerate(values, 1)
        if equal(value, match, run) is True
    ]


@LIBRARY.declare("union", "…list: list")
def union(run: Run, lists: list[list[Any]]) -> list[Any]:
    """The lists one after the other, each value only where it first appears."""
    return distinct_values(run, concatenate(run, lists))


@LIBRARY.declare("distinct values", "list: list")
def distinct_values(run: Run, values: list[Any]) -> list[Any]:
    """The list's values, each only where it first appears."""
    seen: list[Any] = []
    plain: set[Any] = set()
    for value in values:
        if type(value) in (str, Decimal):
            run.charge(1)
            if value not in plain:
                plain.add(value)
                seen.append(value)
        else:
            run.charge(len(seen) + 1)
            if not any(equal(value, other, run) is True for other in seen):
                seen.append(value)
    return seen


@LIBRARY.declare("flatten", "list: list")
def flatten(run: Run, values: list[Any]) -> list[Any]:
    """The elements of the list and of all lists within it."""
    flat: list[Any] = []
    waiting = [iter(values)]
    while waiting:
        for value in waiting[-1]:
            run.charge(1)
            if isinstance(value, list):
                waiting.append(iter(value))
                break
            flat.append(value)
        else:
            waiting.pop()
        run.check_length(len(flat))
    return flat


@LIBRARY.declare("sort", "list: list, precedes: function?")
def sort(run: Run, values: list[Any], precedes: Function | None) -> list[Any] | None:
    """The list sorted by ``precedes(a, b)``, or ascending; what that holds equal keeps its
    order."""
    run.charge(len(values))
    if precedes is None:
        if any(order(values[0], value) is None for value in values):
            return None
        return sorted(values, key=sort_key)
    if len(precedes.parameters) != 2:
        return None

    def compared(left: Any, right: Any) -> int:
        """Python's sort asks only whether one comes before the other."""
        run.charge(1)
        return -1 if precedes.invoke(run, (left, right)) is True else 1

    return sorted(values, key=cmp_to_key(compared))
