"""An application under gunicorn, as it is served; and the client that asks it.

The client is one process with one loop over kept-alive connections: it sends bytes that were made
before, and reads until the answer is whole, so that little of the two cores goes to it.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from tests.bench import applications

CONNECTIONS = 8
THREADS = 4


@contextmanager
def serving(kind: str, url: str, workers: int) -> Iterator[int]:
    """``floor`` or ``ours`` on a port of its own; ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # A fork has imported everything already, which takes seconds on a busy machine.
    process = get_context("fork").Process(target=_serve, args=(kind, url, workers, port))
    process.start()
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.join(timeout=30)


def _wait(port: int, process: BaseProcess) -> None:
    for _ in range(600):
        if not process.is_alive():
            raise RuntimeError("the server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def rate(port: int, requests: Sequence[applications.Request]) -> float:
    """Requests per second. An answer that is not 200 ends the benchmark."""
    waiting = [_bytes(r) for r in reversed(requests)]
    selector = selectors.DefaultSelector()
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for connection in connections:
        if waiting:
            connection.sendall(waiting.pop())
            selector.register(connection, selectors.EVENT_READ, bytearray())
    while selector.get_map():
        for key, _ in selector.select():
            got: bytearray = key.data
            got += key.fileobj.recv(65536)  # type: ignore[union-attr]
            if not _whole(got):
                continue
            got.clear()
            if waiting:
                key.fileobj.sendall(waiting.pop())  # type: ignore[union-attr]
            else:
                selector.unregister(key.fileobj)
    spent = time.perf_counter() - begun
    for connection in connections:
        connection.close()
    return len(requests) / spent


def _bytes(request: applications.Request) -> bytes:
    path, headers, body = request
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _whole(got: bytearray) -> bool:
    head, found, body = bytes(got).partition(b"\r\n\r\n")
    if not found:
        if not got:
            raise RuntimeError("the server has hung up")
        return False
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{head!r} {body[:500]!r}")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    return len(body) >= length


def _serve(kind: str, url: str, workers: int, port: int) -> None:
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {
                "bind": f"127.0.0.1:{port}",
                "workers": workers,
                "worker_class": "gthread",
                "threads": THREADS,
                "timeout": 120,
                "loglevel": "error",
                "control_socket_disable": True,
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> applications.Wsgi:
            return applications.application(kind, url)

    Server().run()
