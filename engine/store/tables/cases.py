"""Cases, their plans, and the numbers that they get."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, PLACE, Base


class CaseTable(Base):
    """A case: a customer's contract from its start to its end. Its id is that of its root instance;
    ``people`` are the ids of its people by role."""

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
    place: Mapped[str] = mapped_column(PLACE, server_default="")
    """Where its tasks stand among those of one day: by its title, then by its number."""
    start_date: Mapped[date | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_process_case_state", "state", "started_at", "id"),
        Index("ix_process_case_started", "started_at", "id"),
        Index("ix_process_case_process", "process_id", "state", "started_at", "id"),
    )


class PlanItemTable(Base):
    """An activity of a case's plan: its person and its date, before its user task opens."""

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


class CounterTable(Base):
    """A number series, such as the cases of a year (``case-2026``), and its last number."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]
