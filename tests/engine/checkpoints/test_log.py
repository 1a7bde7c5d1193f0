"""Checkpoints are of everything that was committed, signed, and cost what is new."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from engine import SYSTEM, Engine, FakeClock, NotAllowed, Unavailable
from engine.errors import Conflict
from engine.records.checkpoints import leaves, log, notes, tree
from engine.records.checkpoints.keys import SigningKey
from engine.store.tables import CheckpointTable, HistoryTable, LeafTable
from tests.support.databases import database_of
from tests.support.people import People
from tests.support.statements import statements

Happen = Callable[..., None]
Opened = Callable[..., Engine]


def bodies(engine: Engine) -> list[bytes]:
    """The entries in the order of the tree."""
    with database_of(engine).reading() as connection:
        joined = select(HistoryTable.body).join(LeafTable, LeafTable.entry_id == HistoryTable.id)
        return list(connection.scalars(joined.order_by(LeafTable.number)))


def entries(engine: Engine) -> int:
    with database_of(engine).reading() as connection:
        return connection.scalar(select(func.count()).select_from(HistoryTable)) or 0


def literal(parts: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1."""
    if len(parts) == 1:
        return hashlib.sha256(b"\0" + parts[0]).digest()
    k = 1 << ((len(parts) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + literal(parts[:k]) + literal(parts[k:])).digest()


def keys_of(engine: Engine) -> list[notes.PublicKey]:
    with database_of(engine).reading() as connection:
        return list(log.keys(connection))


def test_a_checkpoint_is_of_all_entries_and_signed(log_engine: Engine, happen: Happen) -> None:
    happen(log_engine, 5)
    made = log_engine.checkpoints.make()
    assert made is not None
    assert made.size == entries(log_engine) == len(bodies(log_engine))
    _, head, _ = notes.signed(made.note, keys_of(log_engine))
    assert head.root == literal(bodies(log_engine))
    assert (head.size, head.root.hex(), head.origin) == (made.size, made.root, made.origin)


def test_the_next_one_is_of_what_came_since_and_an_idle_time_makes_none(
    log_engine: Engine, happen: Happen
) -> None:
    happen(log_engine, 3)
    first = log_engine.checkpoints.make()
    assert first is not None
    assert log_engine.checkpoints.make() == first
    happen(log_engine, 300)
    second = log_engine.checkpoints.make()
    assert second is not None
    assert (second.size, second.id) == (first.size + 300, first.id + 1)
    assert bytes.fromhex(second.root) == literal(bodies(log_engine))
    with database_of(log_engine).reading() as connection:
        rows = leaves.Rows(connection)
        proof = tree.consistency(rows, first.size, second.size)
        assert tree.is_consistent(
            first.size, bytes.fromhex(first.root), second.size, bytes.fromhex(second.root), proof
        )


def test_another_process_goes_on_from_what_is_stored(
    log_engine: Engine, opened: Opened, happen: Happen
) -> None:
    happen(log_engine, 260)
    log_engine.checkpoints.make()
    other = opened()
    for _ in range(3):
        happen(other, 2)
        other.checkpoints.make()
        happen(other, 1)
        made = log_engine.checkpoints.make()
    assert made is not None
    assert bytes.fromhex(made.root) == literal(bodies(log_engine))


def test_what_a_checkpoint_costs_depends_on_what_is_new(log_engine: Engine, happen: Happen) -> None:
    happen(log_engine, 10)
    log_engine.checkpoints.make()
    counts = []
    for before in (0, 200):
        happen(log_engine, before)
        log_engine.checkpoints.make()
        happen(log_engine, 3)
        with statements(log_engine) as sent:
            log_engine.checkpoints.make()
        counts.append(len(sent))
    assert counts[0] == counts[1], counts
    with statements(log_engine) as sent:
        log_engine.checkpoints.tick()
    assert len(sent) <= 3


def test_more_than_one_transaction_numbers_at_once_are_numbered_all_the_same(
    log_engine: Engine, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaves, "AT_ONCE", 7)
    monkeypatch.setattr(leaves.without_number, "__defaults__", (7,))
    happen(log_engine, 30)
    made = log_engine.checkpoints.make()
    assert made is not None
    assert made.size == entries(log_engine)
    assert bytes.fromhex(made.root) == literal(bodies(log_engine))


def test_the_key_is_made_at_first_use_and_only_its_owner_can_read_it(
    log_engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    assert not file.exists()
    log_engine.checkpoints.make()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert SigningKey.read(file.read_text()).public == keys_of(log_engine)[0]
    with database_of(log_engine).reading() as connection:
        facts = connection.scalars(select(HistoryTable.type).where(HistoryTable.chain == log.CHAIN))
        assert list(facts) == [log.KEY_MADE]


def test_no_part_of_the_private_key_is_in_the_database_or_in_the_settings_text(
    opened: Opened, tmp_path: Path
) -> None:
    secret = SigningKey.new("example.com/log").text().strip()
    engine = opened(key=secret, key_file="")
    made = engine.checkpoints.make()
    assert made is not None
    assert made.origin == "example.com/log"
    assert secret not in repr(engine.config)
    assert not list(tmp_path.glob("*key*"))


def test_a_tick_waits_for_the_interval_and_one_process_makes_it(
    log_engine: Engine, opened: Opened, happen: Happen, clock: FakeClock
) -> None:
    other = opened()
    happen(log_engine)
    log_engine.checkpoints.tick()
    first = log_engine.checkpoints.newest()
    assert first is not None
    happen(log_engine)
    for engine in (log_engine, other):
        engine.checkpoints.tick()
    assert other.checkpoints.newest() == first
    clock.advance(timedelta(seconds=1))
    for engine in (log_engine, other):
        engine.checkpoints.tick()
    second = other.checkpoints.newest()
    assert second is not None
    assert (second.id, second.size) == (first.id + 1, first.size + 1)


def test_switched_off_nothing_is_made(opened: Opened, happen: Happen) -> None:
    engine = opened(enabled=False)
    happen(engine)
    engine.checkpoints.tick()
    assert engine.checkpoints.newest() is None


# ---------------------------------------------------------------- keys


def test_a_rotated_key_is_signed_over_by_the_old_one(
    log_engine: Engine, happen: Happen, key: Callable[[], str]
) -> None:
    log_engine.checkpoints.make()
    receipt = log_engine.checkpoints.rotate_key(SYSTEM, key=key())
    new, old = keys_of(log_engine)
    assert receipt.result["key"] == str(new) != str(old)
    assert new.name == old.name
    happen(log_engine)
    made = log_engine.checkpoints.make()
    assert made is not None
    assert notes.signed(made.note, [new])[2] == new
    with pytest.raises(notes.NoteError):
        notes.signed(made.note, [old])
    with database_of(log_engine).reading() as connection:
        detail = connection.scalars(
            select(HistoryTable.detail).where(HistoryTable.type == log.KEY_ROTATED)
        ).one()
    note = notes.SignedNote.read(json.loads(detail)["note"])
    assert note.by(old) is not None
    assert note.text == log.rotation_text(old, new)


def test_a_repeated_rotation_is_one(log_engine: Engine) -> None:
    log_engine.checkpoints.make()
    first = log_engine.checkpoints.rotate_key(SYSTEM, key="once")
    assert log_engine.checkpoints.rotate_key(SYSTEM, key="once") == first
    assert len(keys_of(log_engine)) == 2
    log_engine.checkpoints.make()


def test_a_rotation_that_was_cut_off_before_its_file_is_finished_at_the_next_checkpoint(
    log_engine: Engine, opened: Opened, happen: Happen, tmp_path: Path
) -> None:
    log_engine.checkpoints.make()
    before = (tmp_path / "key").read_text()
    log_engine.checkpoints.rotate_key(SYSTEM, key="one")
    (tmp_path / "key").replace(tmp_path / "key.next")
    (tmp_path / "key").write_text(before)
    engine = opened()
    happen(engine)
    made = engine.checkpoints.make()
    assert made is not None
    assert notes.signed(made.note, keys_of(engine)[:1])
    assert not (tmp_path / "key.next").exists()


def test_only_the_command_line_changes_keys(log_engine: Engine, people: People) -> None:
    log_engine.checkpoints.make()
    for who in ("manager", "administrator"):
        with pytest.raises(NotAllowed):
            log_engine.checkpoints.rotate_key(people[who].actor, key="a")
        with pytest.raises(NotAllowed):
            log_engine.checkpoints.restart(people[who].actor, "why", key="b")


def test_a_lost_key_is_told_and_another_begins_with_a_fact(
    log_engine: Engine, happen: Happen, people: People, tmp_path: Path
) -> None:
    log_engine.checkpoints.make()
    with pytest.raises(Conflict):
        log_engine.checkpoints.rotate_key(SYSTEM, lost=True, key="early")
    (tmp_path / "key").unlink()
    happen(log_engine)
    with pytest.raises(Unavailable) as told:
        log_engine.checkpoints.make()
    assert told.value.error_code == "checkpoint_key"
    assert "rotate-key --lost" in told.value.message
    status = log_engine.checkpoints.status(people["manager"].actor)
    assert (status.problem, status.waiting) == ("missing", True)
    with pytest.raises(Unavailable):
        log_engine.checkpoints.rotate_key(SYSTEM, key="not lost")
    log_engine.checkpoints.rotate_key(SYSTEM, lost=True, key="lost")
    made = log_engine.checkpoints.make()
    assert made is not None
    assert notes.signed(made.note, keys_of(log_engine)[:1])
    assert log_engine.checkpoints.status(people["manager"].actor).problem == ""


@pytest.mark.parametrize("content", ["", "PRIVATE+KEY+a+b+c", "\x00", "another"])
def test_another_file_than_the_key_is_told(
    log_engine: Engine, happen: Happen, tmp_path: Path, content: str
) -> None:
    log_engine.checkpoints.make()
    other = SigningKey.new("x").text()
    (tmp_path / "key").write_text(other if content == "another" else content)
    happen(log_engine)
    with pytest.raises(Unavailable) as told:
        log_engine.checkpoints.make()
    assert told.value.params["reason"] in ("other", "malformed")


def test_a_key_from_the_environment_is_rotated_in_a_file(opened: Opened) -> None:
    engine = opened(key=SigningKey.new("n").text(), key_file="")
    engine.checkpoints.make()
    with pytest.raises(Conflict) as told:
        engine.checkpoints.rotate_key(SYSTEM, key="a")
    assert told.value.error_code == "checkpoint_key_given"


# ---------------------------------------------------------------- ids that commit out of order


def test_an_entry_that_commits_late_gets_its_number_then(
    log_engine: Engine, happen: Happen, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL an id is given out before its transaction commits; SQLite has one writer."""
    if database_kind == "sqlite":
        happen(log_engine, 2)
        made = log_engine.checkpoints.make()
        assert made is not None
        assert made.size == entries(log_engine)
        return
    monkeypatch.setattr(leaves, "_PATIENCE", timedelta())
    database = database_of(log_engine)
    log_engine.checkpoints.make()
    with database.writing() as slow:
        row = slow.execute(select(HistoryTable).order_by(HistoryTable.id.desc()).limit(1)).one()
        late = {**row._asdict(), "chain": "late", "seq": 1}
        late.pop("id")
        slow.execute(insert(HistoryTable).values(**late))
        for _ in range(3):
            happen(log_engine, 2)
            made = log_engine.checkpoints.make()
        assert made is not None
        assert made.size == entries(log_engine)
    again = log_engine.checkpoints.make()
    assert again is not None
    assert again.size == made.size + 1 == entries(log_engine)
    # Now nobody writes any more: the floor rises, and a look costs little.
    for _ in range(2):
        log_engine.checkpoints.make()
    with database.reading() as connection:
        assert log_engine.checkpoints._state.floor.caught_up(connection)


def test_what_was_rolled_back_is_not_remembered(
    log_engine: Engine, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(log_engine, 3)
    whole = log.make

    def cut_off(*given: object) -> object:
        whole(*given)  # type: ignore[arg-type]
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(log, "make", cut_off)
    with pytest.raises(RuntimeError):
        log_engine.checkpoints.make()
    monkeypatch.setattr(log, "make", whole)
    assert log_engine.checkpoints.newest() is None
    made = log_engine.checkpoints.make()
    assert made is not None
    assert made.size == entries(log_engine)
    assert bytes.fromhex(made.root) == literal(bodies(log_engine))


def test_an_old_database_with_many_entries_gets_its_first_checkpoint(
    bare_engine: Engine, opened: Opened, happen: Happen
) -> None:
    happen(bare_engine, 20)
    engine = opened()
    made = engine.checkpoints.make()
    assert made is not None
    assert made.size == entries(engine)
    with database_of(engine).reading() as connection:
        assert connection.scalar(select(func.count()).select_from(CheckpointTable)) == 1


def test_the_origin_is_that_of_the_settings_at_first_use(opened: Opened) -> None:
    made = opened(origin="example.com/history").checkpoints.make()
    assert made is not None
    assert made.origin == "example.com/history"
    again = opened(origin="example.com/other").checkpoints.make()
    assert again is not None
    assert again.origin == "example.com/history"
