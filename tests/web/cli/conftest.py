"""``run``: the command, with a database of the test's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.command import Ran, Run
from web.cli import main


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs the command as the shell does, with a database of the test's own."""
    monkeypatch.setenv("SERVICEPLAN_DATABASE", f"sqlite:///{tmp_path / 'cli.db'}")

    def do(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["serviceplan", *map(str, words)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(status, captured.out, captured.err)

    return do
