"""``serviceplan serve`` as a process of its own: the first start, and the second."""

from __future__ import annotations

import http.client
import json
import re
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest

from engine import Engine
from tests.support.served import PATIENCE, Serve
from web.server import is_loopback

FIRST = "Nobody can sign in yet. The first administrator:"
INSTALLED = Path(sys.executable).with_name("serviceplan")
LINE = re.compile(r"^(?P<name>[^│]+) │ (?P<username>\S+) +│ (?P<password>\S+) +│ (?P<roles>.*)$")


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
    # As long as there is nobody, at every start.
    again = serve()
    again.wait_for("Stop with Ctrl+C")
    again.wait_for("serviceplan user add NAME")
    again.stop()
    from engine import SYSTEM

    engine = Engine.open(f"sqlite:///{tmp_path / 'served.db'}")
    assert engine.people.all(SYSTEM) == ()
    assert (tmp_path / "served.db").stat().st_mode & 0o077 == 0
    assert "serviceplan" in {d.process_id for d in engine.definitions.all(SYSTEM)}
    engine.close()


def test_the_next_step_after_an_empty_start_can_be_typed_as_it_is_said(
    serve: Serve, tmp_path: Path
) -> None:
    served = serve("--empty", command=[str(INSTALLED)], cwd=tmp_path)
    served.wait_for("Stop with Ctrl+C")
    said = served.output[served.output.index(FIRST) + 1]
    assert said.strip() in unescape(served.get("/login")[1])
    subprocess.run(f"{said} --generate", shell=True, cwd=tmp_path, check=True)  # noqa: S602
    assert "user add" not in served.get("/login")[1]
    served.stop()
    again = serve(command=[str(INSTALLED)], cwd=tmp_path)
    again.wait_for("Stop with Ctrl+C")
    assert FIRST not in again.output


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


def test_a_database_that_cannot_be_used_is_said_before_a_port_that_is_taken(
    serve: Serve, port: int, tmp_path: Path
) -> None:
    Engine.open(f"sqlite:///{tmp_path / 'served.db'}").close()
    with closing(sqlite3.connect(tmp_path / "served.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        served = serve()
        assert served.process.wait(timeout=PATIENCE) == 1
    served.wait_for("9999")
    assert not any("cannot listen" in line for line in served.output)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_the_loopback_needs_no_warning(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "kontoret.example"])
def test_every_other_address_is_the_network(host: str) -> None:
    assert not is_loopback(host)
