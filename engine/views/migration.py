"""Moving running instances to another version of their process: what would happen, what did."""

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
    """Something to know of one element: why it blocks a move (``reasons``), or what a move changes
    there (``notes``). ``code`` and ``params`` are for translation; ``name`` is the element's."""

    code: str
    element_id: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MigrationTarget:
    """An element that work under way can go on at. ``likely`` when it has the same name or stands
    in the same place."""

    element_id: str
    name: str
    likely: bool


@dataclass(frozen=True, slots=True)
class MigrationQuestion:
    """Work is under way on an element that the other version does not have: where does it go on?
    ``targets`` are the elements that it can, the likeliest first."""

    element_id: str
    name: str
    kind: str
    targets: tuple[MigrationTarget, ...]


@dataclass(frozen=True, slots=True)
class NotRun:
    """An activity that the other version has before the place where an instance is. ``always``:
    it lies on every way there; otherwise the case may have taken a way without it."""

    element_id: str
    name: str
    role: str | None
    always: bool


@dataclass(frozen=True, slots=True)
class InstanceVerdict:
    """Whether one instance can move. ``at`` are the names of the elements at which it is."""

    instance_id: str
    case_id: str
    case_number: str
    title: str
    version: int
    status: MigrationStatus
    at: tuple[str, ...]
    questions: tuple[MigrationQuestion, ...] = ()
    reasons: tuple[MigrationNote, ...] = ()
    not_run: tuple[NotRun, ...] = ()
    notes: tuple[MigrationNote, ...] = ()


@dataclass(frozen=True, slots=True)
class MigrationPreview:
    """What a move would do, per instance. ``cursor`` leads to the next ones, None at the end;
    ``whole`` is how many run on other versions in all."""

    process_id: str
    name: str
    to_version: int
    definition_id: str
    instances: tuple[InstanceVerdict, ...]
    whole: int
    cursor: str | None = None

    def groups(self) -> tuple[tuple[InstanceVerdict, ...], ...]:
        """The instances that stand alike, the largest group first; blocked ones come last."""
        found: dict[tuple[Any, ...], list[InstanceVerdict]] = {}
        for one in self.instances:
            key = (one.status, one.version, one.at, one.questions, _ids(one.reasons))
            found.setdefault((*key, one.not_run, _ids(one.notes)), []).append(one)
        order = ("safe", "mapping", "blocked")
        return tuple(
            tuple(group)
            for group in sorted(
                found.values(), key=lambda g: (order.index(g[0].status), -len(g), g[0].at)
            )
        )


def _ids(notes: tuple[MigrationNote, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((note.code, note.element_id) for note in notes)


@dataclass(frozen=True, slots=True)
class MigrationItem:
    """One instance of a migration. ``reasons`` say why it failed; ``notes`` what was changed;
    ``can_go_back`` while nothing has happened since."""

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
    """A move of instances to another version, and how far it has come."""

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
    """An activity that came before the place where an instance was when it moved: offered until
    somebody has it done or says why it is not needed."""

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
