"""The Merkle tree over the history, its signed checkpoints, and what others have said of these:
rows that are never changed and never deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base


class LeafTable(Base):
    """A leaf of the tree: which entry of the history has this number (from 0, without gaps), and
    the leaf's hash. The entry's own row knows nothing of it, so that no completion waits for it."""

    __tablename__ = "history_leaf"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(unique=True)
    """The id of the entry's row; no foreign key, so that an entry that is gone can be named."""
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class NodeTable(Base):
    """The hash of a complete subtree of 256 ** ``level`` leaves; ``number`` counts those of a level
    from the left, from 0."""

    __tablename__ = "history_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class CheckpointTable(Base):
    """A signed checkpoint: the tree's first ``size`` leaves have this ``root`` (hex). ``note`` is
    the signed note (C2SP) exactly as it was published."""

    __tablename__ = "checkpoint"
    __table_args__ = (UniqueConstraint("size", "origin"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    origin: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


class CheckpointEvidenceTable(Base):
    """What somebody else has said of a checkpoint: a time stamp (``kind`` ``stamp``: the DER of an
    RFC 3161 response) or a witness's cosignature (``cosignature``: the signature's line). It is
    of ``source``: the address of the time stamp authority, or the witness's name."""

    __tablename__ = "checkpoint_evidence"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoint.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    data: Mapped[bytes] = mapped_column(LargeBinary)
