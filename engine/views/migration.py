"""Migrations of running instances to another version of their process: previews and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

MigrationStatus = Literal["safe", "mapping", "blocked"]
MigrationState = Literal["waiting", "done", "failed", "taken_back"]
SkippedState = Literal["offered", "opened", "done", "not_needed"]


@dataclass(frozen=True, slots=True)
class MigrationNote:
    """A remark about one element: why it prevents a migration (in ``reasons``), or what a migration
    changes there (in ``notes``). ``code`` and ``params`` are for translation; ``name`` is the
    element's."""

    code: str
    element_id: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MigrationTarget:
    """An element of the new version at which a token can continue. ``likely`` when it has the same
    name or the same place in the process."""

    element_id: str
    name: str
    likely: bool


@dataclass(frozen=True, slots=True)
class MigrationQuestion:
    """An element with a token that the new version does not have: somebody must choose one of the
    ``targets``, the likely ones first."""

    element_id: str
    name: str
    kind: str
    targets: tuple[MigrationTarget, ...]


@dataclass(frozen=True, slots=True)
class StepToSkip:
    """An activity of the new version before the place where an instance is, which the instance
    would skip. ``always``: it lies on every path to that place; else the instance may have taken a
    path without it."""

    element_id: str
    name: str
    role: str | None
    always: bool


@dataclass(frozen=True, slots=True)
class InstanceVerdict:
    """Whether one instance can be migrated. ``at`` are the names of the elements with its
    tokens."""

    instance_id: str
    case_id: str
    case_number: str
    title: str
    version: int
    status: MigrationStatus
    at: tuple[str, ...]
    questions: tuple[MigrationQuestion, ...] = ()
    reasons: tuple[MigrationNote, ...] = ()
    not_run: tuple[StepToSkip, ...] = ()
    notes: tuple[MigrationNote, ...] = ()


@dataclass(frozen=True, slots=True)
class MigrationPreview:
    """What a migration would do to each instance. ``cursor`` leads to the next instances (None at
    the end); ``whole`` is how many instances run on other versions in all."""

    process_id: str
    name: str
    to_version: int
    definition_id: str
    instances: tuple[InstanceVerdict, ...]
    whole: int
    cursor: str | None = None

    def groups(self) -> tuple[tuple[InstanceVerdict, ...], ...]:
        """The instances in groups of equal verdicts: safe ones first, blocked ones last, and the
        largest group first among these."""
        groups: dict[tuple[Any, ...], list[InstanceVerdict]] = {}
        for one in self.instances:
            key = (one.status, one.version, one.at, one.questions, _ids(one.reasons))
            groups.setdefault((*key, one.not_run, _ids(one.notes)), []).append(one)
        order = ("safe", "mapping", "blocked")
        return tuple(
            tuple(group)
            for group in sorted(
                groups.values(), key=lambda g: (order.index(g[0].status), -len(g), g[0].at)
            )
        )


def _ids(notes: tuple[MigrationNote, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((note.code, note.element_id) for note in notes)


@dataclass(frozen=True, slots=True)
class MigrationItem:
    """One instance of a migration. ``reasons`` say why it failed, ``notes`` what was changed;
    ``can_go_back`` while nothing has happened in the instance since."""

    instance_id: str
    case_id: str
    case_number: str
    title: str
    from_version: int
    state: MigrationState
    at: datetime | None
    reasons: tuple[MigrationNote, ...]
    notes: tuple[MigrationNote, ...]
    can_go_back: bool


@dataclass(frozen=True, slots=True)
class Migration:
    """A migration of instances to another version and its progress: how many instances it has
    (``whole``), and how many of them are in each state."""

    id: str
    process_id: str
    name: str
    to_version: int
    definition_id: str
    mapping: Mapping[str, str]
    at: datetime
    by: str
    whole: int
    done: int
    failed: int
    waiting: int
    taken_back: int
    items: tuple[MigrationItem, ...] = ()
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class SkippedStep:
    """An activity that an instance skipped because a migration inserted it before the place where
    the instance was: offered until somebody runs it or says why it is not needed."""

    id: str
    case_id: str
    instance_id: str
    element_id: str
    name: str
    role: str | None
    version: int
    always: bool
    state: SkippedState
    at: datetime
    reason: str = ""
    by: str | None = None
    task_id: str | None = None
    can_decide: bool = False
