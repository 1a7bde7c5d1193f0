"""A backup of SQLite is one copy of one moment, however much another process writes beside it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from engine.store.database import Database

MEGABYTES = 96
WRITES_PER_SECOND = 50
"""The least that the writing process must reach during the copy for it to be a test."""

WRITER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
connection.execute("PRAGMA synchronous = OFF")
print("ready", flush=True)
while True:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE pair SET left = left + 1")
    connection.execute("UPDATE pair SET right = right + 1")
    connection.execute("COMMIT")
    time.sleep(0.002)
"""


@contextmanager
def writing_process(path: Path) -> Iterator[None]:
    """A process that writes until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield
        finally:
            process.kill()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE pair (left INTEGER, right INTEGER)")
        connection.execute("INSERT INTO pair VALUES (0, 0)")
        connection.execute("CREATE TABLE bulk (bytes BLOB)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO bulk VALUES (zeroblob(?))", [(1_000_000,)] * MEGABYTES)
        connection.execute("COMMIT")
    return path


def counted(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path)) as connection:
        left, right = connection.execute("SELECT left, right FROM pair").fetchone()
        return left, right


def timed_backup(source: Path, copy: Path) -> float:
    database = Database(f"sqlite:///{source}")
    try:
        begun = time.perf_counter()
        database.backup(copy)
        return time.perf_counter() - begun
    finally:
        database.close()


def test_a_backup_beside_a_writing_process_ends_as_soon_as_one_at_rest(
    large: Path, tmp_path: Path
) -> None:
    timed_backup(large, tmp_path / "warm.db")
    idle = max(timed_backup(large, tmp_path / f"idle{n}.db") for n in range(2))
    with writing_process(large):
        before, begun = counted(large)[0], time.perf_counter()
        busy = min(timed_backup(large, tmp_path / f"busy{n}.db") for n in range(2))
        rate = (counted(large)[0] - before) / (time.perf_counter() - begun)
    assert rate >= WRITES_PER_SECOND
    assert busy <= 2 * idle
    for n in range(2):
        left, right = counted(tmp_path / f"busy{n}.db")
        assert left == right >= before
