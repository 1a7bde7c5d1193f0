"""A stop by SIGTERM: who has connected is answered, kept connections are closed after their next
answer, who comes later is refused, and nobody is reset."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import pytest

SLOW_SECONDS = 1.5
GRACE_SECONDS = 10
"""As in web/server.py."""


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slow":
        time.sleep(SLOW_SECONDS)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]


def serve(port: int, workers: int, threads: int) -> None:
    from gunicorn.app.base import BaseApplication

    class Served(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {
                "bind": f"127.0.0.1:{port}",
                "workers": workers,
                "threads": threads,
                "worker_class": "web.gunicorn_worker.ThreadedWorker",
                "graceful_timeout": GRACE_SECONDS,
                "keepalive": 30,
                "loglevel": "error",
                "control_socket_disable": True,
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return application

    Served().run()


class Node:
    """A server that is stopped by SIGTERM."""

    def __init__(self, workers: int, threads: int) -> None:
        self._connections: list[socket.socket] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process = get_context("fork").Process(
            target=serve, args=(self.port, workers, threads)
        )
        self._process.start()

    def connect(self) -> socket.socket:
        """A connection that is closed by ``kill`` at the latest."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self._connections.append(connection)
        return connection

    def wait(self) -> None:
        for _ in range(400):
            try:
                with self.connect() as connection:
                    ask(connection)
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("it does not answer")

    def terminate(self) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGTERM)

    def ended(self, patience: float) -> bool:
        self._process.join(patience)
        return self._process.exitcode is not None

    def hang_up(self) -> None:
        for connection in self._connections:
            connection.close()

    def kill(self) -> None:
        self.hang_up()
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(GRACE_SECONDS + 5)


@contextmanager
def node(workers: int = 1, threads: int = 4) -> Iterator[Node]:
    running = Node(workers, threads)
    try:
        running.wait()
        yield running
    finally:
        running.kill()


def send(connection: socket.socket, path: str = "/") -> None:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def receive(connection: socket.socket) -> str:
    """The whole answer.

    :raises ConnectionError: when there is none
    """
    got = b""
    while not got.endswith(b"done"):
        more = connection.recv(4096)
        if not more:
            raise ConnectionError("closed without an answer")
        got += more
    return got.decode()


def ask(connection: socket.socket, path: str = "/") -> str:
    send(connection, path)
    return receive(connection)


def refused(running: Node) -> bool:
    try:
        running.connect().close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("workers", [1, 2])
def test_who_waits_to_be_accepted_at_the_stop_is_answered(workers: int) -> None:
    with node(workers, threads=2) as running:
        busy = [running.connect() for _ in range(2 * workers)]
        for connection in busy:
            send(connection, "/slow")
        time.sleep(0.3)
        waiting = [running.connect() for _ in range(20)]
        running.terminate()
        for connection in waiting:
            send(connection)
        assert len([receive(connection) for connection in [*busy, *waiting]]) == len(busy) + 20
        running.hang_up()
        assert running.ended(5)


def test_a_kept_connection_is_answered_after_the_stop_and_then_closed() -> None:
    with node() as running:
        kept = [running.connect() for _ in range(8)]
        assert not [c for c in kept if "connection: close" in ask(c).lower()]
        running.terminate()
        time.sleep(0.7)
        answers = [ask(connection) for connection in kept]
        assert all("connection: close" in answer.lower() for answer in answers)
        assert [connection.recv(1) for connection in kept] == [b""] * 8
        running.hang_up()
        assert running.ended(5)


def test_who_comes_after_the_stop_is_refused_while_others_are_answered() -> None:
    with node() as running, running.connect() as slow:
        send(slow, "/slow")
        time.sleep(0.3)
        running.terminate()
        time.sleep(0.5)
        assert refused(running)
        assert receive(slow)


def test_clients_that_do_not_hang_up_keep_nobody_else_waiting() -> None:
    """Each would hold the process up for two seconds, ten of them beyond its time."""
    with node() as running:
        kept = [running.connect() for _ in range(10)]
        for connection in kept:
            ask(connection)
        running.terminate()
        begun = time.monotonic()
        assert len([ask(connection) for connection in kept]) == 10
        assert time.monotonic() - begun < GRACE_SECONDS / 2


def test_silent_connections_keep_nobody_waiting() -> None:
    """Browsers open connections in advance. If each had a thread for the five seconds that gunicorn
    gives it, these would take a minute and a half: longer than the one who asks waits."""
    with node(threads=2) as running:
        silent = [running.connect() for _ in range(40)]
        time.sleep(0.3)
        assert ask(running.connect()).startswith("HTTP/1.1 200")
        # Whoever speaks later is answered too.
        assert all(ask(connection).startswith("HTTP/1.1 200") for connection in silent[:4])


def test_a_silent_connection_does_not_hold_up_a_stop_and_may_still_ask() -> None:
    with node(threads=2) as running:
        silent = [running.connect() for _ in range(10)]
        time.sleep(0.3)
        running.terminate()
        time.sleep(0.3)
        assert "connection: close" in ask(silent[0]).lower()
        assert [connection.recv(1) for connection in silent] == [b""] * 10
        assert running.ended(GRACE_SECONDS)


def test_nobody_is_reset_who_connects_while_it_stops() -> None:
    """Many connect, each for one request, before, in and after the moment of the stop."""
    lost: list[BaseException] = []
    answered = threading.Semaphore(0)

    def come(running: Node) -> None:
        while True:
            try:
                connection = running.connect()
            except ConnectionRefusedError:
                return
            with connection:
                try:
                    ask(connection)
                    answered.release()
                except OSError as error:
                    lost.append(error)

    with node(workers=2) as running:
        threads = [threading.Thread(target=come, args=(running,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for _ in range(100):
            assert answered.acquire(timeout=20)
        running.terminate()
        for thread in threads:
            thread.join(20)
        assert running.ended(GRACE_SECONDS)
    assert lost == []
