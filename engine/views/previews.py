"""Previews of migrations of many instances, as a worker has made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.views.migration import (
    MigrationNote,
    MigrationQuestion,
    MigrationStatus,
    StepToSkip,
)


@dataclass(frozen=True, slots=True)
class PreviewedCase:
    """The case of an instance of a preview."""

    case_id: str
    case_number: str
    title: str


@dataclass(frozen=True, slots=True)
class PreviewGroup:
    """Instances of one version that stand alike, ``size`` of them, and what their migration would
    mean (as ``InstanceVerdict``). ``cases`` are those of the first instances."""

    key: str
    size: int
    version: int
    status: MigrationStatus
    at: tuple[str, ...]
    questions: tuple[MigrationQuestion, ...]
    reasons: tuple[MigrationNote, ...]
    not_run: tuple[StepToSkip, ...]
    notes: tuple[MigrationNote, ...]
    cases: tuple[PreviewedCase, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredPreview:
    """A preview that a worker makes: ``looked`` of ``whole`` instances have been looked at (None
    before it has begun); it is whole at ``finished_at``. ``groups`` come safe ones first, then the
    largest first; there are ``more_groups`` beside them."""

    id: str
    process_id: str
    name: str
    to_version: int
    definition_id: str
    mapping: Mapping[str, str]
    at: datetime
    by: str
    whole: int | None
    looked: int
    finished_at: datetime | None
    groups: tuple[PreviewGroup, ...] = ()
    more_groups: int = 0
