"""Checkpoints leave the machine, and what has left it shows what was cut off or set back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from engine import SYSTEM, Engine, FakeClock, Unavailable
from engine.config.settings import MailSettings
from engine.jobs import publishing
from engine.records.checkpoints import log, notes
from tests.support.databases import database_of
from tests.support.receivers import smtp_server
from tests.support.workers import work_off

Happen = Callable[..., None]
Opened = Callable[..., Engine]


def test_the_folder_has_the_newest_checkpoint_the_keys_and_one_for_each_period(
    log_engine: Engine, happen: Happen, clock: FakeClock, folder: Path
) -> None:
    made = []
    for minutes in (0, 1, 61):
        clock.advance(timedelta(minutes=minutes))
        happen(log_engine)
        made.append(log_engine.checkpoints.make())
    newest = made[-1]
    assert newest is not None
    assert (folder / "checkpoint").read_text() == newest.note
    assert (folder / "keys").read_text().strip() == log_engine.checkpoints.status(SYSTEM).key
    kept = sorted(each.name for each in (folder / "checkpoints").iterdir())
    assert [int(name.rpartition("-")[2]) for name in kept] == [
        each.size for each in (made[0], made[2]) if each
    ]
    assert kept[0].startswith("2026-03-02T")


def test_a_folder_that_cannot_be_written_holds_nothing_up_and_is_told(
    opened: Opened,
    happen: Happen,
    clock: FakeClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "file").write_text("in the way")
    engine = opened(folder=str(tmp_path / "file" / "sub"))
    happen(engine)
    made = engine.checkpoints.make()
    assert made is not None
    assert engine.checkpoints.status(SYSTEM).publishing != ""
    (tmp_path / "file").unlink()
    monkeypatch.setattr(publishing, "PAUSE", 0.0)
    clock.advance(timedelta(seconds=1))
    engine.checkpoints.tick()
    assert (tmp_path / "file/sub/checkpoint").read_text() == made.note
    assert engine.checkpoints.status(SYSTEM).publishing == ""


def test_an_older_checkpoint_never_replaces_a_newer_one(
    log_engine: Engine, opened: Opened, happen: Happen, folder: Path
) -> None:
    happen(log_engine)
    old = log_engine.checkpoints.make()
    happen(log_engine)
    new = log_engine.checkpoints.make()
    assert old is not None
    assert new is not None
    publishing.Folder(folder, timedelta(hours=1)).publish(old, [])
    assert (folder / "checkpoint").read_text() == new.note


def set_back(engine: Engine, happen: Happen, tmp_path: Path, folder: Path) -> str | None:
    """The URL of a copy that is older than what was published; None for the engine's own."""
    happen(engine, 2)
    made = engine.checkpoints.make()
    assert made is not None
    if not database_of(engine).is_sqlite:
        # What a restored backup leaves behind is the same: a published checkpoint ahead of us.
        key = engine.checkpoints._store.load(None)
        assert key is not None
        ahead = notes.TreeHead(made.origin, made.size + 5, bytes(32))
        (folder / "checkpoint").write_text(key.note(ahead.text()))
        return None
    backup = tmp_path / "backup.db"
    engine.operations.backup(backup)
    happen(engine, 3)
    engine.checkpoints.make()
    return f"sqlite:///{backup}"


def test_a_database_that_was_set_back_signs_nothing_until_a_new_log_begins(
    log_engine: Engine, opened: Opened, happen: Happen, tmp_path: Path, folder: Path
) -> None:
    """Another history under the same name would be a fork, which witnesses refuse for ever."""
    engine = opened(url=set_back(log_engine, happen, tmp_path, folder))
    happen(engine)
    before = engine.checkpoints.newest()
    with pytest.raises(Unavailable) as told:
        engine.checkpoints.make()
    assert told.value.error_code == "checkpoint_rolled_back"
    assert "set back" in told.value.message
    assert engine.checkpoints.newest() == before
    assert engine.checkpoints.status(SYSTEM).problem == "rolled_back"

    engine.checkpoints.restart(SYSTEM, "restored after a fire", key="restart")
    made = engine.checkpoints.make()
    assert made is not None
    assert made.origin.endswith(".2")
    assert (folder / "checkpoint").read_text() == made.note
    assert list(folder.glob("checkpoint.before-restart-*"))
    entry = engine.history.search(SYSTEM, type=log.LOG_RESTARTED).items[0]
    assert entry.detail["reason"] == "restored after a fire"
    assert "serviceplan" in entry.detail["published"]
    happen(engine)
    after = engine.checkpoints.make()
    assert after is not None
    assert after.size == made.size + 1


@pytest.mark.parametrize(
    "content", ["", "rubbish", "other\n3\n" + "A" * 43 + "=\n\n— other AAAAAAAA\n"]
)
def test_a_folder_with_something_else_in_it_is_told(
    log_engine: Engine, happen: Happen, folder: Path, content: str
) -> None:
    folder.mkdir()
    (folder / "checkpoint").write_text(content)
    happen(log_engine)
    if not content:
        assert log_engine.checkpoints.make()
        return
    with pytest.raises(Unavailable):
        log_engine.checkpoints.make()
    assert (folder / "checkpoint").read_text() == content


def test_a_mailbox_gets_the_newest_checkpoint_once_a_day(
    opened: Opened, happen: Happen, clock: FakeClock, tmp_path: Path
) -> None:
    with smtp_server() as box:
        mail = MailSettings(enabled=True, host="127.0.0.1", port=box.port, remind_at="")
        engine = opened(mail=mail, mail_to="revisor@example.com")
        for _ in range(3):
            happen(engine)
            clock.advance(timedelta(minutes=10))
            look(engine)
            work_off(engine)
        assert [mail["To"] for mail in box.mails] == ["revisor@example.com"]
        text = box.mails[0].get_content().replace("\r\n", "\n")
        assert "Europe/Stockholm" in text
        note = text.split(publishing.LINE + "\n")[1]
        with database_of(engine).reading() as connection:
            head = notes.signed(note, log.keys(connection))[1]
            assert publishing.problem_of(connection, note) == ""
        assert head.size > 0
        clock.advance(timedelta(days=1))
        happen(engine)
        look(engine)
        work_off(engine)
        assert len(box.mails) == 2


def look(engine: Engine) -> None:
    """What a worker does every second."""
    engine.jobs.worker().handlers.checkpoint()


def test_a_worker_makes_checkpoints_by_itself(opened: Opened, happen: Happen) -> None:
    engine = opened()
    worker = engine.jobs.worker()
    worker.start()
    try:
        happen(engine)
        for _ in range(600):
            made = engine.checkpoints.newest()
            if made is not None:
                break
            time.sleep(0.05)
        assert made is not None
    finally:
        worker.stop()


def test_a_new_log_s_name_is_the_old_one_s_with_a_number() -> None:
    names = ["example.com/log", "a.b", "log.2", "serviceplan/0123abcd"]
    assert [publishing.next_origin(name) for name in names] == [
        "example.com/log.2",
        "a.b.2",
        "log.3",
        "serviceplan/0123abcd.2",
    ]
