"""What is running: cases, instances, user tasks, timers, messages, incidents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, OFFERED_TASK, OPEN_INCIDENT, OPEN_TASK, RUNNING, Base, only


class Case(Base):
    """A customer's way through the plan: the root instance with its number and its people."""

    __tablename__ = "process_case"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    process_id: Mapped[str] = mapped_column(String(255))
    people: Mapped[dict[str, Any]]
    lead_role: Mapped[str | None] = mapped_column(String(80))
    """The role whose person answers for the case, as its process said when it started."""
    started_by: Mapped[str | None] = mapped_column(ID)
    """Who started it, and sees it from then on. None where nobody kept that (before 0008):
    such a case is seen by those who saw it then."""
    start_date: Mapped[date | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_process_case_state", "state", "started_at", "id"),
        Index("ix_process_case_started", "started_at", "id"),
    )


class Instance(Base):
    """A running process. ``state_blob`` is what SpiffWorkflow needs (see runtime/state.py);
    ``revision`` guards every change; ``written`` names the variables that the instance itself
    has set, which are the ones that flow out to its parent."""

    __tablename__ = "instance"
    __table_args__ = (only("ix_instance_running", RUNNING, "definition_id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("instance.id"), index=True)
    parent_token: Mapped[str | None] = mapped_column(ID)
    parent_element: Mapped[str | None] = mapped_column(String(255))
    depth: Mapped[int]
    definition_id: Mapped[str] = mapped_column(ForeignKey("definition.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int]
    state_blob: Mapped[bytes] = mapped_column(LargeBinary)
    variables: Mapped[dict[str, Any]]
    written: Mapped[list[Any]]
    passed: Mapped[dict[str, Any]]
    """How often each element has been completed: what the diagram shows of the past."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Task(Base):
    """A user task: one row of the paper form, opened. Kept when done."""

    __tablename__ = "task"
    __table_args__ = (
        only("ix_task_assigned", OPEN_TASK, "assignee_id", "due", "id"),
        # The same range twice: PostgreSQL takes no order from an index after IS NULL, and SQLite
        # prefers the index with most columns that are asked for.
        only("ix_task_offered", OPEN_TASK, "role", "assignee_id", "due", "id"),
        only("ix_task_free", OFFERED_TASK, "role", "due", "id"),
        only("ix_task_role", OPEN_TASK, "role", "due", "id"),
        only("ix_task_due", OPEN_TASK, "due", "id"),
        only("ix_task_phase", OPEN_TASK, "phase", "due", "id"),
        only("ix_task_role_phase", OPEN_TASK, "role", "phase", "due", "id"),
        only("ix_task_name", OPEN_TASK, "name", "due", "id"),
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
    """Variables that only this task sees: the item of a multi-instance activity."""
    revision: Mapped[int]


class PlanItem(Base):
    """An activity of a case's plan: who and when, decided before its user task opens."""

    __tablename__ = "plan_item"
    __table_args__ = (
        UniqueConstraint("case_id", "process_id", "element_id"),
        Index("ix_plan_item_order", "case_id", "phase_order", "row_order"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"))
    phase: Mapped[str] = mapped_column(String(20))
    phase_title: Mapped[str] = mapped_column(Text)
    phase_order: Mapped[int]
    row_order: Mapped[int]
    process_id: Mapped[str] = mapped_column(String(255))
    element_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(Text)
    points: Mapped[list[Any]]
    role: Mapped[str | None] = mapped_column(String(80))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    due: Mapped[date | None]
    decided: Mapped[bool]
    """True when a person has set the date, False while it is the engine's forecast."""


class Timer(Base):
    """Something that happens at a time. ``rule`` is the evaluated timer (kind, value, rounds).
    Until ``lease_until`` it is somebody's who fires it; when that one is gone, another's."""

    __tablename__ = "timer"
    __table_args__ = (UniqueConstraint("instance_id", "token"), Index("ix_timer_due", "due_at"))

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"))
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"))
    token: Mapped[str] = mapped_column(ID)
    element_id: Mapped[str] = mapped_column(String(255))
    rule: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]


class Subscription(Base):
    """A token that waits for a message or a signal."""

    __tablename__ = "subscription"
    __table_args__ = (Index("ix_subscription_name", "kind", "name", "case_id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(255))
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"), index=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), index=True)
    token: Mapped[str] = mapped_column(ID)
    element_id: Mapped[str] = mapped_column(String(255))
    interrupting: Mapped[bool]
    opened_at: Mapped[datetime]


class Message(Base):
    """A message that came before anybody waited for it; given to the first that does."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_name", "case_id", "name"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"))
    payload: Mapped[dict[str, Any]]
    sent_by: Mapped[str] = mapped_column(ID)
    sent_at: Mapped[datetime]


class Incident(Base):
    """A process that could not go on. ``operation`` says how to try again."""

    __tablename__ = "incident"
    __table_args__ = (only("ix_incident_open", OPEN_INCIDENT, "at", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"), index=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), index=True)
    element_id: Mapped[str | None] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(40))
    message: Mapped[str] = mapped_column(Text)
    operation: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(ID)


class Attachment(Base):
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
