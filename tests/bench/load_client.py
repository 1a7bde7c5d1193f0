"""Requests at fixed moments, whether the ones before have been answered or not (an open loop).

People do not wait for each other's pages: they come at a rate. So the moments of arrival are drawn
first (a Poisson process), and the time that an answer takes counts from its moment, also when it
had to wait here for a free connection. One process with one loop over kept-alive connections, that
looks at no more of an answer than its length, so that little of the processors goes to it.
"""

from __future__ import annotations

import random
import selectors
import socket
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

CONNECTIONS: Final = 64
"""More than the server has threads: as a proxy or so many browsers would have."""
PATIENCE: Final = 20.0
"""Seconds after the last arrival in which answers are waited for."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: its kind, its bytes, and what is done with the answer's body, if anything.
    ``good`` are the statuses of an answer that is as it should be."""

    kind: str
    data: bytes
    good: tuple[int, ...] = (200,)
    then: Callable[[int, bytes, bytes], str | None] | None = None
    """Called with status, head and body; gives what is wrong, None when nothing is."""


@dataclass(slots=True)
class Found:
    """What one run has measured: seconds by kind, what was wrong and how often, seconds of wall
    time, of those in which arrivals were counted, and of this process's own processor time."""

    rate: float
    seconds: dict[str, list[float]] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    wall: float = 0.0
    counted: float = 1.0
    own_cpu: float = 0.0

    def all(self) -> list[float]:
        """The seconds of all answers."""
        return [each for many in self.seconds.values() for each in many]

    @property
    def errors(self) -> int:
        """Answers that were not as they should be, or never came."""
        return sum(self.wrong.values()) + self.unanswered

    def p95(self, kind: str | None = None) -> float:
        """Of one kind, or of all; what was never answered took for ever."""
        return quantile(self.all() if kind is None else self.seconds[kind], 0.95, self.unanswered)


def quantile(seconds: Sequence[float], share: float, unanswered: int = 0) -> float:
    """The value under which this share lies."""
    ordered = sorted(seconds)
    at = int(share * (len(ordered) + unanswered))
    return ordered[at] if at < len(ordered) else float("inf")


def arrivals(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """Moments in seconds from the beginning."""
    chance, at = random.Random(seed), 0.0  # noqa: S311 - not for secrets
    while True:
        at += chance.expovariate(rate)
        if at >= seconds:
            return
        yield at


class _Connection:
    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = _connected(port)
        self.got = bytearray()
        self.ask: Ask | None = None
        self.due = 0.0
        self.fresh = True

    def renew(self) -> None:
        self.socket.close()
        self.socket = _connected(self.port)
        self.fresh = True


def _connected(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


class OpenLoop:
    """Asks the server at a port; ``next_ask`` draws the next request."""

    def __init__(self, port: int, next_ask: Callable[[], Ask]) -> None:
        self._next_ask = next_ask
        self._port = port

    def run(self, rate: float, seconds: float, *, warm_up: float = 0.0, seed: int = 1) -> Found:
        """Ask at ``rate`` per second for so long; what arrives in the ``warm_up`` before is not
        counted. A run in which the requests pile up (more than a second's worth of arrivals wait
        for a connection, after five seconds) ends early: it is too much."""
        found = Found(rate)
        selector = selectors.DefaultSelector()
        idle = deque(_Connection(self._port) for _ in range(CONNECTIONS))
        everybody = list(idle)
        waiting: deque[float] = deque()
        moments = arrivals(rate, warm_up + seconds, seed)
        coming = next(moments, None)
        begun = time.perf_counter()
        own = time.process_time()
        while coming is not None or waiting or len(idle) < CONNECTIONS:
            now = time.perf_counter() - begun
            while coming is not None and coming <= now:
                waiting.append(coming)
                coming = next(moments, None)
            while waiting and idle:
                self._send(selector, idle.popleft(), waiting.popleft())
            if now > warm_up + seconds + PATIENCE or (now > 5 and len(waiting) > max(rate * 2, 20)):
                found.unanswered += len(waiting) + CONNECTIONS - len(idle)
                break
            pause = 1.0 if coming is None else max(0.0, coming - now)
            for key, _ in selector.select(min(pause, 0.5)):
                connection: _Connection = key.data
                if self._received(connection):
                    selector.unregister(connection.socket)
                    counts = connection.due >= warm_up
                    self._finish(connection, found if counts else None, begun)
                    idle.append(connection)
        found.wall = time.perf_counter() - begun
        found.counted = max(1.0, min(found.wall - warm_up, seconds))
        found.own_cpu = time.process_time() - own
        for connection in everybody:
            connection.socket.close()
        selector.close()
        return found

    def _send(self, selector: selectors.BaseSelector, connection: _Connection, due: float) -> None:
        connection.ask, connection.due = self._next_ask(), due
        connection.got.clear()
        if not connection.fresh and _hung_up(connection.socket):
            # The server closes what has been idle for two seconds, as it does to browsers.
            connection.renew()
        connection.socket.sendall(connection.ask.data)
        connection.fresh = False
        selector.register(connection.socket, selectors.EVENT_READ, connection)

    def _received(self, connection: _Connection) -> bool:
        """Whether the answer is whole, or will never be."""
        data = connection.socket.recv(262_144)
        connection.got += data
        return not data or _whole(connection.got)

    def _finish(self, connection: _Connection, found: Found | None, begun: float) -> None:
        ask = connection.ask
        assert ask is not None
        status, wrong = _judge(ask, bytes(connection.got))
        if not status or b"connection: close" in connection.got[:2000].lower():
            connection.renew()
        if found is None:
            return
        if wrong:
            name = f"{ask.kind}: {wrong}"
            found.wrong[name] = found.wrong.get(name, 0) + 1
        taken = time.perf_counter() - begun - connection.due
        found.seconds.setdefault(ask.kind, []).append(taken)


def _judge(ask: Ask, got: bytes) -> tuple[int, str | None]:
    """The status of an answer (0 when it broke off), and what is wrong with it."""
    head, _, body = got.partition(b"\r\n\r\n")
    if not head:
        return 0, "no answer"
    status = int(head.split(b" ", 2)[1])
    if status not in ask.good:
        return status, str(status)
    if ask.then is None:
        return status, None
    if b"content-encoding: gzip" in head.lower():
        body = zlib.decompress(body, 31)
    return status, ask.then(status, head, body)


def _hung_up(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        connection.setblocking(True)


def _whole(got: bytearray) -> bool:
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = bytes(got[:end]).lower()
    at = head.find(b"\r\ncontent-length:")
    if at < 0:
        # A redirect without a body, or chunks, of which the last one is empty.
        return b"chunked" not in head or got.endswith(b"0\r\n\r\n")
    length = int(head[at + 17 :].split(b"\r\n", 1)[0])
    return len(got) - end - 4 >= length
