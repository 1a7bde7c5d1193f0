"""``serviceplan migrate``: looked at first, moved, and those that stay are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import SYSTEM, Engine
from tests.support.command import Run
from tests.support.diagrams import task
from tests.support.mover import steps


@pytest.fixture
def waiting(tmp_path: Path) -> str:
    """The URL of a database with a case on version 1, while version 2 is live."""
    url = f"sqlite:///{tmp_path / 'moving.db'}"
    with Engine.open(url) as engine:
        engine.definitions.deploy(SYSTEM, [steps(task("write"), ids="write")], key="one")
        engine.cases.start(SYSTEM, process_id="work", key="case")
        newer = steps(task("first"), task("draft"), ids="first draft")
        engine.definitions.deploy(SYSTEM, [newer], key="two")
    return url


def test_a_look_changes_nothing_and_says_what_is_missing(run: Run, waiting: str) -> None:
    ran = run("migrate", "work", "--to", "2", "--dry-run", "--database", waiting)
    assert ran.status == 1
    assert "1 on version 1 at Write: mapping" in ran.out
    assert "write is gone; it can go on at: " in ran.out
    with Engine.open(waiting) as engine:
        assert engine.migrations.preview(SYSTEM, "work", 2).whole == 1


def test_with_a_mapping_it_is_moved(run: Run, waiting: str) -> None:
    words = ("migrate", "work", "--to", "2", "--map", "write=draft", "--database", waiting)
    ran = run(*words)
    assert (ran.status, ran.err) == (0, "")
    assert "not run: first (First)" in ran.out
    assert "1 of 1 moved to version 2" in ran.out
    again = run(*words)
    assert (again.status, "nothing" in again.err or "no instance" in again.err) == (1, True)


def test_what_cannot_move_stays_and_says_why(run: Run, waiting: str) -> None:
    ran = run("migrate", "work", "--to", "2", "--database", waiting)
    assert ran.status == 1
    assert "needs_mapping write" in ran.out
    assert "0 of 1 moved" in ran.out


def test_a_mapping_is_written_as_two_names(run: Run, waiting: str) -> None:
    ran = run("migrate", "work", "--to", "2", "--map", "write", "--database", waiting)
    assert (ran.status, "OLD=NEW" in ran.err) == (2, True)
