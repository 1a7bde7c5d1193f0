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
class HistoryRead:
    """Somebody has read facts of a case, ``times`` from ``at`` on within some seconds: on its page
    (``how`` is ``case``), in a list (``history``) or a file (``export``); by an API token where
    ``token`` names one."""

    at: datetime
    reader_id: str
    reader_name: str
    token: str | None
    how: str
    times: int


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
    """A problem that the verification has detected, with the chain and the number of the entry.

    Of a row that is not what the history says: its ``table``, what people call it (``row``), its
    ``key``, the ``column``, and what the history says (``expected``) and the row has (``actual``);
    long and secret values as the SHA-256 of what they are. ``problem`` is all of it as an English
    sentence.
    """

    chain: str
    seq: int
    problem: str
    table: str | None = None
    row: str | None = None
    key: str | None = None
    column: str | None = None
    expected: str | None = None
    actual: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """How much was verified, and everything that is not as it was written.

    ``rows`` are those that were compared with the history; ``since_upgrade`` of them are from
    before version 0021 of the database and were not written since: the history vouches for them
    from the upgrade on. ``more_faults`` counts faults beside those that are told. Everything is
    complete up to the checkpoint ``complete_to``, the newest one that the history agrees with
    (None: there is none, or only one case was verified).
    """

    chains: int
    entries: int
    signatures: int
    faults: tuple[Fault, ...]
    old_signatures: int = 0
    """Signatures of format 1, which say what was typed and not what was shown: valid, and old."""
    complete_to: Checkpoint | None = None
    rows: int = 0
    since_upgrade: int = 0
    more_faults: int = 0

    @property
    def ok(self) -> bool:
        """Whether no fault was detected."""
        return not self.faults
