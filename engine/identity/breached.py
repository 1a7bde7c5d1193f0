"""A local file of passwords that have leaked, by the hashes of "Pwned Passwords".

The file has one line ``SHA1:COUNT`` for each password, sorted by the hash (40 hexadecimal digits,
capital or small), as haveibeenpwned.com's downloader writes it. It may have a thousand million
lines: it is searched by halving, with some 36 reads of a few bytes, and nothing leaves this
machine.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO, Final

from engine.errors import Unavailable

DIGITS: Final = 40
"""Hexadecimal digits of a hash."""
LINE: Final = 128
"""Bytes that a line has at most, its end included: the hash, a colon, the count."""


def is_breached(file: Path, *passwords: str) -> bool:
    """Whether one of the passwords (spellings of the same) is in the file.

    :raises Unavailable: when the file cannot be read, or is none of these
    """
    try:
        with file.open("rb") as lines:
            size = os.fstat(lines.fileno()).st_size
            return any(_has(lines, size, _hash(p)) for p in dict.fromkeys(passwords))
    except (OSError, ValueError) as error:
        raise Unavailable(f"the list of leaked passwords cannot be read: {error}") from error


def _hash(password: str) -> bytes:
    data = password.encode("utf-8", "surrogatepass")
    return hashlib.sha1(data, usedforsecurity=False).hexdigest().upper().encode()


def _has(lines: BinaryIO, size: int, wanted: bytes) -> bool:
    """Whether a line begins with the hash: ``low`` and ``high`` are offsets between which its line
    must begin."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        start, line = _line_at(lines, middle)
        if not line.strip():  # no line begins there any more
            high = middle
            continue
        digest = _digest(line)
        if digest == wanted:
            return True
        if digest < wanted:
            low = start + len(line)
        else:
            high = middle
    return False


def _line_at(lines: BinaryIO, offset: int) -> tuple[int, bytes]:
    """The first line that begins at the offset or behind it, and where it begins."""
    if offset == 0:
        lines.seek(0)
    else:
        lines.seek(offset - 1)
        lines.readline(LINE)  # to the end of the line before
    return lines.tell(), lines.readline(LINE)


def _digest(line: bytes) -> bytes:
    """The hash of a line, in capitals."""
    text = line.strip().removeprefix(b"\xef\xbb\xbf")
    digest, colon, count = text.partition(b":")
    wrong = len(digest) != DIGITS or (colon and not count.strip().isdigit())
    if wrong or not all(c in b"0123456789abcdefABCDEF" for c in digest):
        raise ValueError("it has a line that is no SHA1:COUNT")
    return digest.upper()
