"""People at their desks, on an engine with the plan and on one without any diagram; and bare
tables, for tests of one part of the engine on rows that they write themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest
from sqlalchemy import Connection

from engine import Engine
from engine.store.base import Base
from engine.store.database import Database
from tests.support.databases import Databases, template
from tests.support.desk import Desk
from tests.support.people import People
from tests.support.rows import Rows


@pytest.fixture
def desk(engine: Engine, people: People, key: Callable[[], str]) -> Desk:
    """The plan is deployed."""
    return Desk(engine, people, key)


@pytest.fixture
def bare_desk(bare_engine: Engine, people: People, key: Callable[[], str]) -> Desk:
    """No diagram is deployed yet."""
    return Desk(bare_engine, people, key)


# ---------------------------------------------------------------- bare tables


class _Done(Exception):
    """The test is over. A transaction that ends with an error is rolled back."""


@pytest.fixture(scope="session")
def _tables() -> Iterator[dict[str, Database]]:
    made: dict[str, Database] = {}
    yield made
    for database in made.values():
        database.close()


@pytest.fixture(scope="session")
def _empty() -> dict[str, str]:
    """The URL of a database with empty tables, for each kind, to be copied."""
    return {}


@pytest.fixture
def tables(
    database_kind: str,
    databases: Databases,
    _tables: dict[str, Database],
    _empty: dict[str, str],
    request: pytest.FixtureRequest,
) -> Iterator[Database]:
    """A database with empty tables, one for each kind and for all tests that roll back.

    What is rolled back leaves its space behind in PostgreSQL until it is vacuumed, and by the
    space of its tables it plans: a test that counts what is read (``counted``) has them for
    itself.
    """
    if database_kind not in _empty:
        _empty[database_kind] = template(databases, _make_tables)
    if database_kind == "postgresql" and request.node.get_closest_marker("counted"):
        url = databases.copy(_empty[database_kind])
        with closing(Database(url)) as database:
            yield database
        databases.drop(url)
        return
    if database_kind not in _tables:
        _tables[database_kind] = Database(databases.copy(_empty[database_kind]))
    yield _tables[database_kind]


def _make_tables(url: str) -> None:
    with closing(Database(url)) as database, database.writing() as connection:
        Base.metadata.create_all(connection)


@pytest.fixture
def connection(tables: Database) -> Iterator[Connection]:
    """A connection to empty tables; what the test writes is rolled back after it."""
    with suppress(_Done), tables.writing() as connection:
        yield connection
        raise _Done


@pytest.fixture
def rows(connection: Connection) -> Rows:
    return Rows(connection)
