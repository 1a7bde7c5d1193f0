"""Decisions: what is deployed, how a model is drawn up, and what came of asking it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Decision:
    """One version of one decision or decision service. ``kind`` is ``decision`` or ``service``,
    ``model`` the name of the file's model."""

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


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """What a decision is to be given. ``type`` is FEEL's name of a basic type, ``""`` for any
    other; ``declared`` the type as the model calls it. ``options`` are the texts that it may be,
    when the model lists them."""

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
    """A boxed expression as it is read. ``kind`` is ``literal``, ``context``, ``list``,
    ``relation``, ``invocation``, ``function``, ``conditional``, ``filter``, ``for``, ``some``,
    ``every`` or ``table``; ``text`` a literal's FEEL, or what is called, or the variable of an
    iteration; ``cells`` its parts; ``table`` is there for a table and a relation."""

    kind: str
    text: str = ""
    cells: tuple[Cell, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, the expression or name that it is about, its possible
    values and its default."""

    title: str
    about: str = ""
    values: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
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
    """An element that a decision stands on: ``kind`` is ``decision``, ``knowledge``, ``input`` or
    ``service``; ``requires`` the names of those that it needs in turn."""

    kind: str
    name: str
    type: str
    requires: tuple[str, ...]
    logic: Logic | None = None


@dataclass(frozen=True, slots=True)
class DecisionDetail:
    """A decision with all that it stands on, itself first."""

    decision: Decision
    inputs: tuple[DecisionInput, ...]
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class MatchedRules:
    """Which rules of a table held, counted from 1; ``element`` is the name of the decision."""

    element: str
    table: str
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DecisionOutcome:
    """What a decision came to: its value and those of the decisions that it stands on, as JSON
    (dates as ISO text); the inputs that were looked at; the rules that held; and why a value
    became null although nothing was wrong."""

    decision_id: str
    version: int | None
    name: str
    value: Any
    decisions: Mapping[str, Any]
    inputs: Mapping[str, Any]
    matched: tuple[MatchedRules, ...]
    notes: tuple[str, ...] = ()
