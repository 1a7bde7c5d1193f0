"""The product as it runs at a company's: ``serviceplan serve`` in processes of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

COMMAND = [sys.executable, "-c", "from web.cli import main; main()"]
PATIENCE = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One that can be killed and started again, on the same port and database."""

    def __init__(self, url: str, folder: Path, *, workers: int = 1):
        self.url, self.port = url, free_port()
        self._log = folder / "server.log"
        self._command = [*COMMAND, "serve", "--empty", "--port", str(self.port), "--database", url]
        self._command += ["--workers", str(workers)]
        self._workers = workers
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """:raises AssertionError: when it does not answer"""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, start_new_session=True
            )
        self.wait()

    def wait(self, patience: float = PATIENCE) -> float:
        """Until all its processes are there and one answers; how many seconds that took."""
        began = time.monotonic()
        while not (self._answers() and len(self.processes()) == 1 + self._workers):
            assert time.monotonic() - began < patience, self.log()
            assert self._process is not None
            assert self._process.poll() is None, self.log()
            time.sleep(0.05)
        return time.monotonic() - began

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(connection),
        ):
            connection.request("GET", "/api/v1/openapi.json")
            return connection.getresponse().status == 200
        return False

    def log(self) -> str:
        return self._log.read_text("utf-8", errors="replace")

    def processes(self) -> list[psutil.Process]:
        """The one that listens, and those that answer."""
        assert self._process is not None
        listens = psutil.Process(self._process.pid)
        return [listens, *listens.children(recursive=True)]

    def kill(self) -> None:
        """SIGKILL to all of it at once."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
            self._process = None

    def stop(self, patience: float = 30.0) -> None:
        """SIGTERM to the one that listens, as systemd and Docker stop it, until all have ended."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(patience)
        self._process = None

    def kill_who_answers(self) -> None:
        """SIGKILL to the processes that answer; who listens must bring new ones."""
        for process in self.processes()[1:]:
            process.kill()
