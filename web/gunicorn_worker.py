"""gunicorn's worker process with threads, and what it does otherwise.

A request that is no HTTP gets a problem (RFC 9457). A connection that says nothing, as browsers
open some in advance, takes no thread. A stop (SIGTERM) resets nobody: who has connected is
answered, also on connections that are kept, with ``Connection: close``; who comes later is refused
at once, so that a proxy asks another node.
"""

from __future__ import annotations

import ctypes
import logging
import selectors
import socket
import struct
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from web.api.problems import KINDS, MEDIA_TYPE, Refused, problem_json

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
_SO_ATTACH_FILTER: Final = 26
_DROP: Final = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
"""A socket filter of Linux that lets no packet through (BPF: return 0)."""


class ThreadedWorker(ThreadWorker):
    """gunicorn's worker, with a problem (RFC 9457) instead of its page for an unreadable
    request, and a stop that resets no connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._closers: ThreadPoolExecutor | None = None

    def init_process(self) -> None:
        """Begin to serve; called in the process itself."""
        self._closers = ThreadPoolExecutor(CLOSERS)
        super().init_process()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or cease to accept connections; when the process stops, for good."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for conn in self.pending_conns:
                conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
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
        """Give a connection to a thread; a new one only when its request has begun to come.
        gunicorn lets a thread wait for that, up to five seconds: eight silent connections would
        keep all threads of a process from answering others."""
        if not self.alive or conn.initialized or conn.data_ready or _has_come(conn.sock):
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + SILENT_SECONDS
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """Keep the connection for its next request, or close it. gunicorn waits here for the client
        to hang up, up to two seconds for each, while nobody else is served."""
        ended = not fs.cancelled() and fs.exception() is None and not fs.result()
        if not ended or self._closers is None:
            super().finish_request(conn, fs)
            return
        self.nr_conns -= 1
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


def _has_come(client: socket.socket) -> bool:
    """Whether something can be read, be it the end."""
    try:
        client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


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
