"""The log of checkpoints: making one, and reading them.

One process at a time makes a checkpoint: it numbers the entries of the history that have been
committed since the last one, adds them to the tree, and signs the tree's root. What that costs
depends on the new entries alone, and no transaction of a person waits for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from engine.records.checkpoints import leaves, tree
from engine.records.checkpoints.keys import SigningKey
from engine.records.checkpoints.notes import NoteError, PublicKey, TreeHead
from engine.store.base import table_of
from engine.store.tables import CheckpointTable, HistoryTable
from engine.views import Checkpoint

CHAIN: Final = "checkpoints"
"""The history's chain of what happens to the keys."""
KEY_MADE: Final = "checkpoints.key_made"
"""The type of the fact that the first key was made."""
KEY_ROTATED: Final = "checkpoints.key_rotated"
"""The type of the fact that a new key follows, signed by the old one."""
KEY_REPLACED: Final = "checkpoints.key_replaced"
"""The type of the fact that a new key follows one that was lost."""
LOG_RESTARTED: Final = "checkpoints.log_restarted"
"""The type of the fact that a log of another origin begins, since the database was set back."""
_TABLE: Final = table_of(CheckpointTable)
_COLUMNS: Final = (_TABLE.c.id, _TABLE.c.origin, _TABLE.c.size, _TABLE.c.root, _TABLE.c.at,
                   _TABLE.c.note)  # fmt: skip


@dataclass(slots=True)
class LogState:
    """What a process remembers between two checkpoints, so that it need not read it again: the
    tree's edge, and up to where all entries have numbers."""

    edge: tree.RightEdge = field(default_factory=tree.RightEdge)
    root: bytes = tree.EMPTY
    floor: leaves.Floor = field(default_factory=leaves.Floor)

    def edge_of(self, connection: Connection, size: int, root: str | None) -> tree.RightEdge:
        """The edge of the newest checkpoint's tree."""
        known = self.edge.size == size and root in (None, self.root.hex())
        edge = self.edge if known else tree.edge(leaves.Rows(connection), size)
        return tree.RightEdge(list(edge.subtrees))


def make(
    connection: Connection, key: SigningKey, now: datetime, state: LogState
) -> tuple[Checkpoint | None, bool]:
    """Make a checkpoint of all entries that have no number yet, at most ``leaves.AT_ONCE``; returns
    it (None when there is nothing new) and whether there may be more.

    The caller is the only one (``leaves.only_one``), and has looked at what was published.
    """
    last = newest(connection)
    size = last.size if last else 0
    state.floor.look(connection)
    entries = leaves.without_number(connection, state.floor.id)
    more = len(entries) == leaves.AT_ONCE
    if not more:
        state.floor.rise()
    if not entries and (last is None or last.origin == key.name):
        return None, False
    edge = state.edge_of(connection, size, last.root if last else None)
    if entries:
        leaves.add(connection, edge, entries)
    root = edge.root()
    note = key.note(TreeHead(key.name, edge.size, root).text())
    row: dict[str, Any] = {
        "origin": key.name,
        "size": edge.size,
        "root": root.hex(),
        "at": now,
        "note": note,
    }
    number = connection.execute(insert(_TABLE).values(**row).returning(_TABLE.c.id)).scalar_one()
    state.edge, state.root = edge, root
    return Checkpoint(number, **row), more


def newest(connection: Connection) -> Checkpoint | None:
    """The newest checkpoint; None when there is none."""
    row: Any = connection.execute(select(*_COLUMNS).order_by(_TABLE.c.id.desc()).limit(1)).first()
    return Checkpoint(*row) if row else None


def by_id(connection: Connection, number: int) -> Checkpoint | None:
    """The checkpoint with this number."""
    row: Any = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == number)).first()
    return Checkpoint(*row) if row else None


def keys(connection: Connection) -> Sequence[PublicKey]:
    """The public keys that the history knows, the newest first."""
    statement = (
        select(HistoryTable.detail)
        .where(HistoryTable.chain == CHAIN)
        .order_by(HistoryTable.seq.desc())
    )
    found = []
    for detail in connection.scalars(statement):
        try:
            found.append(PublicKey.read(json.loads(detail).get("key", "")))
        except (NoteError, ValueError, AttributeError):
            # A fact of this chain that was changed by hand; the verification names it.
            continue
    return found


def rotation_text(old: PublicKey, new: PublicKey) -> str:
    """The text that the old key signs when a new one follows it."""
    return f"{old.name}\nkey rotation\n{old}\n{new}\n"


def root_at(connection: Connection, size: int) -> bytes:
    """The root of the tree of the first ``size`` leaves, from the stored hashes.

    :raises LookupError: when there are not so many
    """
    return tree.edge(leaves.Rows(connection), size).root()
