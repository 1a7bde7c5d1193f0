"""The values of either database, as they stand in its rows: what a copy changes of them, and what
it only hands on.

SQLite's are those of its driver. PostgreSQL's are the fields of COPY's binary format, each with its
length before it, so that a row that goes from one COPY into the next is never read.
"""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Protocol

SQLITE_BEGINS: Final = datetime(1970, 1, 1)
POSTGRESQL_BEGINS: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Where the numbers of times begin."""
_LENGTH: Final = struct.Struct(">i")
_TIME: Final = struct.Struct(">iq")
_INTEGER: Final = struct.Struct(">ii")
NULL: Final = _LENGTH.pack(-1)


class Values(Protocol):
    """How texts, times (microseconds), dates (days) and whole numbers are written."""

    def is_null(self, value: Any) -> bool: ...

    def of_text(self, text: str) -> Any: ...

    def text(self, value: Any) -> str: ...

    def of_time(self, microseconds: int) -> Any: ...

    def time(self, value: Any) -> int: ...

    def of_date(self, days: int) -> Any: ...

    def date(self, value: Any) -> int: ...

    def of_integer(self, number: int) -> Any: ...


class SqliteValues:
    """What SQLite's driver takes and gives."""

    def is_null(self, value: Any) -> bool:
        return value is None

    def of_text(self, text: str) -> Any:
        return text

    def text(self, value: Any) -> str:
        return str(value)

    def of_time(self, microseconds: int) -> Any:
        moment = SQLITE_BEGINS + timedelta(microseconds=microseconds)
        return moment.isoformat(" ", "microseconds")

    def time(self, value: Any) -> int:
        return (datetime.fromisoformat(value) - SQLITE_BEGINS) // timedelta(microseconds=1)

    def of_date(self, days: int) -> Any:
        return date.fromordinal(days).isoformat()

    def date(self, value: Any) -> int:
        return date.fromisoformat(value).toordinal()

    def of_integer(self, number: int) -> Any:
        return number


class PostgresqlValues:
    """A field of COPY's binary format: four bytes with the length, then the value."""

    def is_null(self, value: Any) -> bool:
        return bool(value == NULL)

    def of_text(self, text: str) -> Any:
        data = text.encode()
        return _LENGTH.pack(len(data)) + data

    def text(self, value: Any) -> str:
        return str(value[4:], "utf-8")

    def of_time(self, microseconds: int) -> Any:
        return _TIME.pack(8, microseconds)

    def time(self, value: Any) -> int:
        return int(_TIME.unpack(value)[1])

    def of_date(self, days: int) -> Any:
        return _INTEGER.pack(4, days)

    def date(self, value: Any) -> int:
        return int(_INTEGER.unpack(value)[1])

    def of_integer(self, number: int) -> Any:
        return _INTEGER.pack(4, number)


# ---------------------------------------------------------------- COPY's binary format

HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL: Final = b"\xff\xff"


def fields(data: bytes) -> list[list[bytes]]:
    """The rows of what COPY has given, each as its fields."""
    if not data.startswith(HEAD):
        raise ValueError("this is not COPY's binary format")
    rows, at = [], len(HEAD)
    while data[at : at + 2] != TAIL:
        [count] = struct.unpack_from(">h", data, at)
        at += 2
        row = []
        for _ in range(count):
            [length] = _LENGTH.unpack_from(data, at)
            end = at + 4 + max(0, length)
            row.append(data[at:end])
            at = end
        rows.append(row)
    return rows


def row_head(columns: int) -> bytes:
    """What stands before the fields of a row."""
    return struct.pack(">h", columns)
