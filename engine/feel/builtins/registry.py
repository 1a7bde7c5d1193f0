"""How a built-in function is declared and called.

A signature is written as in the standard: ``"string: string, start position: number, length:
number?"``. ``?`` behind a type says that the argument may be left out, ``|null`` that it may be
null, ``…`` in front of the last parameter's name that there may be any number of it. An argument
is converted as DMN's implicit conversions say (10.3.2.9.4); one that still does not fit makes the
call null, as does a wrong number of arguments or a wrong name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from engine.feel.budget import Run
from engine.feel.extended_dates import ExtendedDate, ExtendedDateTime
from engine.feel.temporal import is_date, midnight
from engine.feel.values import FeelRange, Function, YearsMonthsDuration

NO_MATCH = object()
"""What a signature answers when the arguments do not fit it; null is an answer of a function."""

BuiltinWork = TypeVar("BuiltinWork", bound=Callable[..., Any])
"""The function that does a built-in function's work."""

_CLASSES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "number": (Decimal,),
    "string": (str,),
    "date": (date, ExtendedDate),
    "time": (time,),
    "date and time": (datetime, ExtendedDateTime),
    "days": (timedelta,),
    "months": (YearsMonthsDuration,),
    "duration": (timedelta, YearsMonthsDuration),
    "context": (dict,),
    "range": (FeelRange,),
    "function": (Function,),
}
"""Python's classes of the types that a parameter may ask for."""


@dataclass(frozen=True, slots=True)
class BuiltinParameter:
    """One parameter of a signature: its name, its type, whether it may be left out and may be
    null."""

    name: str
    type: str
    optional: bool = False
    nullable: bool = False

    def take(self, value: Any) -> Any:
        """The argument converted to the parameter's type; NO_MATCH when it cannot be."""
        if self.type == "any":
            return value
        if value is None:
            return None if self.nullable else NO_MATCH
        if self.type == "list":
            return value if isinstance(value, list) else [value]
        classes = _CLASSES[self.type]
        if isinstance(value, classes) and not self._is_other_date(value):
            return value
        if isinstance(value, list) and len(value) == 1:
            return self.take(value[0])
        if self.type == "date and time" and is_date(value):
            return midnight(value)
        return NO_MATCH

    def _is_other_date(self, value: Any) -> bool:
        """A date and time is a date to Python, not to FEEL."""
        return self.type == "date" and isinstance(value, datetime)


@dataclass(frozen=True, slots=True)
class BuiltinSignature:
    """One way to call a built-in function; the last parameter of a variadic one takes all that is
    left."""

    parameters: tuple[BuiltinParameter, ...]
    variadic: bool
    work: Callable[..., Any]

    @property
    def names(self) -> list[str]:
        """The names of the signature's parameters in order."""
        return [parameter.name for parameter in self.parameters]

    def positional(self, run: Run, arguments: Sequence[Any]) -> Any:
        """The result of a call whose arguments stand in order, or NO_MATCH when they do not fit."""
        if self.variadic:
            return self._variadic(run, arguments)
        if len(arguments) > len(self.parameters):
            return NO_MATCH
        taken = []
        for index, parameter in enumerate(self.parameters):
            if index < len(arguments):
                value = parameter.take(arguments[index])
            else:
                value = None if parameter.optional else NO_MATCH
            if value is NO_MATCH:
                return NO_MATCH
            taken.append(value)
        return self.work(run, *taken)

    def _variadic(self, run: Run, arguments: Sequence[Any]) -> Any:
        fixed = len(self.parameters) - 1
        if len(arguments) <= fixed:
            return NO_MATCH
        taken = [p.take(a) for p, a in zip(self.parameters[:-1], arguments, strict=False)]
        rest = [self.parameters[-1].take(argument) for argument in arguments[fixed:]]
        if NO_MATCH in taken or any(value is NO_MATCH for value in rest):
            return NO_MATCH
        return self.work(run, *taken, rest)

    def named(self, run: Run, arguments: Mapping[str, Any]) -> Any:
        """The result of a call that names its arguments, or NO_MATCH when names or arguments do not
        fit; what is not named is null."""
        if self.variadic:
            return NO_MATCH
        if any(name not in self.names for name in arguments):
            return NO_MATCH
        taken = []
        for parameter in self.parameters:
            if parameter.name not in arguments and parameter.optional:
                value = None
            else:
                # One that is not named is null, which not every parameter takes.
                value = parameter.take(arguments.get(parameter.name))
            if value is NO_MATCH:
                return NO_MATCH
            taken.append(value)
        return self.work(run, *taken)


class Builtin(Function):
    """A built-in function: the first signature that fits the arguments is called."""

    __slots__ = ("signatures",)

    def __init__(self, name: str, signatures: Sequence[BuiltinSignature]):
        super().__init__([p.name for p in signatures[0].parameters], self._work, name=name)
        self.signatures = tuple(signatures)

    def _work(self, run: Run, arguments: Sequence[Any]) -> Any:
        for argument in arguments:
            if type(argument) is str:
                run.charge_text(len(argument))
        for signature in self.signatures:
            result = signature.positional(run, arguments)
            if result is not NO_MATCH:
                return result
        return None

    def invoke_named(self, run: Run, arguments: dict[str, Any]) -> Any:
        """Call the function with arguments by their parameters' names."""
        for argument in arguments.values():
            if type(argument) is str:
                run.charge_text(len(argument))
        # before(point, range) and before(range, point) have the same names: the order decides.
        for signature in sorted(self.signatures, key=lambda one: one.names != list(arguments)):
            result = signature.named(run, arguments)
            if result is not NO_MATCH:
                return result
        return None


class BuiltinLibrary:
    """A set of built-in functions while it is being declared."""

    def __init__(self) -> None:
        self._signatures: dict[str, list[BuiltinSignature]] = {}

    def declare(self, name: str, parameters: str) -> Callable[[BuiltinWork], BuiltinWork]:
        """Register the function below as ``name`` with these parameters.

        It is called with the evaluation (a ``budget.Run``) and the converted arguments, those
        left out being None.
        """

        def register(work: BuiltinWork) -> BuiltinWork:
            self._signatures.setdefault(name, []).append(_signature(parameters, work))
            return work

        return register

    def functions(self) -> dict[str, Builtin]:
        """The declared functions by name."""
        return {name: Builtin(name, signatures) for name, signatures in self._signatures.items()}


def _signature(declared: str, work: Callable[..., Any]) -> BuiltinSignature:
    parameters = []
    variadic = False
    for part in filter(None, (part.strip() for part in declared.split(","))):
        name, _, kind = (piece.strip() for piece in part.partition(":"))
        if name.startswith("…"):
            variadic, name = True, name[1:]
        kind, _, null = kind.partition("|")
        parameters.append(BuiltinParameter(name, kind.rstrip("?"), kind.endswith("?"), bool(null)))
    return BuiltinSignature(tuple(parameters), variadic, work)
