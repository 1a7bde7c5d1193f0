"""One set of tables per kind of database; a test's rows are rolled back after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from engine.store.database import Database
from engine.store.models import Base
from tests.support.databases import Databases
from tests.support.rows import Rows


@pytest.fixture(scope="session")
def _tables() -> Iterator[dict[str, Database]]:
    made: dict[str, Database] = {}
    yield made
    for database in made.values():
        database.close()


@pytest.fixture
def conn(
    database_kind: str, databases: Databases, _tables: dict[str, Database]
) -> Iterator[Connection]:
    """A connection to empty tables."""
    if database_kind not in _tables:
        database = _tables[database_kind] = Database(databases.fresh())
        with database.writing() as connection:
            Base.metadata.create_all(connection)
    with _tables[database_kind].reading() as connection:
        yield connection


@pytest.fixture
def rows(conn: Connection) -> Rows:
    return Rows(conn)
