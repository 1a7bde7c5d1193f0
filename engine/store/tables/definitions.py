"""Deployments, deployed files, and the process definitions in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class DeploymentTable(Base):
    """One deployment: some files that were deployed together."""

    __tablename__ = "deployment"
    __table_args__ = (Index("ix_deployment_number", "number", unique=True),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str] = mapped_column(ID)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    number: Mapped[int | None]
    """Their order: clocks are set back."""


class ResourceTable(Base):
    """The bytes of a deployed file, unchanged, by their SHA-256 in hex."""

    __tablename__ = "resource"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class DefinitionTable(Base):
    """One version of one process, or of a drawing without a process. Never updated or deleted."""

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
    startable: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False for a drawing: a diagram that is shown, but cannot be run."""
