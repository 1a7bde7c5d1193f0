"""What a write answers, and what was written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.views.people import TokenName


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a write. Repeating the write with the same key gives the same receipt."""

    key: str
    at: datetime
    id: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One fact. ``detail`` is readable and stands outside the chain; ``hash`` covers a salted
    commitment of it and of ``token``, by which a program came in to do this."""

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
    element_id: str | None = None
    element_name: str | None = None
    token: TokenName | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    chain: str
    seq: int
    problem: str


@dataclass(frozen=True, slots=True)
class Verification:
    chains: int
    entries: int
    signatures: int
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        return not self.faults
