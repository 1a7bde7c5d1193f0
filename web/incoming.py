"""A request on its way in: its bytes are gathered before a thread is given to it, so that nobody
who sends slowly, or nothing at all, keeps a thread from answering others.

``Incoming`` knows no sockets. The worker (web/gunicorn_worker.py) feeds it what has come, asks
whether a thread can take over, and by when the next bytes have to be here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Final

HEAD_SECONDS: Final = 10.0
"""From its first byte a request's head (address and headers) has so long to be whole."""
HEAD_BYTES: Final = 128_000
"""Bytes of a head that are gathered; a longer one is refused by whoever reads it."""
BODY_SECONDS: Final = 10.0
"""A body may stand still for so long, and its rate is looked at after so long."""
BODY_RATE: Final = 1_000
"""Bytes a second that a body has to come with on average: a fifth of a bad mobile network."""
UNKNOWN_BYTES: Final = 262_144
"""A body up to this length is taken before anybody has looked who sends it: a login, or what was
typed in a form while the session ended."""
_IN_MEMORY: Final = 65_536
_END: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a request, as far as it has to be known before the rest is read. ``fields`` has
    each header's value by its name in small letters; ``length`` is the body's, None when it comes
    in pieces (chunked); ``odd``: not for us to judge, gunicorn refuses it."""

    raw: bytes
    path: str = ""
    fields: Mapping[str, str] | None = None
    length: int | None = 0
    odd: bool = False

    def without_body(self) -> bytes:
        """The same head for a request whose body is not going to be read."""
        return self._but("content-length", "transfer-encoding", "expect") + (
            b"Content-Length: 0\r\nConnection: close\r\n\r\n"
        )

    def for_the_last_time(self) -> bytes:
        """The same head for a request after which the connection is closed."""
        return self._but("expect") + b"Connection: close\r\n\r\n"

    def _but(self, *names: str) -> bytes:
        gone = {*names, "connection"}
        first, *lines = self.raw[: -len(_END)].split(b"\r\n")
        kept = [
            x for x in lines if x.partition(b":")[0].strip().lower().decode("latin-1") not in gone
        ]
        return b"\r\n".join([first, *kept]) + b"\r\n"


def read_head(raw: bytes) -> Head:
    """The head that ``raw`` is, to the empty line that ends it."""
    first, *lines = raw[: -len(_END)].decode("latin-1").split("\r\n")
    words = first.split(" ")
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        key = name.lower()
        if not colon or name != name.strip() or (key in fields and key in _BODY_FIELDS):
            return Head(raw, odd=True)
        fields[key] = value.strip()
    coding, length = fields.get("transfer-encoding"), fields.get("content-length", "0")
    if len(words) != 3 or (coding and "content-length" in fields) or not _is_number(length):
        return Head(raw, odd=True)
    return Head(raw, words[1], fields, None if coding else int(length))


_BODY_FIELDS: Final = frozenset({"content-length", "transfer-encoding"})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


class Incoming:
    """The bytes of one request as they come. ``begun`` is when the first one came (seconds of a
    monotonic clock), None before."""

    def __init__(self) -> None:
        self.begun: float | None = None
        self.head: Head | None = None
        self.admitted = False
        """Whether the body may be taken whatever its length."""
        self._gathered = bytearray()
        self._body: IO[bytes] | None = None
        self._received = 0
        self._body_begun = self._last = 0.0

    def feed(self, data: bytes, now: float) -> None:
        """Take what has come."""
        self._last = now
        if self.begun is None:
            self.begun = now
        if self.head is not None:
            self._add_body(data)
            return
        searched = max(0, len(self._gathered) - len(_END))
        self._gathered += data
        end = self._gathered.find(_END, searched)
        if end < 0:
            return
        self.head = read_head(bytes(self._gathered[: end + len(_END)]))
        self._body_begun = now
        self._add_body(bytes(self._gathered[end + len(_END) :]))
        self._gathered.clear()

    def _add_body(self, data: bytes) -> None:
        if data:
            if self._body is None:
                self._body = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
            self._body.write(data)
            self._received += len(data)

    @property
    def too_long(self) -> bool:
        """Whether the head is longer than any that is read."""
        return self.head is None and len(self._gathered) > HEAD_BYTES

    @property
    def complete(self) -> bool:
        """Whether everything is here that a thread needs so as not to wait."""
        head = self.head
        if head is None:
            return False
        return head.odd or (head.length is not None and self._received >= head.length)

    @property
    def asks(self) -> bool:
        """Whether its sender has to be known before more of it is read."""
        head = self.head
        if head is None or self.admitted or self.complete:
            return False
        return head.length is None or head.length > UNKNOWN_BYTES

    @property
    def expects_continue(self) -> bool:
        """Whether the sender waits for a word before it sends the body (RFC 9110, 10.1.1)."""
        fields = (self.head.fields if self.head else None) or {}
        return fields.get("expect", "").lower() == "100-continue"

    def deadline(self) -> float:
        """Until when more has to be here; a moment of the same clock as ``begun``."""
        assert self.begun is not None, "something has come"
        if self.head is None:
            return self.begun + HEAD_SECONDS
        by_rate = self._body_begun + BODY_SECONDS + self._received / BODY_RATE
        return min(by_rate, self._last + BODY_SECONDS)

    def taken(self, head: bytes | None = None) -> IO[bytes]:
        """All that has come as one file, at its beginning, to be closed by who takes it; with
        ``head`` instead of the one that was sent, and then without the body."""
        whole = tempfile.SpooledTemporaryFile(_IN_MEMORY + HEAD_BYTES)  # noqa: SIM115
        whole.write(head or (self.head.raw if self.head else bytes(self._gathered)))
        if self._body is not None:
            self._body.seek(0)
            while head is None and (piece := self._body.read(_IN_MEMORY)):
                whole.write(piece)
            self._body.close()
        whole.seek(0)
        return whole

    def drop(self) -> None:
        """Forget what has come."""
        if self._body is not None:
            self._body.close()
