"""A PostgreSQL server that may be killed, for those who need one; the other databases are as
everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chaos.postgresql import PrivatePostgres
from tests.support.databases import PostgresDatabases


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    with PrivatePostgres() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'chaos.db'}"


@pytest.fixture
def postgresql_url(_postgresql: PostgresDatabases) -> Iterator[str]:
    """On the tests' common server, which nobody kills."""
    url = _postgresql.fresh()
    yield url
    _postgresql.drop(url)
