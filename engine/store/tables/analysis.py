"""The figures of the managers' overview."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base


class FiguresTable(Base):
    """Figures over everything that is open, as they were counted last: ``body`` is the JSON of
    ``engine.queries.analysis.count_figures``, ``took`` the milliseconds that counting took."""

    __tablename__ = "figures"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    took: Mapped[int]
    body: Mapped[dict[str, Any]]
