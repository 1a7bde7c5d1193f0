"""Decisions: the deployed versions, how their models look, and the outcome of evaluating one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Decision:
    """One version of one decision or decision service. ``kind`` is ``decision`` or ``service``,
    ``model`` the name of the file's model.

    ``latest`` marks the version that is asked, or the newest drawing of a decision without a
    runnable version. A drawing is not ``runnable``: it is shown, but cannot be made.
    """

    id: str
    decision_id: str
    version: int
    kind: str
    name: str
    model: str
    namespace: str
    filename: str
    sha256: str
    deployed_at: datetime
    deployed_by: str
    latest: bool
    runnable: bool = True


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """An input of a decision. ``type`` is FEEL's name of a basic type, ``""`` for any other type;
    ``declared`` is the type's name in the model. ``options`` are the allowed texts, if the model
    lists them."""

    name: str
    type: str = ""
    declared: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a boxed expression under its title: a context's entry, a call's argument."""

    title: str
    logic: Logic


@dataclass(frozen=True, slots=True)
class Logic:
    """A boxed expression in readable form. ``kind`` is ``literal``, ``context``, ``list``,
    ``relation``, ``invocation``, ``function``, ``conditional``, ``filter``, ``for``, ``some``,
    ``every`` or ``table``; ``text`` a literal's FEEL, or what is called, or the variable of an
    iteration; ``cells`` its parts; ``table`` is there for a table and a relation."""

    kind: str
    text: str = ""
    cells: tuple[Cell, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a decision table: its title, its expression or name, its allowed values and its
    default, all as FEEL texts."""

    title: str
    about: str = ""
    values: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a decision table: its input tests and its results, as FEEL texts, and its note."""

    tests: tuple[str, ...]
    results: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table. ``id`` is the table's in the file; ``policy`` is ``UNIQUE``, ``ANY``,
    ``FIRST``, ``PRIORITY``, ``OUTPUT ORDER``, ``RULE ORDER`` or ``COLLECT``."""

    id: str
    policy: str
    aggregation: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """An element that a decision requires. ``kind`` is ``decision``, ``knowledge``, ``input`` or
    ``service``; ``requires`` are the names of the elements that it requires itself."""

    kind: str
    name: str
    type: str
    requires: tuple[str, ...]
    logic: Logic | None = None


@dataclass(frozen=True, slots=True)
class DecisionDetail:
    """A decision with its inputs and all elements that it requires, itself first; a drawing has no
    inputs."""

    decision: Decision
    inputs: tuple[DecisionInput, ...]
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class MatchedRules:
    """The numbers (from 1) of the rules of a table that matched; ``element`` is the decision's
    name."""

    element: str
    table: str
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DecisionOutcome:
    """The outcome of a decision: its value and those of the decisions that it requires, as JSON
    (dates as ISO 8601 text); the inputs that were used; the rules that matched; and notes that say
    why a value is null although nothing failed."""

    decision_id: str
    version: int | None
    name: str
    value: Any
    decisions: Mapping[str, Any]
    inputs: Mapping[str, Any]
    matched: tuple[MatchedRules, ...]
    notes: tuple[str, ...] = ()
