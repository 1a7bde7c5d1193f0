"""Migrations of running instances to another version of their process."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base, only

WAITING = "state = 'waiting'"
"""Instances that are still to be migrated (the condition of a partial index)."""
OFFERED = "state = 'offered'"
"""Skipped steps that nobody has decided about (the condition of a partial index)."""


class MigrationTable(Base):
    """A migration of instances to one version. ``mapping`` has ids of elements of the new version
    by ids of elements of the old ones; the actor is who has started it. ``waiting``, ``done``,
    ``failed`` and ``taken_back`` are how many of its items are in that state."""

    __tablename__ = "migration"
    __table_args__ = (Index("ix_migration_process", "process_id", "at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    process_id: Mapped[str] = mapped_column(String(255))
    definition_id: Mapped[str] = mapped_column(ForeignKey("definition.id"))
    mapping: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(ID)
    actor_name: Mapped[str] = mapped_column(Text)
    waiting: Mapped[int] = mapped_column(server_default="0")
    done: Mapped[int] = mapped_column(server_default="0")
    failed: Mapped[int] = mapped_column(server_default="0")
    taken_back: Mapped[int] = mapped_column(server_default="0")


class MigrationItemTable(Base):
    """One instance of a migration. ``snapshot`` has its rows as they were before (see
    ``engine.migration``), ``after`` the digest of what they became: while both the instance's
    ``revision`` and that digest still hold, its migration can be taken back. While it waits,
    ``revision`` is the instance's when it was previewed, if it was: at another it does not move."""

    __tablename__ = "migration_item"
    __table_args__ = (
        UniqueConstraint("migration_id", "instance_id"),
        Index("ix_migration_item_list", "migration_id", "state", "id"),
        only("ix_migration_item_waiting", WAITING, "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    migration_id: Mapped[str] = mapped_column(ForeignKey("migration.id"))
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"))
    from_definition_id: Mapped[str] = mapped_column(ForeignKey("definition.id"))
    state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime | None]
    reasons: Mapped[list[Any]]
    notes: Mapped[list[Any]]
    snapshot: Mapped[bytes | None] = mapped_column(LargeBinary)
    after: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int | None]


class SkippedStepTable(Base):
    """An activity of the new version that lies before the place where an instance was when it was
    migrated: somebody decides whether it is run."""

    __tablename__ = "skipped_step"
    __table_args__ = (
        UniqueConstraint("instance_id", "element_id", "migration_id"),
        only("ix_skipped_step_offered", OFFERED, "case_id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    migration_id: Mapped[str] = mapped_column(ForeignKey("migration.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"), index=True)
    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"))
    definition_id: Mapped[str] = mapped_column(ForeignKey("definition.id"))
    element_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(String(80))
    always: Mapped[bool]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    token: Mapped[str | None] = mapped_column(ID)
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ID)
