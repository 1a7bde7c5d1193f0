"""``serviceplan serve`` as a process of its own."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PATIENCE = 180.0
"""How long a start may take on a machine that does much else; seconds on an idle one."""
COMMAND = (sys.executable, "-c", "from web.cli import main; main()")
"""``serviceplan`` of the sources, wherever it is run."""

Serve = Callable[..., "Served"]
"""Starts a server on the test's port: ``serve("--empty")``."""


class Served:
    """A running server and what it has printed."""

    def __init__(
        self, port: int, *options: str, command: Sequence[str] = COMMAND, cwd: Path | None = None
    ):
        self.port = port
        self.process = subprocess.Popen(
            [*command, "serve", "--port", str(port), *options],
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line.rstrip("\n"))

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not any(text in line for line in self.output):
            assert time.monotonic() < deadline, "\n".join(self.output)
            assert self.process.poll() is None or self._reader.is_alive(), "\n".join(self.output)
            time.sleep(0.05)

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8")
        finally:
            connection.close()

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=20)
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status
