"""Previews of migrations of many instances, which workers make."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base, only

UNFINISHED = "finished_at IS NULL"
"""Previews that look at more instances (the condition of a partial index)."""


class PreviewTable(Base):
    """A preview of the migration of all instances on other versions. Instances are looked at in the
    order of their ids: those up to ``cursor`` have been. ``whole`` is how many there were when it
    began, None before. Until ``lease_until`` one worker alone goes on with it."""

    __tablename__ = "migration_preview"
    __table_args__ = (
        Index("ix_migration_preview_process", "process_id", "at"),
        only("ix_migration_preview_unfinished", UNFINISHED, "at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    process_id: Mapped[str] = mapped_column(String(255))
    definition_id: Mapped[str] = mapped_column(ForeignKey("definition.id"))
    mapping: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(ID)
    actor_name: Mapped[str] = mapped_column(Text)
    whole: Mapped[int | None]
    looked: Mapped[int]
    cursor: Mapped[str] = mapped_column(ID)
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class PreviewGroupTable(Base):
    """Instances of a preview that stand alike and of which the same is to be said: ``verdict`` has
    it as JSON (see ``engine.migration.preview_job``), ``size`` how many they are."""

    __tablename__ = "migration_preview_group"

    preview_id: Mapped[str] = mapped_column(ForeignKey("migration_preview.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    size: Mapped[int]
    verdict: Mapped[dict[str, Any]]


class PreviewItemTable(Base):
    """An instance of a group of a preview, with the instance's ``revision`` when it was looked
    at."""

    __tablename__ = "migration_preview_item"

    preview_id: Mapped[str] = mapped_column(ForeignKey("migration_preview.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    revision: Mapped[int]
