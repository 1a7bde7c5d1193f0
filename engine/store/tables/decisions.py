"""Deployed decision models."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class DecisionModelTable(Base):
    """One version of one DMN file, identified by its namespace. Never updated, never deleted.
    ``imports`` are the hashes of all files that it imports, as they were when it was deployed, so
    that the decisions of a version never change."""

    __tablename__ = "decision_model"
    __table_args__ = (UniqueConstraint("namespace", "version"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"), index=True)
    namespace: Mapped[str] = mapped_column(String(500))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    filename: Mapped[str] = mapped_column(String(255))
    resource_sha256: Mapped[str] = mapped_column(ForeignKey("resource.sha256"), index=True)
    imports: Mapped[list[Any]]
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str] = mapped_column(ID)
    findings: Mapped[list[Any]]
    runnable: Mapped[bool] = mapped_column(default=True, server_default=true())
    """whether everything in it can be evaluated"""


class DecisionTable(Base):
    """One version of one decision or decision service. Never updated, never deleted."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("decision_id", "version"),
        Index("ix_decision_bound", "decision_id", "deployed_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("decision_model.id"), index=True)
    decision_id: Mapped[str] = mapped_column(String(255))
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    """``decision`` or ``service``"""
    name: Mapped[str] = mapped_column(Text)
    deployed_at: Mapped[datetime]
    runnable: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False for a drawing: it is shown, and cannot be made"""
