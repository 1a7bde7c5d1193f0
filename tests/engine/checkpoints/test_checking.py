"""``engine.history.verify`` against stored and published checkpoints: what a chain of hashes cannot
show. The rows are changed by somebody who may take the triggers away."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from engine import SYSTEM, Engine, Verification
from engine.records.chain import canonical, sha256
from engine.records.checkpoints import leaves, log, tree
from engine.records.checkpoints.keys import SigningKey
from engine.records.checkpoints.notes import TreeHead
from engine.store import append_only
from engine.store.tables import CheckpointTable, HistoryTable, LeafTable, NodeTable
from tests.support.databases import database_of

Happen = Callable[..., None]
Edit = Callable[[Connection], object]


def edited(engine: Engine, edit: Edit) -> Verification:
    with database_of(engine).writing() as connection:
        append_only.lift(connection)
        edit(connection)
    return engine.history.verify(SYSTEM)


def problems(result: Verification) -> str:
    return "\n".join(fault.problem for fault in result.faults)


@pytest.fixture
def lived(log_engine: Engine, happen: Happen) -> Engine:
    """Chains a and b, 300 entries, four checkpoints."""
    for _ in range(3):
        happen(log_engine, 50, "a")
        happen(log_engine, 50, "b")
        log_engine.checkpoints.make()
    log_engine.checkpoints.rotate_key(SYSTEM, key="rotated")
    log_engine.checkpoints.make()
    return log_engine


def newest_of(connection: Connection, chain: str, count: int) -> list[int]:
    ids = select(HistoryTable.id).where(HistoryTable.chain == chain)
    return list(connection.scalars(ids.order_by(HistoryTable.seq.desc()).limit(count)))


def cut_tail(connection: Connection) -> None:
    ids = newest_of(connection, "a", 2)
    connection.execute(delete(HistoryTable).where(HistoryTable.id.in_(ids)))


def cut_everywhere(connection: Connection) -> None:
    """The leaves and checkpoints of what was cut off are gone too."""
    first = min(newest_of(connection, "b", 10))
    number = connection.scalar(select(LeafTable.number).where(LeafTable.entry_id == first))
    assert number is not None
    gone = select(LeafTable.entry_id).where(LeafTable.number >= number)
    ids = list(connection.scalars(gone))
    connection.execute(delete(LeafTable).where(LeafTable.number >= number))
    connection.execute(delete(HistoryTable).where(HistoryTable.id.in_(ids)))
    connection.execute(delete(CheckpointTable).where(CheckpointTable.size > number))


def chain_gone(connection: Connection) -> None:
    connection.execute(delete(HistoryTable).where(HistoryTable.chain == "b"))


def written_anew(connection: Connection, chain: str = "a") -> None:
    """All entries of a chain get another type, with fitting hashes."""
    prev = "0" * 64
    rows = select(HistoryTable.id, HistoryTable.body).where(HistoryTable.chain == chain)
    for row in connection.execute(rows.order_by(HistoryTable.seq)).all():
        body = json.loads(row.body) | {"type": "customer.changed", "prev": prev}
        data = canonical(body)
        prev = sha256(data)
        values = {"body": data, "hash": prev, "type": "customer.changed"}
        connection.execute(update(HistoryTable).where(HistoryTable.id == row.id).values(**values))


def tree_written_anew(connection: Connection) -> None:
    """The leaves and hashes fit what was written anew; the checkpoints do not."""
    written_anew(connection)
    rebuild(connection)


def rebuild(connection: Connection) -> tree.RightEdge:
    rows = select(LeafTable.entry_id, HistoryTable.body).join(
        HistoryTable, HistoryTable.id == LeafTable.entry_id
    )
    entries = connection.execute(rows.order_by(LeafTable.number)).all()
    connection.execute(delete(LeafTable))
    connection.execute(delete(NodeTable))
    edge = tree.RightEdge()
    renamed = [type("Entry", (), {"id": each.entry_id, "body": each.body}) for each in entries]
    leaves.add(connection, edge, renamed)
    return edge


def moved(connection: Connection) -> None:
    """Two neighbours of the tree change places, with all hashes."""
    first, second = connection.execute(
        select(LeafTable.number, LeafTable.entry_id, LeafTable.hash)
        .where(LeafTable.number.in_([40, 41]))
        .order_by(LeafTable.number)
    ).all()
    connection.execute(delete(LeafTable).where(LeafTable.number.in_([40, 41])))
    swapped = [
        {"number": first.number, "entry_id": second.entry_id, "hash": second.hash},
        {"number": second.number, "entry_id": first.entry_id, "hash": first.hash},
    ]
    connection.execute(insert(LeafTable), swapped)


def leaf_gone(connection: Connection) -> None:
    connection.execute(delete(LeafTable).where(LeafTable.number == 17))


def node_changed(connection: Connection) -> None:
    connection.execute(update(NodeTable).values(hash=bytes(32)))


def checkpoint_gone(connection: Connection) -> None:
    connection.execute(delete(CheckpointTable).where(CheckpointTable.id == 2))


def newest_gone(connection: Connection) -> None:
    connection.execute(delete(CheckpointTable).where(CheckpointTable.id >= 4))


def row_changed(connection: Connection) -> None:
    connection.execute(update(CheckpointTable).where(CheckpointTable.id == 2).values(size=3))


def signed_by_another(connection: Connection) -> None:
    row = connection.execute(select(CheckpointTable).where(CheckpointTable.id == 3)).one()
    key = SigningKey.new(row.origin)
    note = key.note(TreeHead(row.origin, row.size, bytes.fromhex(row.root)).text())
    connection.execute(update(CheckpointTable).where(CheckpointTable.id == 3).values(note=note))


EDITS: list[tuple[Edit, str]] = [
    (cut_tail, "is gone"),
    (cut_everywhere, "the end was cut off"),
    (chain_gone, "is gone"),
    (written_anew, "the entry is not the one that leaf"),
    (tree_written_anew, "of the first"),
    (moved, "of the first"),
    (leaf_gone, "the leaf 17 of the tree is gone"),
    (node_changed, "the hash 0 of level 1 of the tree was changed"),
    (checkpoint_gone, "checkpoint 2 is gone"),
    (newest_gone, "the newest checkpoint is gone"),
    (row_changed, "checkpoint 2: its row was changed"),
    (signed_by_another, "checkpoint 3: its signature does not hold"),
]


def test_an_untouched_history_is_complete_up_to_its_newest_checkpoint(lived: Engine) -> None:
    result = lived.history.verify(SYSTEM)
    assert result.ok, problems(result)
    assert result.complete_to == lived.checkpoints.newest()


@pytest.mark.parametrize(("edit", "told"), EDITS, ids=[edit.__name__ for edit, _ in EDITS])
def test_what_was_done_by_hand_is_named(lived: Engine, edit: Edit, told: str) -> None:
    result = edited(lived, edit)
    assert told in problems(result), problems(result)


def test_what_fits_in_the_database_is_found_by_a_note_that_was_printed(
    lived: Engine, tmp_path: Path, folder: Path
) -> None:
    """The folder is gone with the machine; one checkpoint was kept elsewhere."""
    kept = (folder / "checkpoint").read_text()
    for file in [folder / "checkpoint", *(folder / "checkpoints").iterdir()]:
        file.unlink()

    def set_back(connection: Connection) -> None:
        cut_everywhere(connection)
        edge = rebuild(connection)
        key = lived.checkpoints._store.load(None)
        assert key is not None
        root = edge.root()
        note = key.note(TreeHead(key.name, edge.size, root).text())
        row = connection.execute(select(CheckpointTable).order_by(CheckpointTable.id)).first()
        assert row is not None
        connection.execute(
            insert(CheckpointTable).values(
                origin=row.origin, size=edge.size, root=root.hex(), at=row.at, note=note
            )
        )

    assert "printed" not in problems(edited(lived, set_back))
    result = lived.history.verify(SYSTEM, published={"printed": kept})
    assert "printed: it is of" in problems(result)
    foreign = SigningKey.new("x").note(TreeHead("x", 1, bytes(32)).text())
    result = lived.history.verify(SYSTEM, published={"a": foreign, "b": "rubbish"})
    assert "a: no key that the history knows" in problems(result)
    assert "b: this is no signed note" in problems(result)


def test_a_key_that_was_slipped_in_is_named(lived: Engine) -> None:
    def slip(connection: Connection) -> None:
        stranger = SigningKey.new("stranger")
        detail = canonical({"key": str(stranger.public), "before": "", "note": "x"}).decode()
        where = HistoryTable.type == log.KEY_ROTATED
        connection.execute(update(HistoryTable).where(where).values(detail=detail))

    assert "the key of this entry cannot be read" in problems(edited(lived, slip))
