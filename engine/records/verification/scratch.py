"""What the entries have said so far, in a file of the machine that is gone afterwards: a history
may be larger than the memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from engine.records.noted_rows import NotedRow

IN_MEMORY: Final = 5_000
"""Rows of which what is said is in memory, before it goes to the file."""
ASKED_AT_ONCE: Final = 500
"""Rows that are asked of the file at once; SQLite takes more values than that in a statement."""


REVISED: Final = ("instance", "task")
"""Tables whose rows have a revision, which rises with each change."""


class EntryPlace(NamedTuple):
    """The entry that says something: its chain, its number, its row's id, and whether it only notes
    what stood when the tables were upgraded."""

    chain: str
    seq: int
    id: int
    late: bool


@dataclass(slots=True)
class Said:
    """What the entries say of a row: of each column its value and the entry that said it last
    (chain, number, its row's id, the row's revision), and the newest entry of all; whether the row
    was taken away by then; whether nothing but an upgrade vouches for it."""

    columns: dict[str, list[Any]] = field(default_factory=dict)
    newest: list[Any] = field(default_factory=list)
    gone: bool = False
    late: bool = True

    def add(self, row: NotedRow, source: EntryPlace) -> None:
        """An entry says this of the row. Entries come by chain, not in the order of time: of two
        the later one is that of the row's higher revision, else the one with the higher id."""
        revision = (row.values or {}).get("revision", -1) if row.table in REVISED else -1
        said = [source.chain, source.seq, source.id, revision]
        for column, value in (row.values or {}).items():
            before = self.columns.get(column)
            if before is None or _later(said, before[1:]):
                self.columns[column] = [value, *said]
        self.late = self.late and source.late
        if not self.newest or _later(said, self.newest):
            self.newest = said
            self.gone = row.values is None


def _later(one: Sequence[Any], other: Sequence[Any]) -> bool:
    if -1 not in (one[3], other[3]) and one[3] != other[3]:
        return bool(one[3] > other[3])
    return bool(one[2] >= other[2])


class Scratch:
    """A private SQLite file of this verification, without a name."""

    def __init__(self) -> None:
        # SQLite's own temporary file: gone when the connection is.
        self._file = sqlite3.connect("")
        self._file.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE said (place TEXT, key TEXT, said TEXT, PRIMARY KEY (place, key))"
            " WITHOUT ROWID;"
            "CREATE TABLE signed (hash TEXT PRIMARY KEY, said TEXT) WITHOUT ROWID;"
            "CREATE TABLE called (instance TEXT PRIMARY KEY, chain TEXT, seq INT) WITHOUT ROWID;"
        )
        self._rows: dict[tuple[str, str], Said] = {}

    def close(self) -> None:
        """The file is gone."""
        self._file.close()

    # ------------------------------------------------------------ rows

    def note(self, row: NotedRow, source: EntryPlace) -> None:
        """An entry says something of a row."""
        place = (row.table, row.key)
        said = self._rows.get(place)
        if said is None:
            if len(self._rows) >= IN_MEMORY:
                self.settle()
            said = self._rows[place] = self._stored(place) or Said()
        said.add(row, source)

    def settle(self) -> None:
        """Everything that is in memory goes to the file."""
        self._file.executemany(
            "INSERT OR REPLACE INTO said VALUES (?, ?, ?)",
            (
                (table, key, json.dumps([said.columns, said.newest, said.gone, said.late]))
                for (table, key), said in self._rows.items()
            ),
        )
        self._rows.clear()

    def take(self, table: str, keys: Sequence[str]) -> dict[str, Said]:
        """What is said of rows, by their keys. It is forgotten: what is left at the end has no
        row."""
        marks = ", ".join("?" * len(keys))
        where = f"WHERE place = ? AND key IN ({marks})"
        rows = self._file.execute(
            f"SELECT key, said FROM said {where}",  # noqa: S608 - of marks
            (table, *keys),
        ).fetchall()
        self._file.execute(f"DELETE FROM said {where}", (table, *keys))  # noqa: S608 - of marks
        return {key: _said(text) for key, text in rows}

    def left(self, tables: Iterable[str]) -> Iterator[tuple[str, str, Said]]:
        """The rows that should be there and have not been taken, by table and key."""
        for table in tables:
            rows = self._file.execute(
                "SELECT key, said FROM said WHERE place = ? ORDER BY key", (table,)
            )
            for key, text in rows:
                said = _said(text)
                if not said.gone:
                    yield table, key, said

    def _stored(self, place: tuple[str, str]) -> Said | None:
        row = self._file.execute(
            "SELECT said FROM said WHERE place = ? AND key = ?", place
        ).fetchone()
        return None if row is None else _said(row[0])

    # ------------------------------------------------------------ signatures and calls

    def sign(self, digest: str, said: Mapping[str, Any]) -> bool:
        """An entry records the signature of a content; False when one has before."""
        done = self._file.execute(
            "INSERT OR IGNORE INTO signed VALUES (?, ?)", (digest, json.dumps(said))
        )
        return done.rowcount == 1

    def take_signed(self, digest: str) -> dict[str, Any] | None:
        """What the entry of a signature says, once; None when there is none."""
        row = self._file.execute("SELECT said FROM signed WHERE hash = ?", (digest,)).fetchone()
        if row is None:
            return None
        self._file.execute("DELETE FROM signed WHERE hash = ?", (digest,))
        said: dict[str, Any] = json.loads(row[0])
        return said

    def signed_left(self) -> Iterator[dict[str, Any]]:
        """The entries of signatures that are not there."""
        for (text,) in self._file.execute("SELECT said FROM signed ORDER BY hash"):
            yield json.loads(text)

    def call(self, instance_id: str, source: EntryPlace) -> None:
        """An entry says that an instance was called."""
        given = (instance_id, source.chain, source.seq)
        self._file.execute("INSERT OR IGNORE INTO called VALUES (?, ?, ?)", given)

    def called(self, after: str) -> list[tuple[str, str, int]]:
        """The next instances that were called, with the entries that say so."""
        return self._file.execute(
            "SELECT instance, chain, seq FROM called WHERE instance > ? ORDER BY instance LIMIT ?",
            (after, ASKED_AT_ONCE),
        ).fetchall()


def _said(text: str) -> Said:
    return Said(*json.loads(text))
