"""The file of an SQLite database: where it may be, how it is made, what each connection sets."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from engine.errors import Unavailable

BUSY_TIMEOUT_MS = 10_000
"""Milliseconds that a writer to SQLite waits for others before the database counts as
unavailable."""


def is_missing(path: str | None) -> bool:
    """Whether an SQLite database is to be a file that is not there."""
    return bool(path) and path != ":memory:" and not Path(str(path)).exists()


def check_folder(file: Path) -> None:
    """Check that a new SQLite file has a folder to be in. A folder is not made: a path that was
    mistyped would begin an empty database where nobody looks for one."""
    folder = file.absolute().parent
    if not folder.is_dir():
        raise Unavailable(
            f"There is no folder {folder} for the database {file.name}: correct the path, or make "
            f"the folder first: mkdir -p {shlex.quote(str(folder))}",
            code="no_folder",
        )


def own_alone(path: str | None) -> None:
    """Create the file of a new SQLite database readable by its owner only: it has personal data."""
    if is_missing(path):
        try:
            Path(str(path)).touch(mode=0o600)
        except OSError as error:
            raise Unavailable(f"{path} cannot be made: {error.strerror}") from error


def prepare(connection: Any, _record: Any) -> None:
    """Set up a new connection."""
    # The driver must not begin transactions by itself: see ``database._begin``.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA wal_autocheckpoint = 4000")
    cursor.close()
