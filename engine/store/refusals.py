"""What is said of a database that this program, or this account, cannot use as it is."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import ProgrammingError

from engine.errors import DatabaseNewer, Unavailable

NO_RIGHT: Final = "42501"
"""PostgreSQL's SQLSTATE of what an account may not do."""


def newer(at: str | None, known: str) -> DatabaseNewer:
    """The database is at version ``at``, and this program knows it up to ``known``."""
    return DatabaseNewer(
        f"The database is at version {at}, this program knows it up to {known}: a newer "
        "Serviceplan has written it. Get that version of the program, run: make setup, "
        "and start that one. Both versions are told by: serviceplan db version"
    )


def no_owner(error: ProgrammingError) -> Exception:
    """What to raise for an error of an upgrade: how to go on, when it is that this account may not
    change the tables; else the error itself."""
    if getattr(error.orig, "sqlstate", None) != NO_RIGHT:
        return error
    return Unavailable(
        "This account may not change the tables. Set database.owner_url (or "
        "SERVICEPLAN_DATABASE_OWNER) to the owner's, and run: serviceplan db upgrade"
    )
