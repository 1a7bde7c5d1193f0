"""Looking for malware in a file: ClamAV's daemon is asked by its own protocol (INSTREAM).

Its Python clients are no longer kept, and the protocol is small: a command, chunks with their
lengths before them, an empty chunk, one line of answer (clamd(8)).
"""

from __future__ import annotations

import socket
import struct
from typing import Final
from urllib.parse import urlsplit

from engine.errors import Invalid, Problem, Unavailable

CHUNK: Final = 65_536
"""Bytes that are sent at a time."""
ANSWER: Final = 4_096
"""Bytes of the longest answer that is read."""


def check(url: str, data: bytes, filename: str, field_id: str, *, seconds: float) -> None:
    """Ask the daemon at ``url`` (``tcp://HOST:PORT`` or ``unix:/PATH``) about a file.

    :param seconds: for each step of the conversation
    :raises Invalid: ``file_infected`` when it finds something
    :raises Unavailable: ``scanner_silent`` when it gives no answer, or none that can be read
    """
    try:
        answer = _ask(url, data, seconds)
    except (OSError, ValueError) as error:
        raise Unavailable(
            f"The virus scanner does not answer: {error}", code="scanner_silent"
        ) from error
    if answer.endswith(" FOUND"):
        found = answer.removeprefix("stream: ").removesuffix(" FOUND")[:100]
        text = f"{filename} is infected: {found}"
        raise Invalid([Problem("file_infected", text, field_id, {"found": found})])
    if answer != "stream: OK":
        raise Unavailable(f"The virus scanner says {answer[:200]!r}", code="scanner_silent")


def _ask(url: str, data: bytes, seconds: float) -> str:
    with _connected(url, seconds) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK):
            piece = data[start : start + CHUNK]
            connection.sendall(struct.pack("!I", len(piece)) + piece)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < ANSWER:
            more = connection.recv(ANSWER)
            if not more:
                break
            answer += more
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _connected(url: str, seconds: float) -> socket.socket:
    place = urlsplit(url)
    if place.scheme == "tcp":
        return socket.create_connection((place.hostname or "", place.port or 3310), seconds)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    try:
        connection.connect(place.path)
    except OSError:
        connection.close()
        raise
    return connection
