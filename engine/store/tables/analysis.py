"""Figures that are counted now and then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base


class FiguresTable(Base):
    """Figures over everything that is open, counted now and then: ``body`` as ``queries/analysis``
    writes it, ``took`` how long the counting took (ms)."""

    __tablename__ = "figures"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    took: Mapped[int]
    body: Mapped[dict[str, Any]]
