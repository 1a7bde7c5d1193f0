"""The database against its checkpoints, and against those that were published.

One pass over all leaves, in their order: what was numbered is there and as it was, the roots are
those of every stored checkpoint, each checkpoint is signed, each key follows from the one before.
So it names what a chain of hashes cannot: an end that was cut off, a case that is gone with all its
rows, a chain that was written anew. Whoever has the signing key could sign anew too; then only the
published checkpoints show it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, select

from engine.records.checkpoints import log
from engine.records.checkpoints.notes import NoteError, PublicKey, SignedNote, TreeHead, signed
from engine.records.checkpoints.tree import RightEdge, leaf_hash
from engine.store.base import table_of
from engine.store.tables import CheckpointTable, HistoryTable, LeafTable, NodeTable
from engine.views import Checkpoint, Fault

MOST_FAULTS: Final = 200
"""Faults that are told; who sees so many needs no more of them."""
ROWS_AT_ONCE: Final = 2_000
"""Rows that are in memory at a time."""


@dataclass(slots=True)
class _Pass:
    """A pass over the leaves: what it has found so far."""

    wanted: set[int]
    edge: RightEdge = field(default_factory=RightEdge)
    roots: dict[int, bytes] = field(default_factory=dict)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, problem: str, chain: str = log.CHAIN, seq: int = 0) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(chain, seq, problem))

    def add(self, digest: bytes) -> None:
        self.edge.add(digest, self._completed)
        if self.edge.size in self.wanted:
            self.roots[self.edge.size] = self.edge.root()

    def _completed(self, level: int, number: int, digest: bytes) -> None:
        self.nodes[level, number] = digest


def check(
    connection: Connection, published: Mapping[str, str]
) -> tuple[Sequence[Fault], Checkpoint | None]:
    """The faults, and the newest checkpoint that everything up to it agrees with (None: no one).

    :param published: notes that were published, by where they come from
    """
    heads, unread = _published(published)
    rows = select(CheckpointTable.size)
    state = _Pass({*connection.scalars(rows), *(head.size for _, _, head in heads)})
    for problem in unread:
        state.fault(problem)
    keys = _keys(connection, state)
    for row in _leaves(connection):
        _check_leaf(row, state)
    _check_nodes(connection, state)
    newest = _check_checkpoints(connection, keys, state)
    for name, note, head in heads:
        _check_published(name, note, head, keys, state)
    return tuple(state.faults), newest


def _published(
    published: Mapping[str, str],
) -> tuple[list[tuple[str, SignedNote, TreeHead]], list[str]]:
    """The published checkpoints, read, and what is wrong with those that cannot be."""
    heads, unread = [], []
    for name, content in published.items():
        try:
            note = SignedNote.read(content)
            heads.append((name, note, TreeHead.read(note.text)))
        except NoteError as error:
            unread.append(f"{name}: {error}")
    return heads, unread


# ---------------------------------------------------------------- leaves


def _leaves(connection: Connection) -> Iterator[Any]:
    statement = (
        select(
            LeafTable.number,
            LeafTable.entry_id,
            LeafTable.hash,
            HistoryTable.body,
            HistoryTable.chain,
            HistoryTable.seq,
        )
        .outerjoin(HistoryTable, HistoryTable.id == LeafTable.entry_id)
        .order_by(LeafTable.number)
    )
    yield from connection.execute(statement.execution_options(yield_per=ROWS_AT_ONCE))


def _check_leaf(row: Any, state: _Pass) -> None:
    expected = state.edge.size
    if row.number != expected:
        state.fault(f"the leaf {expected} of the tree is gone: an entry was removed")
        # Its place stays, so that what follows keeps its own.
        for _ in range(expected, row.number):
            state.add(bytes(32))
    if row.body is None:
        state.fault(f"the entry {row.entry_id}, leaf {row.number} of the tree, is gone")
        state.add(bytes(row.hash))
        return
    digest = leaf_hash(bytes(row.body))
    if digest != bytes(row.hash):
        problem = f"the entry is not the one that leaf {row.number} of the tree was made of"
        state.fault(problem, row.chain, row.seq)
    state.add(digest)


def _check_nodes(connection: Connection, state: _Pass) -> None:
    """Proofs are made of the stored hashes: a changed one would make them worthless."""
    table = table_of(NodeTable)
    for row in connection.execute(select(table.c.level, table.c.number, table.c.hash)):
        if state.nodes.pop((row.level, row.number), None) != bytes(row.hash):
            state.fault(f"the hash {row.number} of level {row.level} of the tree was changed")
    for level, number in state.nodes:
        state.fault(f"the hash {number} of level {level} of the tree is gone")


# ---------------------------------------------------------------- checkpoints


def _check_checkpoints(
    connection: Connection, keys: Sequence[PublicKey], state: _Pass
) -> Checkpoint | None:
    """Every stored checkpoint: its row, its signature, its root. Of those that the tree does not
    agree with only the first is named: all after it must differ too."""
    holds, broken, before = None, False, 0
    table = table_of(CheckpointTable)
    statement = select(*table.c).order_by(table.c.id).execution_options(yield_per=ROWS_AT_ONCE)
    for row in connection.execute(statement):
        checkpoint = Checkpoint(row.id, row.origin, row.size, row.root, row.at, row.note)
        if row.id != before + 1:
            state.fault(f"checkpoint {before + 1} is gone", seq=before + 1)
        before = row.id
        problem = _problem(checkpoint, keys)
        if problem:
            state.fault(f"checkpoint {row.id}: {problem}", seq=row.id)
        elif not broken and (said := _differs(checkpoint.size, row.root, state)):
            broken = True
            state.fault(f"checkpoint {row.id}: {said}", seq=row.id)
        elif not broken:
            holds = checkpoint
    if holds is None or holds.size == state.edge.size or broken:
        return holds
    state.fault(f"the newest checkpoint is gone: the tree has {state.edge.size} leaves")
    return holds


def _problem(checkpoint: Checkpoint, keys: Sequence[PublicKey]) -> str:
    try:
        _, head, _ = signed(checkpoint.note, keys)
    except NoteError as error:
        return f"its signature does not hold: {error}"
    row = (checkpoint.origin, checkpoint.size, checkpoint.root)
    return "" if row == (head.origin, head.size, head.root.hex()) else "its row was changed"


def _differs(size: int, root: str, state: _Pass) -> str:
    if size > state.edge.size:
        return f"it is of {size} entries, and there are {state.edge.size}: the end was cut off"
    if state.roots[size].hex() != root:
        return f"of the first {size} entries one was changed, removed, added or moved"
    return ""


def _check_published(
    name: str, note: SignedNote, head: TreeHead, keys: Sequence[PublicKey], state: _Pass
) -> None:
    mine = [key for key in keys if key.name == head.origin]
    # An end that was cut off may have the entry of the key in it.
    if mine and (problem := _differs(head.size, head.root.hex(), state)):
        state.fault(f"{name}: {problem}")
    elif not any(note.by(key) for key in mine):
        state.fault(f"{name}: no key that the history knows has signed this checkpoint")


def _keys(connection: Connection, state: _Pass) -> list[PublicKey]:
    """The keys of the history, each of which follows from the one before, or is said not to."""
    statement = (
        select(HistoryTable.seq, HistoryTable.type, HistoryTable.detail)
        .where(HistoryTable.chain == log.CHAIN)
        .order_by(HistoryTable.seq)
    )
    keys: list[PublicKey] = []
    for row in connection.execute(statement):
        try:
            detail = json.loads(row.detail)
            key = PublicKey.read(detail["key"])
            if row.type == log.KEY_ROTATED:
                note = SignedNote.read(detail["note"])
                if not keys or note.by(keys[-1]) is None:
                    state.fault("the old key has not signed the new one", seq=row.seq)
                elif note.text != log.rotation_text(keys[-1], key):
                    state.fault("the old key has signed another one", seq=row.seq)
        except (NoteError, ValueError, KeyError, TypeError):
            state.fault("the key of this entry cannot be read", seq=row.seq)
            continue
        keys.append(key)
    return keys
