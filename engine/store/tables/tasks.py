"""User tasks and the files on their forms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, OFFERED_TASK, OPEN_TASK, PLACE, Base, only


class TaskTable(Base):
    """A user task, open or ended: one round of an activity of the plan."""

    __tablename__ = "task"
    __table_args__ = (
        only("ix_task_assigned", OPEN_TASK, "assignee_id", "due", "place"),
        # The same range twice: PostgreSQL takes no order from an index after IS NULL, and SQLite
        # prefers the index with most columns that are asked for.
        only("ix_task_offered", OPEN_TASK, "role", "assignee_id", "due", "place"),
        only("ix_task_free", OFFERED_TASK, "role", "due", "place"),
        only("ix_task_role", OPEN_TASK, "role", "due", "place"),
        only("ix_task_due", OPEN_TASK, "due", "place"),
        only("ix_task_phase", OPEN_TASK, "phase", "due", "place"),
        only("ix_task_role_phase", OPEN_TASK, "role", "phase", "due", "place"),
        only("ix_task_name", OPEN_TASK, "name", "due", "place"),
        only("ix_task_element", OPEN_TASK, "process_id", "element_id", "due", "place"),
        only("ix_task_case_open", OPEN_TASK, "case_id", "phase", "due"),
        Index("ix_task_case", "case_id", "process_id", "element_id", "state", "opened_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"))
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), index=True)
    token: Mapped[str] = mapped_column(ID)
    definition_id: Mapped[str] = mapped_column(ForeignKey("definition.id"))
    process_id: Mapped[str] = mapped_column(String(255))
    element_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(Text)
    phase: Mapped[str | None] = mapped_column(String(20))
    phase_title: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(String(80))
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(20))
    due: Mapped[date | None]
    place: Mapped[str] = mapped_column(PLACE, server_default="")
    """Where it stands among the tasks of one day: by its case, then in the order of the plan, then
    by when it opened. No two tasks have the same place."""
    due_rule: Mapped[dict[str, Any] | None]
    points: Mapped[int]
    ticked: Mapped[int]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    completed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    answers: Mapped[dict[str, Any]]
    ticks: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text)
    draft_at: Mapped[datetime | None]
    draft_by: Mapped[str | None] = mapped_column(ID)
    local: Mapped[dict[str, Any]]
    """Variables (JSON by name) of this task alone: the item of a multi-instance activity."""
    counter_of: Mapped[str | None] = mapped_column(ID, index=True)
    """The signed task that this one counter-signs, when it does nothing else: both have the same
    token, which goes on when this one is signed."""
    revision: Mapped[int]


class AttachmentTable(Base):
    """A file on a user task's form."""

    __tablename__ = "attachment"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), index=True)
    field_id: Mapped[str] = mapped_column(String(255))
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(ForeignKey("person.id"))
