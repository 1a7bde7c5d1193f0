"""Routines: work that is done once a day, by the first worker that gets to it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from engine.store.tables import RoutineTable
from engine.store.upsert import upsert

TIDY = "tidy"
"""The routine that deletes messages which were sent long ago."""


def done_on(connection: Connection, name: str) -> date | None:
    """The last day on which a routine was done; None for never."""
    return connection.scalar(select(RoutineTable.day).where(RoutineTable.name == name))


def begin(connection: Connection, name: str, today: date) -> bool:
    """Whether the caller is to do the routine today, because no other worker has; it counts as done
    when the transaction commits."""
    return upsert(connection, RoutineTable, {"name": name, "day": today}, rising="day")
