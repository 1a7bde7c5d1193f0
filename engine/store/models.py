"""The tables, by life: who and what we serve, definitions, what is running, and what is kept.

Rows are read and written with Core statements on these models (``select(Task.id)``,
``insert(Task)``); no ORM session is ever opened. Ids are UUIDv4 as 32 hexadecimal digits, times
are UTC, JSON columns hold plain JSON (see ``engine.feel.to_json`` for FEEL values).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, OPEN_INCIDENT, OPEN_TASK, RUNNING, Base, only

# ---------------------------------------------------------------- who and what we serve


class Person(Base):
    """An account. The row is never deleted: history refers to it."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[Any]]
    rights: Mapped[list[Any]]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    password_at: Mapped[datetime]


class Session(Base):
    """A signed-in person's session; ``token_hash`` is SHA-256 of the cookie's secret, in hex."""

    __tablename__ = "session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class SignInFailure(Base):
    """Failed sign-ins, counted per subject: ``person:<username>`` or ``address:<ip>``."""

    __tablename__ = "sign_in_failure"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


class Customer(Base):
    __tablename__ = "customer"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    org_number: Mapped[str] = mapped_column(String(20), unique=True)
    created_at: Mapped[datetime]


class Receipt(Base):
    """The answer that an idempotency key got. ``request_sha256`` covers the method and its
    arguments, so that a key that comes back with other content is told apart."""

    __tablename__ = "receipt"

    actor_id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    method: Mapped[str] = mapped_column(String(40))
    request_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    result: Mapped[dict[str, Any]]


class Counter(Base):
    """Number series, such as the cases of a year (``case-2026``)."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]


# ---------------------------------------------------------------- definitions


class Deployment(Base):
    """One upload: some files that went live together."""

    __tablename__ = "deployment"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str] = mapped_column(ID)
    sha256: Mapped[str] = mapped_column(String(64), index=True)


class Resource(Base):
    """A deployed file's bytes, kept as they came."""

    __tablename__ = "resource"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Definition(Base):
    """One version of one process. Never updated, never deleted."""

    __tablename__ = "definition"
    __table_args__ = (UniqueConstraint("process_id", "version"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"), index=True)
    process_id: Mapped[str] = mapped_column(String(255))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    phase: Mapped[str | None] = mapped_column(String(20))
    phase_order: Mapped[int | None]
    filename: Mapped[str] = mapped_column(String(255))
    resource_sha256: Mapped[str] = mapped_column(ForeignKey("resource.sha256"), index=True)
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str] = mapped_column(ID)
    findings: Mapped[list[Any]]


# ---------------------------------------------------------------- running


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
        only("ix_task_offered", OPEN_TASK, "role", "assignee_id", "due", "id"),
        only("ix_task_role", OPEN_TASK, "role", "due", "id"),
        only("ix_task_due", OPEN_TASK, "due", "id"),
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
    """Something that happens at a time. ``rule`` is the evaluated timer (kind, value, rounds)."""

    __tablename__ = "timer"
    __table_args__ = (UniqueConstraint("instance_id", "token"), Index("ix_timer_due", "due_at"))

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"))
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"))
    token: Mapped[str] = mapped_column(ID)
    element_id: Mapped[str] = mapped_column(String(255))
    rule: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]


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


# ---------------------------------------------------------------- kept


class History(Base):
    """One fact, never updated and never deleted. ``body`` is stored exactly as hashed."""

    __tablename__ = "history"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_history_case", "case_id", "id"),
        Index("ix_history_at", "at", "id"),
        Index("ix_history_type", "type", "at", "id"),
        Index("ix_history_actor", "actor_id", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    chain: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int]
    at: Mapped[datetime]
    type: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[str] = mapped_column(ID)
    case_id: Mapped[str | None] = mapped_column(ID)
    instance_id: Mapped[str | None] = mapped_column(ID)
    definition_id: Mapped[str | None] = mapped_column(ID)
    element_id: Mapped[str | None] = mapped_column(String(255))
    element_name: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(Text)
    """Canonical JSON, readable; the body holds SHA-256 of salt and detail."""
    actor_name: Mapped[str] = mapped_column(String(200))


class Signature(Base):
    """Who signed what, when, with which meaning. ``content`` is stored exactly as hashed."""

    __tablename__ = "signature"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"), index=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"))
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), unique=True)
    signer_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    signer_name: Mapped[str] = mapped_column(String(200))
    meaning: Mapped[str] = mapped_column(String(200))
    method: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    content_sha256: Mapped[str] = mapped_column(String(64))
