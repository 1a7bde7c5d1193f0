"""One statement that inserts a row or, when there is one with its key, changes that: two writers
that come at the same moment wait for each other instead of failing over the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.base import Base, table_of

_INSERT: Final[Mapping[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def upsert(
    connection: Connection,
    model: type[Base],
    row: Mapping[str, Any],
    *,
    rising: str | None = None,
    where: ColumnElement[bool] | None = None,
) -> bool:
    """Insert ``row``, or change the row with the same primary key to it; returns whether the row
    was written.

    :param rising: a column that must grow: a stored row that has as much already stays as it is
    :param where: what must hold of a stored row; else it stays as it is
    """
    table = table_of(model)
    keys = [column.name for column in table.primary_key]
    statement = _INSERT[connection.dialect.name](table).values(**row)
    statement = statement.on_conflict_do_update(
        index_elements=keys,
        set_={name: statement.excluded[name] for name in row if name not in keys},
        where=where if rising is None else table.c[rising] < statement.excluded[rising],
    )
    return connection.execute(statement.returning(*table.primary_key)).first() is not None
