"""What a user task asks for in two versions, and what of a draft fits the new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.bpmn.meta import TaskMeta
from engine.views import MigrationNote


def task_notes(old: TaskMeta, new: TaskMeta) -> Iterator[MigrationNote]:
    """What differs between the versions of a task that somebody may be working on."""

    def note(code: str, **params: str) -> MigrationNote:
        return MigrationNote(code, new.id, new.name or new.id, params)

    if old.role != new.role:
        yield note("role_changed", was=old.role or "", now=new.role or "")
    if gone := [f.label for f in old.form if f.id not in same_fields(old, new)]:
        yield note("fields_gone", what=", ".join(gone))
    known = {i.id for i in new.checklist}
    if lost := [i.text for i in old.checklist if i.id not in known]:
        yield note("points_gone", what=" · ".join(lost))
    if old.due != new.due:
        yield note("due_rule_changed")


def same_fields(old: TaskMeta, new: TaskMeta) -> set[str]:
    """Fields whose answers mean the same in the new form."""
    types = {f.id: f.type for f in new.form}
    return {f.id for f in old.form if types.get(f.id) == f.type}


def split_answers(
    old: TaskMeta, new: TaskMeta, answers: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What has been written, as the new form has it, and what it has no field for."""
    same = same_fields(old, new)
    return (
        {k: v for k, v in answers.items() if k in same},
        {k: v for k, v in answers.items() if k not in same},
    )


def split_ticks(new: TaskMeta, ticks: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The ticks of points that the new checklist has, and those of points that it has not."""
    known = {i.id for i in new.checklist}
    return (
        {k: v for k, v in ticks.items() if k in known},
        {k: v for k, v in ticks.items() if k not in known},
    )
