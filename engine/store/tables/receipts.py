"""The receipts of idempotency keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class ReceiptTable(Base):
    """The receipt of an idempotency key. ``request_sha256`` covers the method and its arguments, so
    that the same key with another request is recognised and refused."""

    __tablename__ = "receipt"

    actor_id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    method: Mapped[str] = mapped_column(String(40))
    request_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    result: Mapped[dict[str, Any]]
