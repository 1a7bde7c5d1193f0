"""Requests that come slowly, in pieces or not at all: nobody else waits for them, and they end."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from typing import Any

import pytest

from web import incoming
from web.gunicorn_worker import ThreadedWorker
from web.incoming import BODY_RATE, BODY_SECONDS, HEAD_BYTES, HEAD_SECONDS, Incoming

THREADS = 2
TOKEN = "Authorization: Bearer right\r\n"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    data = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(str(len(data)))))])
    return [str(len(data)).encode()]


class Worker(ThreadedWorker):
    largest_body = 3_000_000
    per_address = 0

    @staticmethod
    def admits(_application: Any, head: incoming.Head, _address: str) -> bool:
        return (head.fields or {}).get("authorization") == "Bearer right"


def serve(port: int) -> None:
    from gunicorn.app.base import BaseApplication

    # As long as in earnest would be too long for a test.
    incoming.HEAD_SECONDS = incoming.BODY_SECONDS = 3.0  # type: ignore[misc]

    class Served(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {
                "bind": f"127.0.0.1:{port}",
                "threads": THREADS,
                "worker_class": Worker,
                "keepalive": 20,
                "loglevel": "critical",
                "control_socket_disable": True,
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return application

    Served().run()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    process = get_context("fork").Process(target=serve, args=(free,))
    process.start()
    try:
        for _ in range(400):
            try:
                with connected(free) as connection:
                    assert ask(connection) == "0"
                    break
            except OSError:
                time.sleep(0.05)
        yield free
    finally:
        process.terminate()
        process.join(15)


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        yield connection


def answer_of(connection: socket.socket) -> tuple[int, str]:
    """Status and body of the next answer, without the interim ones."""
    got = b""
    while True:
        while b"\r\n\r\n" not in got:
            more = connection.recv(1)
            if not more:
                raise ConnectionError("closed without an answer")
            got += more
        head, _, got = got.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        if status != 100:
            break
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    while len(got) < length:
        got += connection.recv(length - len(got))
    return status, got.decode()


def ask(connection: socket.socket, head: str = "", body: bytes = b"") -> str:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    method = "POST" if body else "GET"
    connection.sendall(f"{method} / HTTP/1.1\r\nHost: x\r\n{head}{length}\r\n".encode() + body)
    return answer_of(connection)[1]


def ended(connection: socket.socket) -> bytes:
    """All that still comes until the server closes."""
    got = b""
    try:
        while more := connection.recv(4096):
            got += more
    except ConnectionResetError:
        pass
    return got


# ---------------------------------------------------------------- with real connections


def test_200_idle_and_50_slow_connections_keep_nobody_waiting(port: int) -> None:
    """With a thread for each, the two threads would serve nobody for minutes."""
    with ExitStack() as stack:
        idle = [stack.enter_context(connected(port)) for _ in range(200)]
        slow = [stack.enter_context(connected(port)) for _ in range(50)]
        for number, connection in enumerate(slow):
            if number % 2:
                connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nabc")
            else:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
        seconds = []
        for _ in range(20):
            begun = time.monotonic()
            with connected(port) as connection:
                assert ask(connection) == "0"
            seconds.append(time.monotonic() - begun)
        assert sorted(seconds)[10] < 0.5, seconds
        assert max(seconds) < 2, seconds
        # Who was silent may still speak.
        assert ask(idle[0]) == "0"


@pytest.mark.parametrize(
    "begun",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n",
    ],
)
def test_who_sends_a_byte_now_and_then_is_told_and_hung_up_on(port: int, begun: bytes) -> None:
    with connected(port) as connection:
        connection.sendall(begun)
        connection.settimeout(0.3)
        started, got = time.monotonic(), b""
        while b"408" not in got and time.monotonic() - started < 20:
            try:
                connection.sendall(b"x")
                got += connection.recv(4096)
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
        assert got.startswith(b"HTTP/1.1 408 ")
        assert b"/problems/request-timeout" in got


def test_a_kept_connection_is_used_again_and_a_second_slow_head_takes_no_thread(port: int) -> None:
    with ExitStack() as stack:
        kept = [stack.enter_context(connected(port)) for _ in range(3 * THREADS)]
        for connection in kept:
            assert [ask(connection) for _ in range(3)] == ["0"] * 3
            connection.sendall(b"GET / HT")
        with connected(port) as connection:
            assert ask(connection) == "0"
        for connection in kept:
            connection.sendall(b"TP/1.1\r\nHost: x\r\n\r\n")
            assert answer_of(connection) == (200, "0")


def test_requests_that_come_at_once_on_one_connection_are_all_answered(port: int) -> None:
    one = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    with connected(port) as connection:
        connection.sendall(one * 300 + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert [answer_of(connection) for _ in range(300)] == [(200, "3")] * 300
        assert answer_of(connection) == (200, "0")


@pytest.mark.parametrize("size", [1, 70_000, 262_144, 262_145, 2_999_999])
def test_a_body_comes_whole_in_however_many_pieces(port: int, size: int) -> None:
    with connected(port) as connection:
        head = f"POST / HTTP/1.1\r\nHost: x\r\n{TOKEN}Content-Length: {size}\r\n\r\n".encode()
        for part in (head[:20], head[20:], b"x" * (size // 2), b"x" * (size - size // 2)):
            connection.sendall(part)
            time.sleep(0.02)
        assert answer_of(connection) == (200, str(size))
        assert ask(connection) == "0"


def test_a_body_in_chunks_is_read_for_who_is_known(port: int) -> None:
    chunks = b"3\r\nabc\r\n" * 1000 + b"0\r\n\r\n"
    head = "POST / HTTP/1.1\r\nHost: x\r\n{}Transfer-Encoding: chunked\r\n\r\n"
    with connected(port) as connection:
        connection.sendall(head.format(TOKEN).encode() + chunks)
        assert answer_of(connection) == (200, "3000")
        assert ask(connection) == "0"
    with connected(port) as connection:
        connection.sendall(head.format("").encode())
        assert answer_of(connection) == (200, "0")


def test_the_long_body_of_a_stranger_is_not_read(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        assert answer_of(connection) == (200, "0")
        assert ended(connection) == b""


def test_a_body_that_is_too_long_is_not_waited_for(port: int) -> None:
    with connected(port) as connection:
        head = f"GET / HTTP/1.1\r\nHost: x\r\n{TOKEN}Content-Length: 99999999\r\n\r\n"
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        assert answer_of(connection) == (200, "0")


def test_who_waits_for_a_word_before_the_body_gets_it(port: int) -> None:
    with connected(port) as connection:
        head = f"POST / HTTP/1.1\r\nHost: x\r\n{TOKEN}Expect: 100-continue\r\n"
        connection.sendall(f"{head}Content-Length: 300000\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"x" * 300_000)
        assert answer_of(connection) == (200, "300000")


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: -1\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length : 3\r\n",
        "no colon\r\n", "Transfer-Encoding: chunked\r\n Content-Length: 3\r\n",
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_refused(port: int, head: str) -> None:
    with connected(port) as connection:
        connection.sendall(
            f"POST / HTTP/1.1\r\nHost: x\r\n{head}\r\nabcGET / HTTP/1.1\r\n".encode()
        )
        assert ended(connection).startswith(b"HTTP/1.1 400 ")


def test_a_head_without_an_end_is_refused(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * (HEAD_BYTES // 5))
        assert ended(connection).startswith(b"HTTP/1.1 431 ")


# ---------------------------------------------------------------- what has come, by itself


def test_a_head_has_its_time_from_its_first_byte() -> None:
    coming = Incoming()
    for second in range(5):
        coming.feed(b"G", float(second))
    assert coming.deadline() == HEAD_SECONDS


def test_a_body_has_to_keep_its_pace() -> None:
    coming = Incoming()
    coming.feed(b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n", 5.0)
    assert coming.deadline() == 5 + BODY_SECONDS
    coming.feed(b"x" * 50 * BODY_RATE, 6.0)
    assert coming.deadline() == 6 + BODY_SECONDS
    coming.feed(b"x", 5 + BODY_SECONDS + 49)
    assert coming.deadline() < 5 + BODY_SECONDS + 51
    coming.drop()


class Client:
    """An accepted connection, as the worker sees it."""

    def __init__(self, host: str) -> None:
        self.client = (host, 50_000)
        self.sock = socket.socket()


@pytest.mark.parametrize(
    ("hosts", "refused"),
    [
        (["203.0.113.7"] * 12, 2),
        ([f"2001:db8::{n:x}" for n in range(12)], 2),
        ([f"2001:db8:0:{n:x}::1" for n in range(12)], 0),
        (["127.0.0.1"] * 12, 0),
        (["::1"] * 12, 0),
    ],
)
def test_one_address_has_so_many_connections_at_once(hosts: list[str], refused: int) -> None:
    worker = object.__new__(Worker)
    worker.per_address = 10
    worker._connections = {}
    clients = [Client(host) for host in hosts]
    assert [worker._is_crowded(client) for client in clients].count(True) == refused
    for client in clients:
        client.sock.close()
    another = Client(hosts[0])
    assert not worker._is_crowded(another)
    another.sock.close()


def test_the_server_has_the_limits_of_the_settings() -> None:
    from dataclasses import replace

    from engine import Config
    from web.server import worker_class

    config = Config()
    assert worker_class(config).per_address == config.web.connections_per_address == 100
    assert worker_class(config).largest_body == 21_000_000
    behind = replace(config, web=replace(config.web, trusted_proxies=1))
    assert worker_class(behind).per_address == 0
