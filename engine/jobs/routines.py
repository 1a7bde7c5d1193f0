"""Routines: work that is done once a day, by the first worker that gets to it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert, select, update

from engine.store.tables import RoutineTable

TIDY = "tidy"
"""The routine that deletes messages which were sent long ago."""


def done_on(connection: Connection, name: str) -> date | None:
    """The last day on which a routine was done; None for never."""
    return connection.scalar(select(RoutineTable.day).where(RoutineTable.name == name))


def begin(connection: Connection, name: str, today: date) -> bool:
    """Whether the caller is to do the routine today, because no other worker has; it counts as done
    when the transaction commits."""
    row = connection.execute(
        select(RoutineTable.day).where(RoutineTable.name == name).with_for_update()
    ).first()
    if row is None:
        connection.execute(insert(RoutineTable).values(name=name, day=today))
        return True
    if row.day >= today:
        return False
    connection.execute(update(RoutineTable).where(RoutineTable.name == name).values(day=today))
    return True
