"""Copies put into an SQLite database: by one process and its driver, and indexes afterwards."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from tests.support.company.copies import LOADED, Copies, Report, Row


def read(url: str, table: str, condition: str) -> list[Row]:
    """Rows as they stand in the file."""
    with closing(_connect(url)) as connection:
        found = connection.execute(f"SELECT * FROM {table} WHERE {condition}")
        columns = [column[0] for column in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found]


def load(url: str, copies: Copies, cases: int, report: Report) -> None:
    """Put all copies into their tables."""
    with closing(_connect(url)) as connection:
        # What is loaded can be loaded again: nothing is kept for taking it back.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA cache_size = -200000")
        connection.execute("PRAGMA temp_store = MEMORY")
        indexes = _drop_indexes(connection)
        connection.execute("BEGIN")
        for table, columns in copies.columns.items():
            begun = time.monotonic()
            marks = ", ".join("?" * len(columns))
            connection.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
                copies.rows(table, range(1, cases + 1)),
            )
            report(f"{table}: {time.monotonic() - begun:.0f} s")
        connection.execute("COMMIT")
        begun = time.monotonic()
        for make in indexes:
            connection.execute(make)
        connection.execute("ANALYZE")
        connection.execute("PRAGMA locking_mode = NORMAL")
        connection.execute("PRAGMA journal_mode = WAL")
        report(f"indexes and statistics: {time.monotonic() - begun:.0f} s")


def _drop_indexes(connection: sqlite3.Connection) -> list[str]:
    """Drop the indexes of the tables that are filled, but for those of keys; what makes them
    again."""
    marks = ", ".join("?" * len(LOADED))
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        f"AND tbl_name IN ({marks})",
        LOADED,
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    return [make for _, make in indexes]


def _connect(url: str) -> sqlite3.Connection:
    return sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
