"""The rows of the tree: which entries have no number yet, and the hashes that are stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, exists, func, insert, select, text

from engine.records.checkpoints import tree
from engine.store.base import table_of
from engine.store.tables import HistoryTable, LeafTable, NodeTable

AT_ONCE: Final = 5_000
"""Entries that one transaction numbers at most: a second's under the heaviest load, and some
megabytes of memory."""
_LEAF: Final = table_of(LeafTable)
_NODE: Final = table_of(NodeTable)
_HISTORY: Final = table_of(HistoryTable)
_PATIENCE: Final = timedelta(seconds=5)
"""How long a transaction of PostgreSQL may take from its first id to the moment at which it is
known to write: some microseconds, on a machine that stands still now and then."""
_OLDEST_WRITER: Final = text(
    "SELECT least(clock_timestamp() - make_interval(secs => :patience), min(xact_start)) "
    "FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL "
    "AND pid <> pg_backend_pid()"
)
_LOCK: Final = text("SELECT pg_try_advisory_xact_lock(hashtextextended('checkpoint', 0))")


class Rows:
    """The stored hashes of a database (``tree.Hashes``)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """The hashes ``first`` to ``first + count - 1`` of a level.

        :raises LookupError: when one is missing
        """
        table = _NODE if level else _LEAF
        statement = select(table.c.hash).order_by(table.c.number)
        statement = statement.where(table.c.number.between(first, first + count - 1))
        if level:
            statement = statement.where(_NODE.c.level == level)
        found = list(self._connection.scalars(statement))
        if len(found) != count:
            raise LookupError(f"hashes {first} to {first + count - 1} of level {level}")
        return found


class Blocks:
    """The stored hashes of a database, which reads as many as lie under one stored hash at a time
    and keeps them: for many proofs of the same tree."""

    SIZE: Final = 1 << tree.BITS

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[tuple[int, int], Sequence[bytes]] = {}

    def read(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """The hashes ``first`` to ``first + count - 1`` of a level.

        :raises LookupError: when one is missing
        """
        found: list[bytes] = []
        for block in range(first // self.SIZE, (first + count - 1) // self.SIZE + 1):
            start = block * self.SIZE
            hashes = self._block(level, block)
            found += hashes[max(first - start, 0) : first + count - start]
        if len(found) != count:
            raise LookupError(f"hashes {first} to {first + count - 1} of level {level}")
        return found

    def _block(self, level: int, block: int) -> Sequence[bytes]:
        known = self._read.get((level, block))
        if known is None:
            table, start = _NODE if level else _LEAF, block * self.SIZE
            statement = select(table.c.number, table.c.hash).order_by(table.c.number)
            statement = statement.where(table.c.number.between(start, start + self.SIZE - 1))
            if level:
                statement = statement.where(_NODE.c.level == level)
            rows = self._connection.execute(statement).all()
            # Behind a number that is missing nothing counts.
            known = [row.hash for at, row in enumerate(rows, start) if row.number == at]
            self._read[level, block] = known
        return known


@dataclass(slots=True)
class Floor:
    """The id up to which every entry that will ever be has its number, or none ever gets one.

    Ids of PostgreSQL are given out before their transactions commit, so that a smaller one may
    appear after a larger one. ``marks`` are the largest ids that were visible at moments of the
    server's clock: a smaller id that appears later is of a transaction that had begun by then. So
    once all writers have begun later, and what they have left was numbered, it is the floor.
    """

    id: int = 0
    marks: deque[tuple[datetime, int]] = field(default_factory=deque)
    _next: int = 0
    _mark: tuple[datetime, int] | None = None

    def caught_up(self, connection: Connection) -> bool:
        """Whether no entry is above it: nothing has happened since it last rose."""
        newest = connection.scalar(select(func.max(_HISTORY.c.id))) or 0
        if connection.dialect.name == "sqlite":
            return newest <= (connection.scalar(select(func.max(_LEAF.c.entry_id))) or 0)
        return newest <= self.id

    def look(self, connection: Connection) -> None:
        """Look how far it may rise, before the entries above it are read."""
        if connection.dialect.name == "sqlite":
            # One writer at a time: ids are in the order of commits.
            self.id = self._next = connection.scalar(select(func.max(_LEAF.c.entry_id))) or 0
            return
        newest = connection.scalar(select(func.max(_HISTORY.c.id))) or 0
        # In statements of their own, so that the moment is later than what was seen.
        self._mark = (connection.scalar(select(func.clock_timestamp())), newest)  # type: ignore[assignment]
        oldest = connection.scalar(_OLDEST_WRITER, {"patience": _PATIENCE.total_seconds()})
        self._next = self.id
        while self.marks and self.marks[0][0] <= oldest:
            self._next = max(self._next, self.marks.popleft()[1])

    def rise(self) -> None:
        """All entries above it have been read, and have numbers now."""
        self.id = self._next
        if self._mark is not None:
            self.marks.append(self._mark)


def only_one(connection: Connection) -> bool:
    """Whether the caller may make a checkpoint: one at a time does, until its transaction ends."""
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.scalar(_LOCK))


def without_number(connection: Connection, floor: int, most: int = AT_ONCE) -> Sequence[Any]:
    """The entries (id, body) that have no number yet, in the order of their ids."""
    statement = (
        select(_HISTORY.c.id, _HISTORY.c.body)
        .where(_HISTORY.c.id > floor, ~_numbered())
        .order_by(_HISTORY.c.id)
        .limit(most)
    )
    return connection.execute(statement).all()


def _numbered() -> Any:
    return exists().where(_LEAF.c.entry_id == _HISTORY.c.id)


def add(connection: Connection, edge: tree.RightEdge, entries: Sequence[Any]) -> None:
    """Give numbers to entries (id, body), and store the hashes; the edge grows by them."""
    nodes: list[dict[str, Any]] = []

    def completed(level: int, number: int, digest: bytes) -> None:
        nodes.append({"level": level, "number": number, "hash": digest})

    rows, size = [], edge.size
    for number, entry in enumerate(entries, size):
        digest = tree.leaf_hash(entry.body)
        rows.append({"number": number, "entry_id": entry.id, "hash": digest})
        edge.add(digest, completed)
    connection.execute(insert(_LEAF), rows)
    if nodes:
        connection.execute(insert(_NODE), nodes)
