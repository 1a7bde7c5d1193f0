"""Copies put into a PostgreSQL database: streams of COPY by several processes, and constraints and
indexes afterwards, as many at a time.

Tables stay logged: one that is not would be written a second time when it becomes so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any, Final

import psycopg

from tests.support.company.copies import LOADED, Copies, Report, Row
from tests.support.company.values import HEAD, TAIL, fields, row_head

CHUNK: Final = 250
"""Copies that are one transaction: some 25,000 facts."""
QUICK: Final = "-c synchronous_commit=off -c maintenance_work_mem=512MB -c jit=off"
"""Settings of the connections that load: nothing waits for the disk, since what is loaded can be
loaded again, and indexes are sorted in memory."""
Make = Callable[[], Copies]
"""Makes the copies anew: each process has its own."""


def connect(url: str) -> psycopg.Connection[Any]:
    """A connection that loads."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    return psycopg.connect(plain, autocommit=True, options=QUICK)


def read(url: str, table: str, condition: str) -> list[Row]:
    """Rows with their fields as COPY gives them."""
    with connect(url) as connection:
        found = connection.execute(f"SELECT * FROM {table} LIMIT 0").description or ()
        columns = [column.name for column in found]
        statement = f"COPY (SELECT * FROM {table} WHERE {condition}) TO STDOUT (FORMAT BINARY)"
        with connection.cursor().copy(statement) as copy:
            data = b"".join(bytes(block) for block in copy)
    return [dict(zip(columns, row, strict=True)) for row in fields(data)]


def load(url: str, make: Make, cases: int, workers: int, report: Report) -> None:
    """Put all copies into their tables."""
    begun = time.monotonic()
    constraints, indexes = _strip(url)
    chunks = [range(first, min(first + CHUNK, cases + 1)) for first in range(1, cases + 1, CHUNK)]
    if workers == 1:
        _stream(url, make, chunks)
    else:
        shares = [chunks[number::workers] for number in range(workers)]
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            list(pool.map(partial(_stream, url, make), shares))
    report(f"rows: {time.monotonic() - begun:.0f} s")
    begun = time.monotonic()
    _restore(url, constraints, indexes, workers)
    report(f"indexes and constraints: {time.monotonic() - begun:.0f} s")
    begun = time.monotonic()
    _at_once(url, [(table, f"VACUUM ANALYZE {table}") for table in LOADED], workers)
    with connect(url) as connection:
        connection.execute("ANALYZE")
    report(f"statistics: {time.monotonic() - begun:.0f} s")


def _stream(url: str, make: Make, chunks: Iterable[range]) -> None:
    copies = make()
    with connect(url) as connection:
        for numbers in chunks:
            with connection.transaction():
                for table in copies.columns:
                    _copy(connection, copies, table, numbers)


def _copy(connection: psycopg.Connection[Any], copies: Copies, table: str, numbers: range) -> None:
    columns = copies.columns[table]
    head = row_head(len(columns))
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor().copy(statement) as copy:
        copy.write(HEAD)
        for number in numbers:
            rows = [b"".join((head, *row)) for row in copies.rows(table, (number,))]
            copy.write(b"".join(rows))
        copy.write(TAIL)


# ---------------------------------------------------------------- what comes afterwards


def _strip(url: str) -> tuple[list[_Thing], list[_Thing]]:
    """Drop the constraints and the indexes of the tables, which are not vacuumed either meanwhile:
    an index is made of what is there in a fraction of the time in which it grows. Returns the
    references, and the indexes with those of keys."""
    with connect(url) as connection:
        foreign = _foreign(connection)
        indexes = [*_keys(connection), *_indexes(connection)]
        for thing in (*foreign, *indexes):
            connection.execute(thing.drop)
        for table in LOADED:
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    return foreign, indexes


def _restore(url: str, foreign: list[_Thing], indexes: list[_Thing], workers: int) -> None:
    _at_once(url, [(thing.table, thing.make) for thing in indexes], workers)
    with connect(url) as connection:
        for thing in (*indexes, *foreign):
            if thing.add:
                connection.execute(thing.add)
        serial = "pg_get_serial_sequence('history', 'id')"
        connection.execute(f"SELECT setval({serial}, (SELECT max(id) FROM history))")
    # Whether all references are met, for several tables at a time.
    _at_once(url, [(thing.table, thing.make) for thing in foreign], workers)
    with connect(url) as connection:
        for table in LOADED:
            connection.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


def _at_once(url: str, work: Sequence[tuple[str, str]], workers: int) -> None:
    """Run statements about tables, those about the largest one first."""

    def run(statement: str) -> None:
        with connect(url) as connection:
            # One processor for each, and not all of them for the first.
            connection.execute("SET max_parallel_maintenance_workers = 0")
            connection.execute(statement)

    with connect(url) as connection:
        size = "SELECT pg_table_size(%s::regclass)"
        sizes = {
            table: connection.execute(size, [table]).fetchone()[0]  # type: ignore[index]
            for table in {table for table, _ in work}
        }
    ordered = sorted(work, key=lambda each: -sizes[each[0]])
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(run, [statement for _, statement in ordered]))


@dataclass(frozen=True)
class _Thing:
    """A constraint or an index of a table: ``make`` takes long, ``add`` a moment and a lock that
    others would have to wait for."""

    table: str
    drop: str
    make: str
    add: str = ""


def _foreign(connection: psycopg.Connection[Any]) -> list[_Thing]:
    """The references from the tables, and to them."""
    return [
        _Thing(
            table,
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}",
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID",
        )
        for table, name, definition in connection.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE contype = 'f' AND (conrelid::regclass::text = ANY(%s) "
            "OR confrelid::regclass::text = ANY(%s)) ORDER BY conname",
            [list(LOADED), list(LOADED)],
        )
    ]


def _keys(connection: psycopg.Connection[Any]) -> list[_Thing]:
    """Primary keys and unique constraints: each takes an index of its name that is there."""
    return [
        _Thing(
            table,
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            definition,
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {name}",
        )
        for table, name, kind, definition in connection.execute(
            "SELECT conrelid::regclass::text, conname, "
            "CASE contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, "
            "pg_get_indexdef(conindid) FROM pg_constraint "
            "WHERE contype IN ('p', 'u') AND conrelid::regclass::text = ANY(%s) ORDER BY conname",
            [list(LOADED)],
        )
    ]


def _indexes(connection: psycopg.Connection[Any]) -> list[_Thing]:
    """The indexes that are no constraint's."""
    return [
        _Thing(table, f"DROP INDEX {name}", definition)
        for table, name, definition in connection.execute(
            "SELECT indrelid::regclass::text, indexrelid::regclass::text, "
            "pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid::regclass::text = ANY(%s) AND NOT EXISTS "
            "(SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u')) "
            "ORDER BY indexrelid",
            [list(LOADED)],
        )
    ]
