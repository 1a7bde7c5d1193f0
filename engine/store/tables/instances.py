"""Process instances and what their tokens wait for: timers, subscriptions, messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, RUNNING, Base, only


class InstanceTable(Base):
    """A process instance. ``state_blob`` is the state of the process in SpiffWorkflow (see
    ``engine.runtime``); ``revision`` grows with every change and guards against concurrent ones;
    ``written`` has the names of the variables that the instance itself has set, which are passed
    to its parent."""

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
    """How often each element has been completed, by the element's id."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class InstanceTitleTable(Base):
    """What tells an instance apart from others of its process: a ``text`` of the variables of the
    instance ``source_id``, which is the titled one or one that has called it, from the moment
    ``at`` when that began."""

    __tablename__ = "instance_title"

    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), index=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)


class TimerTable(Base):
    """A timer that an instance waits for. ``rule`` is the evaluated timer (see
    ``engine.calendar.Firing``). Until ``lease_until`` one worker alone may fire it."""

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


class SubscriptionTable(Base):
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


class DeliveryTable(Base):
    """An event that was thrown and is still to be handed out, in a transaction of its own: a
    signal to a token (``payload`` says which) of an instance (``instance_id``), a signal to a
    process that it starts (``definition_id``, at ``element_id``), or a message to whoever waits for
    it in the case.
    ``position`` orders those of one transaction; ``hops`` counts the deliveries that have led to
    this one, one after the other."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_order", "thrown_at", "position"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(255))
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"))
    instance_id: Mapped[str | None] = mapped_column(ForeignKey("instance.id"))
    definition_id: Mapped[str | None] = mapped_column(ForeignKey("definition.id"))
    element_id: Mapped[str | None] = mapped_column(String(255))
    payload: Mapped[dict[str, Any]]
    hops: Mapped[int]
    position: Mapped[int]
    thrown_at: Mapped[datetime]


class MessageTable(Base):
    """A message that came before the case waited for it; the first subscription to it gets it."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_name", "case_id", "name"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"))
    payload: Mapped[dict[str, Any]]
    sent_by: Mapped[str] = mapped_column(ID)
    sent_at: Mapped[datetime]
