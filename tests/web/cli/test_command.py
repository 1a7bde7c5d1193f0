"""How a message names the command that is to be typed next."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from web.cli.common import Settings
from web.command import command_path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A command in a virtual environment of this folder, not on the shell's path."""
    file = tmp_path / "a project" / ".venv" / "bin" / "serviceplan"
    file.parent.mkdir(parents=True)
    file.touch(mode=0o755)
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.chdir(tmp_path / "a project")
    return file


@pytest.mark.parametrize("called", [".venv/bin/serviceplan", None])
def test_a_command_below_this_folder_is_named_from_here(
    installed: Path, monkeypatch: pytest.MonkeyPatch, called: str | None
) -> None:
    monkeypatch.setattr(sys, "argv", [called or str(installed)])
    assert command_path() == ".venv/bin/serviceplan"


def test_a_command_in_this_very_folder_is_not_looked_for_on_the_path(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(installed.parent)
    monkeypatch.setattr(sys, "argv", ["./serviceplan"])
    assert command_path() == "./serviceplan"


def test_a_command_elsewhere_has_its_whole_path_for_the_shell(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    monkeypatch.setattr(sys, "argv", [str(installed)])
    below = str(installed.relative_to("/"))
    assert command_path() == f"'{below}'"
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert command_path() == f"'{installed}'"


def test_a_command_that_the_shell_knows_has_its_name(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked = tmp_path / "bin" / "serviceplan"
    linked.parent.mkdir()
    linked.symlink_to(installed)
    monkeypatch.setattr(sys, "argv", [str(linked)])
    monkeypatch.setenv("PATH", str(linked.parent))
    assert command_path() == "serviceplan"


def test_a_further_command_gets_the_settings_and_the_database_of_the_first() -> None:
    settings = Settings(Path("my settings.toml"))
    said = settings.command("user", "list", database="a b.db")
    assert said == "serviceplan --config 'my settings.toml' user list --database 'a b.db'"


def test_a_command_is_named_for_the_folder_that_it_will_be_called_in(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/serviceplan"])
    (tmp_path / "other").mkdir()
    assert command_path(tmp_path / "other") == f"'{installed}'"
    assert command_path(Path(".venv")) == "bin/serviceplan"
