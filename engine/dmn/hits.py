"""Hit policies: what a table gives when several rules hold. Source: DMN 1.5, 8.2.8 to 8.2.11."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.feel.budget import Run
from engine.feel.builtins import BUILTINS
from engine.feel.compare import equal
from engine.feel.values import number

Choose = Callable[[list[Any], bool, Run], tuple[Any, str]]
"""Makes the table's value of the results, in the order of the rules or of importance, and says what
is wrong if it is null for a reason. Asked whether the results are contexts of several outputs."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A hit policy: ``ranks`` says that results are taken in order of importance, ``first_only``
    that rules after the first that holds need not be looked at; ``nothing`` makes the value when no
    rule holds."""

    choose: Choose
    ranks: bool = False
    first_only: bool = False
    problem: str = "overlap"
    nothing: Callable[[], Any] = lambda: None


def policy(name: str, aggregation: str) -> Policy | None:
    """The hit policy by its name in a file; None when there is no such."""
    if name == "COLLECT" and aggregation:
        return _AGGREGATIONS.get(aggregation)
    return _POLICIES.get(name)


def _unique(results: list[Any], several: bool, run: Run) -> tuple[Any, str]:
    if len(results) > 1:
        return None, "only one of them may hold (hit policy UNIQUE)"
    return results[0], ""


def _any(results: list[Any], several: bool, run: Run) -> tuple[Any, str]:
    run.charge(len(results))
    if all(equal(results[0], other, run) for other in results[1:]):
        return results[0], ""
    return None, "they hold with different conclusions (hit policy ANY)"


def _first(results: list[Any], several: bool, run: Run) -> tuple[Any, str]:
    return results[0], ""


def _all(results: list[Any], several: bool, run: Run) -> tuple[Any, str]:
    return results, ""


def _count(results: list[Any], several: bool, run: Run) -> tuple[Any, str]:
    return number(len(results)), ""


def _aggregate(name: str) -> Choose:
    function = BUILTINS[name]

    def choose(results: list[Any], several: bool, run: Run) -> tuple[Any, str]:
        if several:
            return None, f"several outputs have no {name}"
        value = function.invoke(run, [results])
        return value, "" if value is not None else f"the conclusions have no {name}"

    return choose


_POLICIES = {
    "UNIQUE": Policy(_unique),
    "ANY": Policy(_any),
    "FIRST": Policy(_first, first_only=True),
    "PRIORITY": Policy(_first, ranks=True),
    "OUTPUT ORDER": Policy(_all, ranks=True),
    "RULE ORDER": Policy(_all),
    "COLLECT": Policy(_all, nothing=list),
}
"""The hit policies by their names in a file."""
_AGGREGATIONS = {
    "SUM": Policy(_aggregate("sum"), problem="aggregation"),
    "MIN": Policy(_aggregate("min"), problem="aggregation"),
    "MAX": Policy(_aggregate("max"), problem="aggregation"),
    "COUNT": Policy(_count, nothing=lambda: number(0)),
}
"""What COLLECT makes of the results, by the aggregation's name in a file."""
