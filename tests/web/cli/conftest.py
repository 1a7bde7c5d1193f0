"""``run``: the command; ``serve``: a server of its own. Both with a database of the test's own."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Ran, Run
from tests.support.served import Serve, Served
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


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(port: int, tmp_path: Path) -> Iterator[Serve]:
    running: list[Served] = []

    def start(*options: str, **how: Any) -> Served:
        at = ("--database", str(tmp_path / "served.db"))
        running.append(Served(port, *at, *options, **how))
        return running[-1]

    yield start
    for served in running:
        served.stop()
