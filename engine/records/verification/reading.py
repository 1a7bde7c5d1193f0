"""Reading rows of which some may hold what their columns cannot: a time that is none, broken JSON.

SQLite keeps any value in any column, so whoever edits it by hand can write what no driver reads.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError)
"""What SQLAlchemy's types raise for values that are none of theirs."""


def rows(connection: Connection, asked: Any, key: Any, size: int) -> tuple[list[Any], list[Any]]:
    """The first ``size`` rows of a statement, and the keys of those among them that cannot be
    read.

    :param key: the column that tells rows apart
    """
    asked = asked.limit(size)
    try:
        return list(connection.execute(asked).all()), []
    except UNREADABLE:
        keys = list(connection.scalars(asked.with_only_columns(key)))
    read, broken = [], []
    for each in keys:
        try:
            read.append(connection.execute(asked.where(key == each).limit(1)).one())
        except UNREADABLE:
            broken.append(each)
    return read, broken


def as_bytes(value: Any) -> bytes:
    """A value of a column of bytes; SQLite may have text there."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def columns_unread(connection: Connection, asked: Any, key: Any, row: Any) -> list[str]:
    """The names of the columns of a row that cannot be read."""
    broken = []
    for column in asked.selected_columns:
        try:
            connection.execute(select(column).where(key == row)).one()
        except UNREADABLE:
            broken.append(str(column.key))
    return broken
