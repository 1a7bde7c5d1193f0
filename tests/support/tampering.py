"""What somebody with the account of the tables' owner can do to a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from engine.store import append_only
from engine.store.database import Database


@contextmanager
def as_owner(database: Database) -> Iterator[Connection]:
    """A transaction without the triggers that keep what has happened; they stand again after it."""
    with database.writing() as connection:
        append_only.lift(connection)
        yield connection
        append_only.protect(connection)
