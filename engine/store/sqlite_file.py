"""The file of an SQLite database: where it may be, how it is made, what each connection sets."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from engine.errors import Conflict, Unavailable

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
    # INSERT OR REPLACE deletes, and asks the triggers only so: see ``append_only``.
    cursor.execute("PRAGMA recursive_triggers = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA wal_autocheckpoint = 4000")
    cursor.close()


def copy(source: Any, path: Path) -> None:
    """Copy the database of the driver's connection ``source`` to ``path``, and check the copy.

    :raises Conflict: when there is a file already
    :raises Unavailable: when the copy is damaged
    """
    if path.exists():
        raise Conflict(f"{path} exists already", code="exists")
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as made:
        # All pages in one step: between two steps another process's write would make SQLite
        # begin the copy anew, and it would never end while people work.
        source.backup(made, pages=-1)
        integrity = [row[0] for row in made.execute("PRAGMA integrity_check")]
        strays = made.execute("PRAGMA foreign_key_check").fetchall()
    if integrity != ["ok"] or strays:
        raise Unavailable(f"the copy {path} is damaged: {integrity[:3]} {strays[:3]}")
