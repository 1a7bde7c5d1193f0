"""History and signatures: rows that are never changed and never deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class HistoryTable(Base):
    """One fact, never updated and never deleted. ``body`` is stored exactly as hashed."""

    __tablename__ = "history"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_history_case", "case_id", "id"),
        Index("ix_history_at", "at", "id"),
        Index("ix_history_type", "type", "at", "id"),
        Index("ix_history_actor", "actor_id", "at", "id"),
        Index("ix_history_element", "element_name", "at", "id"),
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
    noted: Mapped[str] = mapped_column(Text, server_default="")
    """The rows that were written with the fact (``engine.records.noted_rows``), or empty; the body
    holds SHA-256 of salt and this."""


class SignatureTable(Base):
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


class WithdrawalTable(Base):
    """A signature that was withdrawn, by whom and why. The signature itself stays."""

    __tablename__ = "signature_withdrawal"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    signature_id: Mapped[str] = mapped_column(ForeignKey("signature.id"), unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"), index=True)
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
