"""``serviceplan init``: a folder of one's own."""

from __future__ import annotations

import filecmp
from pathlib import Path

import pytest

from engine import load_config
from tests.support.command import Run
from tests.support.files import PROJECT


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_the_settings_and_the_plan(run: Run, here: Path) -> None:
    ran = run("init")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.endswith("\n  ./serviceplan serve\n")
    assert load_config(here / "config.toml") == load_config(PROJECT / "config.toml")
    names = sorted(path.name for path in (PROJECT / "workflows").iterdir())
    assert sorted(path.name for path in (here / "workflows").iterdir()) == names
    same, different, odd = filecmp.cmpfiles(
        PROJECT / "workflows", here / "workflows", names, shallow=False
    )
    assert (same, different, odd) == (names, [], [])


def test_another_folder_is_made_and_entered(run: Run, here: Path) -> None:
    ran = run("init", "deep/our plan")
    assert ran.out.endswith(f"\n  cd 'deep/our plan' && {here}/serviceplan serve\n")
    assert (here / "deep" / "our plan" / "config.toml").is_file()


@pytest.mark.parametrize("taken", ["config.toml", "workflows"])
def test_what_is_there_is_never_overwritten(run: Run, here: Path, taken: str) -> None:
    (here / taken).touch()
    ran = run("init")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == f"serviceplan: already there: {taken}; nothing was written\n"
    assert [path.name for path in here.iterdir()] == [taken]


def test_a_file_is_no_folder(run: Run, here: Path) -> None:
    (here / "file").touch()
    assert run("init", "file").status == 2


def test_settings_that_are_named_are_not_written(run: Run, here: Path) -> None:
    ran = run("--config", "mine.toml", "init")
    assert (ran.status, list(here.iterdir())) == (2, [])
