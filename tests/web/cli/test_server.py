"""``serviceplan serve`` as a process of its own: the first start, and the second."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine import Engine
from web.server import is_loopback

LINE = re.compile(r"^(?P<name>[^│]+) │ (?P<username>\S+) +│ (?P<password>\S+) +│ (?P<roles>.*)$")
PATIENCE = 180.0
"""How long a start may take on a machine that does much else; seconds on an idle one."""

Serve = Callable[..., "Served"]


class Served:
    """A running server and what it has printed."""

    def __init__(self, port: int, *options: str, folder: Path):
        command = [sys.executable, "-c", "from web.cli import main; main()", "serve"]
        self.port = port
        self.process = subprocess.Popen(
            [*command, "--port", str(port), "--database", str(folder / "served.db"), *options],
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


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(port: int, tmp_path: Path) -> Iterator[Serve]:
    running: list[Served] = []

    def start(*options: str) -> Served:
        running.append(Served(port, *options, folder=tmp_path))
        return running[-1]

    yield start
    for served in running:
        served.stop()


def test_the_first_start_makes_a_company_whose_people_can_sign_in(
    serve: Serve, tmp_path: Path
) -> None:
    served = serve()
    served.wait_for("Stop with Ctrl+C")
    assert served.get("/login")[0] == 200
    people = [found for line in served.output if (found := LINE.match(line))][1:]
    assert len(people) >= 9
    assert len({found["password"] for found in people}) == len(people)
    assert served.stop() == 0

    engine = Engine.open(f"sqlite:///{tmp_path / 'served.db'}")
    session = engine.sessions.sign_in(people[0]["username"], people[0]["password"])
    engine.close()
    assert session.person.name == people[0]["name"].strip()

    again = serve()
    started = time.monotonic()
    again.wait_for("Stop with Ctrl+C")
    assert time.monotonic() - started < 30
    assert not any(people[0]["password"] in line for line in again.output)


def test_an_empty_start_has_the_plan_and_says_how_the_first_administrator_is_made(
    serve: Serve, tmp_path: Path
) -> None:
    served = serve("--empty")
    served.wait_for("Stop with Ctrl+C")
    served.wait_for("serviceplan user add NAME")
    served.stop()
    from engine import SYSTEM

    engine = Engine.open(f"sqlite:///{tmp_path / 'served.db'}")
    assert engine.people.all(SYSTEM) == ()
    assert (tmp_path / "served.db").stat().st_mode & 0o077 == 0
    assert "serviceplan" in {d.process_id for d in engine.definitions.all(SYSTEM)}
    engine.close()


def test_what_nobody_can_read_is_answered_with_a_problem(serve: Serve) -> None:
    served = serve("--empty")
    served.wait_for("Stop with Ctrl+C")
    for sent, status in (
        (b"GET /api/v1/me?q=" + 9_000 * b"a" + b" HTTP/1.1", 414),
        (b"GET /api/v1/me HTTP/1.1\r\nX: " + 9_000 * b"a", 431),
        (b"GET /api/v1/me HTTP/9.9", 400),
        (b"GET /api/v1/me HTTP/1.1\r\nContent-Length: -1", 400),
    ):
        with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
            connection.sendall(sent + b"\r\nHost: x\r\n\r\n")
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert answer.status == status
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert json.loads(answer.read())["status"] == status


def test_listening_for_the_network_warns_that_passwords_travel_in_the_clear(serve: Serve) -> None:
    served = serve("--empty", "--host", "0.0.0.0")
    served.wait_for("without TLS")


def test_a_port_that_is_taken_is_said_in_one_line(serve: Serve, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        served = serve("--empty")
        assert served.process.wait(timeout=PATIENCE) == 1
    served.wait_for("cannot listen on 127.0.0.1")
    assert not any("Traceback" in line for line in served.output)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_the_loopback_needs_no_warning(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "kontoret.example"])
def test_every_other_address_is_the_network(host: str) -> None:
    assert not is_loopback(host)
