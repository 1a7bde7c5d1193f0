"""gunicorn's worker process with threads, and what it does otherwise.

A request that is no HTTP gets a problem (RFC 9457). A thread gets whole requests only: neither a
connection that says nothing, as browsers open some in advance, nor one that sends slowly takes one,
and both are closed after a while (web/incoming.py). The sender of a long body has to be known
before it is read. A stop (SIGTERM) resets nobody: who has connected is
answered, also on connections that are kept, with ``Connection: close``; who comes later is refused
at once, so that a proxy asks another node.
"""

from __future__ import annotations

import ctypes
import ipaddress
import logging
import os
import selectors
import socket
import struct
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import IO, Any, Final

from gunicorn import http, util
from gunicorn.http import errors
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from engine import network_of
from web.api.problems import KINDS, MEDIA_TYPE, Refused, problem_json
from web.incoming import BODY_RATE, BODY_SECONDS, HEAD_BYTES, Head, Incoming

log = logging.getLogger(__name__)

UNREADABLE: Final = (
    (errors.LimitRequestLine, "address-too-long"),
    (errors.LimitRequestHeaders, "headers-too-large"),
    (errors.InvalidResponseHeader, "internal-error"),
    (errors.InvalidResponseHeaderName, "internal-error"),
    (errors.ParseException, "malformed-request"),
)
"""gunicorn's errors about a request that it cannot read, each with its type of problem."""


CLOSERS: Final = 4
"""Threads that wait for clients to hang up after their last answer."""
SILENT_SECONDS: Final = 7.0
"""After so long a new connection on which nothing was said is closed."""
SEND_SECONDS: Final = 20
"""A client may take nothing of its answer for so long."""
RECEIVED_BYTES: Final = 262_144
"""The most that is taken from one connection before the others have their turn."""
MOST_ADDRESSES: Final = 5_000
"""With more addresses than this, those without an open connection are forgotten."""
_TIMEVAL: Final = struct.pack("ll", SEND_SECONDS, 0)
_SO_ATTACH_FILTER: Final = 26
_DROP: Final = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
"""A socket filter of Linux that lets no packet through (BPF: return 0)."""


class Received(SocketUnreader):
    """What a thread reads a request from: first what was gathered of it, then its connection, with
    the same patience (only for a body in pieces, whose end is not known before)."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._gathered: IO[bytes] | None = None
        self._begun, self._count = 0.0, 0

    def gathered(self, file: IO[bytes]) -> None:
        """Read this file before anything else."""
        self._gathered, self._begun, self._count = file, time.monotonic(), 0

    def take_buffered(self) -> bytes:
        """What was gathered beyond the request that has been read."""
        self.keep_ahead()
        return bytes(super().take_buffered())

    def keep_ahead(self) -> None:
        """Keep what was gathered beyond the request that has been read for the next one."""
        if self._gathered is not None:
            self.buf.seek(0, os.SEEK_END)
            self.buf.write(self._gathered.read())
        self.drop()

    def drop(self) -> None:
        """Forget what was gathered."""
        if self._gathered is not None:
            self._gathered.close()
            self._gathered = None

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next piece; ``b""`` at the end.

        :raises TimeoutError: when the sender is too slow
        """
        if self._gathered is not None:
            data = self._gathered.read(max(size_hint or 0, self.mxchunk))
            if data:
                return bytes(data)
            self.drop()
        left = self._begun + BODY_SECONDS + self._count / BODY_RATE - time.monotonic()
        if left <= 0:
            raise TimeoutError("The body did not come in time.")
        before = self.sock.gettimeout()
        self.sock.settimeout(min(left, BODY_SECONDS))
        try:
            data = super().chunk(size_hint)
        finally:
            self.sock.settimeout(before)
        self._count += len(data)
        return data


class ThreadedWorker(ThreadWorker):
    """gunicorn's worker, with a problem (RFC 9457) instead of its page for an unreadable
    request, threads for whole requests only, and a stop that resets no connection."""

    per_address = 0
    """How many connections one address may have open at once; 0: any number."""
    largest_body = 2**62
    """The length of the longest body that the application reads, in bytes."""

    @staticmethod
    def admits(app: Any, head: Head, address: str) -> bool:
        """Whether the sender of a head may send a long body."""
        return True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._closers: ThreadPoolExecutor | None = None
        self._gathering: dict[Any, None] = {}
        self._connections: dict[str, list[Any]] = {}

    def init_process(self) -> None:
        """Begin to serve; called in the process itself."""
        self._closers = ThreadPoolExecutor(CLOSERS)
        super().init_process()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or cease to accept connections; when the process stops, for good."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for conn in self._gathering:
                if conn.incoming.begun is None:
                    soon = time.monotonic() + STOP_KEEPALIVE_LINGER
                    conn.timeout = min(conn.timeout, soon)
            for listener in self.sockets:
                self._close_listener(listener)

    def _close_listener(self, listener: Any) -> None:
        """Accept who has connected already, then close. gunicorn would leave it open until the
        process ends, and whoever had connected meanwhile would be reset then."""
        let_nobody_in(listener.sock)
        with selectors.DefaultSelector() as waiting:
            waiting.register(listener, selectors.EVENT_READ)
            while waiting.select(0):
                self.accept(listener)
        listener.close()

    def enqueue_req(self, conn: Any) -> None:
        """Gather a connection's next request, which gets a thread when all of it is here. gunicorn
        gives it one at once and lets it wait there: eight silent or slow connections would keep all
        threads of a process from answering others."""
        if not hasattr(conn, "incoming"):
            if self._is_crowded(conn):
                self._hang_up(conn)
                return
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = Received(conn.sock)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIMEVAL)
        conn.sock.setblocking(False)
        conn.incoming = Incoming()
        conn.timeout = time.monotonic() + (SILENT_SECONDS if self.alive else STOP_KEEPALIVE_LINGER)
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        self._gathering[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))
        ahead = conn.parser.unreader.take_buffered()
        if ahead:
            conn.incoming.feed(ahead, time.monotonic())
        self._receive(conn, conn.sock)

    def _receive(self, conn: Any, _client: object) -> None:
        """Take what has come on a connection, and go on with its request if that was the rest."""
        incoming: Incoming = conn.incoming
        ended = False
        try:
            if not incoming.complete and not incoming.asks:
                data = conn.sock.recv(RECEIVED_BYTES)
                ended = not data
                incoming.feed(data, time.monotonic())
        except BlockingIOError:
            pass
        except OSError:
            ended = True
        if incoming.too_long:
            self._refuse(conn, Refused("headers-too-large", f"more than {HEAD_BYTES} bytes"))
        elif ended:
            self._no_longer(conn)
            self._close(conn)
        elif incoming.complete or self._too_large(incoming):
            self._hand_over(conn)
        elif incoming.asks:
            # Looked up in a thread, because it takes the database.
            self._no_longer(conn)
            answer = self.tpool.submit(self.admits, self.wsgi, incoming.head, conn.client[0])
            answer.add_done_callback(
                lambda done: self.method_queue.defer(self._admitted, conn, done)
            )
        elif incoming.begun is not None:
            conn.timeout = incoming.deadline()
            self._ask_to_continue(conn)

    def _too_large(self, incoming: Incoming) -> bool:
        """Whether the body is one that the application refuses without reading it."""
        head = incoming.head
        return head is not None and head.length is not None and head.length > self.largest_body

    def _ask_to_continue(self, conn: Any) -> None:
        if conn.incoming.expects_continue and not hasattr(conn.incoming, "continued"):
            conn.incoming.continued = True
            with suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _admitted(self, conn: Any, done: Future[bool]) -> None:
        """Go on after the look at who sends a body: gather it, or answer without it."""
        incoming: Incoming = conn.incoming
        admitted = not done.cancelled() and done.exception() is None and done.result()
        if not admitted and incoming.head is not None:
            self._hand_over(conn, incoming.head.without_body())
        elif incoming.head is not None and incoming.head.length is None:
            # In pieces: it is read by the thread, which waits no longer than for a whole one.
            self._hand_over(conn)
        else:
            incoming.admitted = True
            self._gathering[conn] = None
            incoming.feed(b"", time.monotonic())
            conn.timeout = incoming.deadline()
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))
            self._receive(conn, conn.sock)

    def _hand_over(self, conn: Any, head: bytes | None = None) -> None:
        """Give a gathered request to a thread; with ``head`` instead of what was sent."""
        self._no_longer(conn)
        incoming: Incoming = conn.incoming
        if head is None and self._too_large(incoming) and incoming.head is not None:
            head = incoming.head.for_the_last_time()
        conn.parser.unreader.gathered(incoming.taken(head))
        conn.data_ready = True
        super().enqueue_req(conn)

    def _no_longer(self, conn: Any) -> None:
        """Wait for nothing more on a connection."""
        if self._gathering.pop(conn, self) is None:
            self.poller.unregister(conn.sock)

    def _close(self, conn: Any) -> None:
        conn.incoming.drop()
        self._hang_up(conn)

    def _hang_up(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def _refuse(self, conn: Any, refused: Refused) -> None:
        """Answer a request that did not come as it should, and close its connection."""
        self._no_longer(conn)
        with suppress(OSError):
            conn.sock.send(answer(refused))
        self._close(conn)

    def _make_room(self) -> None:
        """Close the connection that has been silent for longest."""
        silent = next((c for c in self._gathering if c.incoming.begun is None), None)
        if silent is not None:
            self._no_longer(silent)
            self._close(silent)

    def murder_pending(self) -> None:
        """Close the connections whose next bytes have not come in time."""
        now = time.monotonic()
        for conn in [c for c in self._gathering if c.timeout <= now]:
            if conn.incoming.begun is None:
                self._no_longer(conn)
                self._close(conn)
            else:
                self._refuse(conn, Refused("request-timeout", "The request did not come in time."))

    def _is_crowded(self, conn: Any) -> bool:
        """Whether the address of a new connection has too many already. This machine's own is not
        counted: a proxy asks from there."""
        host = (conn.client or ("",))[0] if isinstance(conn.client, tuple) else ""
        if not self.per_address or not host or _is_loopback(host):
            return False
        of_address = self._connections.setdefault(network_of(host), [])
        of_address[:] = [c for c in of_address if c.sock.fileno() >= 0]
        if len(of_address) >= self.per_address:
            log.warning("too many connections from %s", network_of(host))
            return True
        of_address.append(conn)
        if len(self._connections) > MOST_ADDRESSES:
            for place in [p for p, known in self._connections.items() if not _open(known)]:
                del self._connections[place]
        return False

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """Keep the connection for its next request, or close it. gunicorn waits here for the client
        to hang up, up to two seconds for each, while nobody else is served."""
        ended = not fs.cancelled() and fs.exception() is None and not fs.result()
        if not ended or self._closers is None:
            conn.parser.unreader.keep_ahead()
            super().finish_request(conn, fs)
            return
        self.nr_conns -= 1
        conn.parser.unreader.drop()
        self._closers.submit(conn.close, graceful=True)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer a request that could not be read, or whose answer could not be sent."""
        name = next((n for kind, n in UNREADABLE if isinstance(exc, kind)), "internal-error")
        if name == "internal-error":
            log.error("a request could not be handled", exc_info=exc)
            detail = "Something went wrong here."
        else:
            detail = str(exc)
            log.warning("denied an unreadable request from %s: %s", (addr or ("-",))[0], detail)
        try:
            util.write_nonblock(client, answer(Refused(name, detail)))
        except OSError:
            log.debug("the sender has gone")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _open(connections: Iterable[Any]) -> bool:
    """Whether one of the connections is open."""
    return any(c.sock.fileno() >= 0 for c in connections)


def let_nobody_in(listener: socket.socket) -> None:
    """Let no more connections into the queue of a listening socket, so that it can be emptied and
    closed with nobody in it. Who comes meanwhile tries again, and is refused then. Only Linux can;
    elsewhere somebody may come between the last look and the closing."""
    program = struct.pack("HP", 1, ctypes.addressof(_DROP))
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def answer(refused: Refused) -> bytes:
    """The bytes of a whole HTTP answer with this problem; the connection is closed after it."""
    data = problem_json(refused)
    status = HTTPStatus(KINDS[refused.name].status)
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n"
        f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(data)}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    )
    return head.encode("ascii") + data
