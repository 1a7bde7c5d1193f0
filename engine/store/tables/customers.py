"""The companies that the contracts are with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import ID, PLACE, Base
from engine.store.names import place_of_row


class CustomerTable(Base):
    """A customer, with its organisation number."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_place", "place", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(PLACE, default=place_of_row, server_default="")
    """Where the customer stands in lists: by the name, in Swedish order."""
    org_number: Mapped[str] = mapped_column(String(20), unique=True)
    created_at: Mapped[datetime]
