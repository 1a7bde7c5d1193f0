"""FEEL's types: what ``instance of`` asks and what a parameter demands.

Source: DMN 1.4, 10.3.2.9 (type conformance and conversions), grammar rules 50–56.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.extended_dates import AnyDateTime
from engine.feel.temporal import is_date, midnight
from engine.feel.values import FeelRange, Function, YearsMonthsDuration


@dataclass(frozen=True, slots=True)
class Type:
    """A type by name; ``parts`` are the types inside ``list<…>``, ``range<…>``,
    ``function<…>`` (result last) and the entries' types of ``context<…>`` (names in ``names``)."""

    name: str
    parts: tuple[Type, ...] = ()
    names: tuple[str, ...] = ()


_SIMPLE: dict[str, Callable[[Any], bool]] = {
    "any": lambda value: value is not None,
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, Decimal),
    "string": lambda value: isinstance(value, str),
    "date": is_date,
    "time": lambda value: isinstance(value, time),
    "date and time": lambda value: isinstance(value, AnyDateTime),
    "days and time duration": lambda value: isinstance(value, timedelta),
    "years and months duration": lambda value: isinstance(value, YearsMonthsDuration),
    "list": lambda value: isinstance(value, list),
    "context": lambda value: isinstance(value, dict),
    "range": lambda value: isinstance(value, FeelRange),
    "function": lambda value: isinstance(value, Function),
}
"""Whether a value is of a type, by the type's one name."""
_ALIASES = {
    "Any": "any",
    "Null": "null",
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}
"""Other names of types, as XML Schema and DMN write them, and the one name."""

BUILT_IN = frozenset(_SIMPLE) | frozenset(_ALIASES)
"""All names of types that FEEL has by itself."""


def simple_name(name: str) -> str:
    """The one name of a type that may have two."""
    return _ALIASES.get(name, name)


def type_name(value: Any) -> str:
    """The name of the type that a value is of, for messages."""
    return next((name for name in list(_SIMPLE)[1:] if _SIMPLE[name](value)), "unknown")


def is_instance(value: Any, wanted: Type, known: Mapping[str, Type] | None = None) -> bool | None:
    """Whether ``value`` is of the type; null is of none but Null. None for an unknown type."""
    name = simple_name(wanted.name)
    test = _SIMPLE.get(name)
    if test is None:
        named = (known or {}).get(wanted.name)
        return is_instance(value, named, known) if named is not None else None
    if not test(value):
        return False
    if not wanted.parts and not wanted.names:
        return True
    return _PART_CHECKS[name](value, wanted, known)


def _list_of(value: list[Any], wanted: Type, known: Mapping[str, Type] | None) -> bool:
    """Whether all elements of a list are of the type."""
    return all(conforms(element, wanted.parts[0], known) for element in value)


def _range_of(value: FeelRange, wanted: Type, known: Mapping[str, Type] | None) -> bool:
    """Whether both ends of a range are of the type."""
    return conforms(value.start, wanted.parts[0], known) and conforms(
        value.end, wanted.parts[0], known
    )


def _context_of(value: dict[str, Any], wanted: Type, known: Mapping[str, Type] | None) -> bool:
    """Whether a context has all entries that the type names, each of its type."""
    return all(
        name in value and conforms(value[name], part, known)
        for name, part in zip(wanted.names, wanted.parts, strict=True)
    )


def _function_of(value: Function, wanted: Type, known: Mapping[str, Type] | None) -> bool:
    """Declared parameter types must take whatever the wanted type may be called with."""
    if len(value.parameters) != len(wanted.parts) - 1:
        return False
    return all(
        own is None or _type_conforms(asked, own, known)
        for own, asked in zip(value.types, wanted.parts, strict=False)
    )


def _type_conforms(one: Type, other: Type, known: Mapping[str, Type] | None) -> bool:
    """Whether every value of the one type is of the other (10.3.2.9.2)."""
    one, other = _resolved(one, known), _resolved(other, known)
    name = simple_name(other.name)
    if name == "any" or simple_name(one.name) == "null" or one == other:
        return True
    if simple_name(one.name) != name:
        return False
    if not other.parts:
        return True
    if name == "context":
        entries = dict(zip(one.names, one.parts, strict=True))
        return all(
            wanted in entries and _type_conforms(entries[wanted], part, known)
            for wanted, part in zip(other.names, other.parts, strict=True)
        )
    if len(one.parts) != len(other.parts):
        return False
    if name != "function":
        return _type_conforms(one.parts[0], other.parts[0], known)
    # What takes the place of a function takes at least what that takes.
    takes = all(
        _type_conforms(theirs, own, known)
        for own, theirs in zip(one.parts[:-1], other.parts[:-1], strict=True)
    )
    return takes and _type_conforms(one.parts[-1], other.parts[-1], known)


def _resolved(named: Type, known: Mapping[str, Type] | None) -> Type:
    """What a name that a model gives to a type stands for."""
    seen: set[str] = set()
    while known and named.name in known and named.name not in seen:
        seen.add(named.name)
        named = known[named.name]
    return named


_PART_CHECKS: dict[str, Callable[[Any, Type, Mapping[str, Type] | None], bool]] = {
    "list": _list_of,
    "range": _range_of,
    "context": _context_of,
    "function": _function_of,
}
"""Whether what a value holds is of the types that ``<…>`` asks for, by the type's name."""


def conforms(value: Any, wanted: Type, known: Mapping[str, Type] | None = None) -> bool:
    """Whether ``value`` may stand where the type is wanted: an instance of it, or null."""
    if value is None or simple_name(wanted.name) == "any":
        return True
    # A type that nobody has defined cannot be held against a value.
    return is_instance(value, wanted, known) is not False


def coerce(value: Any, wanted: Type, known: Mapping[str, Type] | None = None) -> Any:
    """``value`` as the type by FEEL's implicit conversions, or null when it does not conform.

    A list of one becomes its element, one element becomes a list of one, and a date becomes a
    date and time at midnight UTC, where that makes the value conform (10.3.2.9.4).
    """
    if value is None or conforms(value, wanted, known):
        return value
    if isinstance(value, list) and len(value) == 1 and conforms(value[0], wanted, known):
        return value[0]
    if wanted.name == "list" and conforms([value], wanted, known):
        return [value]
    if simple_name(wanted.name) == "date and time" and is_date(value):
        return midnight(value)
    return None
