"""Receipts of writes, entries of the history, and the result of verifying it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.views.checkpoints import Checkpoint
from engine.views.definitions import LiveProcess
from engine.views.instances import InstanceTitle
from engine.views.page import Choices
from engine.views.people import Person, TokenName


@dataclass(frozen=True, slots=True)
class Receipt:
    """The result of a write. Repeating the write with the same key returns the same receipt."""

    key: str
    at: datetime
    id: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One fact of the history. ``hash`` covers a salted commitment to ``detail`` and ``token``
    instead of these themselves; ``token`` is the API token of a program that did this, ``about``
    tells its instance apart from others of its process."""

    id: int
    at: datetime
    type: str
    actor_id: str
    actor_name: str
    chain: str
    seq: int
    hash: str
    case_id: str | None = None
    case_number: str | None = None
    customer: str | None = None
    instance_id: str | None = None
    definition_id: str | None = None
    process_id: str | None = None
    version: int | None = None
    process_name: str | None = None
    element_id: str | None = None
    element_name: str | None = None
    token: TokenName | None = None
    about: InstanceTitle | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryChoices:
    """What a page of the history has beside its facts: the ``types`` of facts that have been
    written, sorted; the ``people`` that a choice of anybody offers at first; the people whom the
    facts are ``about``, by id; and the ``live`` processes, by which messages are named."""

    types: tuple[str, ...]
    people: Choices[Person]
    about: Mapping[str, Person]
    live: tuple[LiveProcess, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem that the verification has detected, with the chain and the number of the entry."""

    chain: str
    seq: int
    problem: str


@dataclass(frozen=True, slots=True)
class Verification:
    """How much was verified, and everything that is not as it was written.

    Everything is complete up to the checkpoint ``complete_to``, the newest one that the history
    agrees with (None: there is none, or only one case was verified)."""

    chains: int
    entries: int
    signatures: int
    faults: tuple[Fault, ...]
    old_signatures: int = 0
    """Signatures of format 1, which say what was typed and not what was shown: valid, and old."""
    complete_to: Checkpoint | None = None

    @property
    def ok(self) -> bool:
        """Whether no fault was detected."""
        return not self.faults
