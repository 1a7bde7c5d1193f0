"""Incidents: processes that could not go on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, OPEN_INCIDENT, Base, only


class IncidentTable(Base):
    """A process that could not go on. ``operation`` is the JSON of what is run at a retry."""

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
