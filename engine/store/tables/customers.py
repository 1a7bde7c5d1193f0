"""The companies that the contracts are with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, Base


class CustomerTable(Base):
    """A customer, with its organisation number."""

    __tablename__ = "customer"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    org_number: Mapped[str] = mapped_column(String(20), unique=True)
    created_at: Mapped[datetime]
