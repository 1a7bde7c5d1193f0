"""What is done once a day, by whichever worker is first."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert, select, update

from engine.store.tables import Routine

TIDY = "tidy"
"""Taking away what has been sent long ago."""


def done_on(connection: Connection, name: str) -> date | None:
    """The last day on which it was done."""
    return connection.scalar(select(Routine.day).where(Routine.name == name))


def begin(connection: Connection, name: str, today: date) -> bool:
    """Whether today's is ours to do; it counts as done when the transaction commits."""
    row = connection.execute(
        select(Routine.day).where(Routine.name == name).with_for_update()
    ).first()
    if row is None:
        connection.execute(insert(Routine).values(name=name, day=today))
        return True
    if row.day >= today:
        return False
    connection.execute(update(Routine).where(Routine.name == name).values(day=today))
    return True
