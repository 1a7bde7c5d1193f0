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
from collections.abc import Callable, Iterable, Iterator, Sequence
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


NOTHING: Final = Ask("", b"")
"""What a new connection has been asked."""


class _Connection:
    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = _connected(port)
        self.got = bytearray()
        self.asked = NOTHING
        self.due = 0.0
        self.used = False

    def renew(self) -> None:
        self.socket.close()
        self.socket = _connected(self.port)
        self.used = False

    def is_done(self) -> bool:
        """Whether the answer is whole, or will never be."""
        try:
            data = self.socket.recv(262_144)
        except ConnectionResetError:
            data = b""
        self.got += data
        return not data or _whole(self.got)

    def hung_up_before(self) -> bool:
        """Whether the server closed a kept connection as the request was on its way: browsers send
        it again then."""
        return self.used and not self.got


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
        # Opened when needed, and the one that was used last is used next: a server may give each
        # silent connection a thread.
        idle: list[_Connection] = []
        busy: set[_Connection] = set()
        waiting: deque[float] = deque()
        moments = arrivals(rate, warm_up + seconds, seed)
        coming = next(moments, None)
        begun = time.perf_counter()
        own = time.process_time()
        while coming is not None or waiting or busy:
            now = time.perf_counter() - begun
            while coming is not None and coming <= now:
                waiting.append(coming)
                coming = next(moments, None)
            while waiting and len(busy) < CONNECTIONS:
                connection = idle.pop() if idle else _Connection(self._port)
                busy.add(connection)
                self._send(selector, connection, waiting.popleft())
            if now > warm_up + seconds + PATIENCE or (now > 5 and len(waiting) > max(rate * 2, 20)):
                found.unanswered += len(waiting) + len(busy)
                break
            pause = 1.0 if coming is None else max(0.0, coming - now)
            for key, _ in selector.select(min(pause, 0.5)):
                connection = key.data
                if not connection.is_done():
                    continue
                selector.unregister(connection.socket)
                if connection.hung_up_before():
                    self._again(selector, connection)
                    continue
                busy.discard(connection)
                counts = connection.due >= warm_up
                if self._finish(connection, found if counts else None, begun):
                    idle.append(connection)
                else:
                    connection.socket.close()
        found.wall = time.perf_counter() - begun
        found.counted = max(1.0, min(found.wall - warm_up, seconds))
        found.own_cpu = time.process_time() - own
        _close(selector, [*idle, *busy])
        return found

    def _send(self, selector: selectors.BaseSelector, connection: _Connection, due: float) -> None:
        connection.used = connection.asked is not NOTHING
        connection.asked, connection.due = self._next_ask(), due
        connection.got.clear()
        if connection.used and _hung_up(connection.socket):
            # The server closes what has been idle for two seconds, as it does to browsers.
            connection.renew()
        connection.socket.sendall(connection.asked.data)
        selector.register(connection.socket, selectors.EVENT_READ, connection)

    def _again(self, selector: selectors.BaseSelector, connection: _Connection) -> None:
        connection.renew()
        connection.socket.sendall(connection.asked.data)
        selector.register(connection.socket, selectors.EVENT_READ, connection)

    def _finish(self, connection: _Connection, found: Found | None, begun: float) -> bool:
        """Judge an answer; whether its connection may be used again."""
        ask = connection.asked
        status, wrong = _judge(ask, bytes(connection.got))
        lasts = bool(status) and b"connection: close" not in connection.got[:2000].lower()
        if found is None:
            return lasts
        if wrong:
            name = f"{ask.kind}: {wrong}"
            found.wrong[name] = found.wrong.get(name, 0) + 1
        taken = time.perf_counter() - begun - connection.due
        found.seconds.setdefault(ask.kind, []).append(taken)
        return lasts


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


def _close(selector: selectors.BaseSelector, connections: Iterable[_Connection]) -> None:
    selector.close()
    for connection in connections:
        connection.socket.close()


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
