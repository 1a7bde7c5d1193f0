"""One database: connections, transactions and its version.

No driver begins a transaction by itself; that is said here, or a statement is one by itself.
SQLite runs in WAL mode with foreign keys on, and a writing transaction begins with
``BEGIN IMMEDIATE``, so that two writers wait for each other instead of failing at the commit.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any, Final

import msgspec
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    NotSupportedError,
    OperationalError,
)

from engine.errors import ConfigError, Conflict, DatabaseNewer, Invalid, Problem, Unavailable
from engine.store import postgresql

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 10_000
NAP_SECONDS: Final = 0.0005
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode
_TURN: Final = "turn"
"""Under which a connection knows the place in the queue of those who write."""
_IN_LINE: Final = select(func.pg_advisory_xact_lock(func.hashtextextended("line", 0)))
LOST_RACES = ("40001", "40P01")
"""PostgreSQL's states for a transaction that must give way to another: serialization failure and
deadlock. Trying again helps."""


class Database:
    """Connections to one database."""

    def __init__(self, url: str) -> None:
        """:raises ConfigError: when ``url`` is not a URL of SQLite or PostgreSQL"""
        self.url = _complete(url)
        self._writer = Lock()
        try:
            self._engine = _connect(self.url)
        except (ArgumentError, ModuleNotFoundError) as error:
            raise ConfigError(f"{url!r} is not a database URL that can be used: {error}") from error

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @property
    def conninfo(self) -> str | None:
        """The URL as libpq understands it, with its password; None on SQLite."""
        if self.is_sqlite:
            return None
        url = self._engine.url.set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

    @contextmanager
    def writing(self, *, put_off: bool = False) -> Iterator[Connection]:
        """A transaction that commits when the block ends, and rolls back when it fails.

        :param put_off: do not begin until ``claim``: the block reads and calculates first, and
            guards what it writes by the revisions that it read
        """
        with (
            self._guarded(),
            ExitStack() as turn,
            self._engine.connect() as connection,
            connection.begin(),
        ):
            if self.is_sqlite:
                connection.info[_TURN] = turn
            if not put_off:
                self.claim(connection)
            yield connection

    def claim(self, connection: Connection) -> None:
        """Begin to write, where ``writing`` has put it off."""
        if self.is_sqlite:
            connection.info[_TURN].enter_context(self._turn())
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    def wait_in_line(self, connection: Connection) -> None:
        """Who has lost one race after the other comes after those who have too. Transactions that
        need many cases, as signals do, would else lock each other out again each time."""
        if not self.is_sqlite:
            connection.execute(_IN_LINE)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Threads of one process take turns at writing to SQLite. Left to itself each would look
        again after ever longer naps, of up to 100 ms, while nobody writes. Whoever waits too long
        is left to SQLite, which says that it is busy."""
        mine = self._writer.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            yield
        finally:
            if mine:
                self._writer.release()

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """For one SELECT, which needs no transaction around it."""
        with self._guarded(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self._guarded(), self._engine.connect() as connection:
            if self.is_sqlite:
                _begin(connection, "BEGIN")
            else:
                # PostgreSQL would else show each statement the state of its own moment.
                connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection
            # Not a rollback: after one the driver forgets the statements that it has prepared.
            connection.commit()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) in LOST_RACES:
                raise Conflict("Somebody else was first.", code="stale") from error
            raise Unavailable(f"The database does not answer: {error.orig}") from error
        except sqlite3.OperationalError as error:
            raise Unavailable(f"The database does not answer: {error}") from error
        except (DataError, UnicodeEncodeError) as error:
            # NUL, half a character, more digits than a column holds: whatever it is, it came in.
            text = "the input has characters or values that the database cannot keep"
            raise Invalid([Problem("text_malformed", text)]) from error
        except NotSupportedError as error:
            if self.is_sqlite:
                raise
            # A statement was prepared before a column's type was changed; new connections know.
            self._engine.dispose()
            raise Unavailable(f"The database has changed: {error.orig}") from error
        except DatabaseError as error:
            # SQLite has no kind of its own for a file that is damaged or something else.
            if type(error.orig) is not sqlite3.DatabaseError:
                raise
            raise Unavailable(f"The database cannot be read: {error.orig}") from error

    def close(self) -> None:
        self._engine.dispose()

    def backup(self, path: Path) -> None:
        """Copy an SQLite database while it is in use (its online backup), and check the copy.

        :raises Conflict: when there is a file already
        :raises Unavailable: on PostgreSQL, or when the copy is damaged
        """
        if not self.is_sqlite:
            raise Unavailable(
                "PostgreSQL is backed up with its own tools: pg_dump (docs/operations.md)",
                code="not_sqlite",
            )
        if path.exists():
            raise Conflict(f"{path} exists already", code="exists")
        path.touch(mode=0o600)
        with self.reading() as connection:
            source: Any = connection.connection.driver_connection
            connection.rollback()
            with closing(sqlite3.connect(path)) as copy:
                source.backup(copy, pages=1000)
                integrity = [row[0] for row in copy.execute("PRAGMA integrity_check")]
                strays = copy.execute("PRAGMA foreign_key_check").fetchall()
        if integrity != ["ok"] or strays:
            raise Unavailable(f"the copy {path} is damaged: {integrity[:3]} {strays[:3]}")

    # ------------------------------------------------------------ version

    def version(self) -> str | None:
        """The migration that the database is at; None for an empty one."""
        with self.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    @staticmethod
    def newest_version() -> str:
        head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        return head or ""

    def is_empty(self) -> bool:
        with self.reading() as connection:
            return not inspect(connection).get_table_names()

    def prepare(self) -> None:
        """Create the tables of an empty database, and refuse one that does not fit.

        :raises DatabaseNewer: when a newer program has written it
        :raises Unavailable: when it must be upgraded first
        """
        if self.version() is None and self.is_empty():
            self.upgrade()
        else:
            self.check_version()

    def check_version(self) -> None:
        """Whether this program may use the database as it is.

        :raises DatabaseNewer: when a newer program has written it
        :raises Unavailable: when it must be upgraded first
        """
        at, needed = self.version(), self.newest_version()
        if at == needed:
            return
        known = {s.revision for s in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
        if at is not None and at not in known:
            raise _newer(at, needed)
        raise Unavailable(
            f"The database is at version {at or 'none'}, the program needs {needed}. "
            "Run: serviceplan db upgrade",
            code="database_older",
        )

    def upgrade(self) -> None:
        """Bring the database to the newest version, in one transaction.

        :raises DatabaseNewer: when it is beyond that
        """
        at = self.version()
        config = AlembicConfig()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self.writing() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise _newer(at, self.newest_version()) from error


def _newer(at: str | None, known: str) -> DatabaseNewer:
    return DatabaseNewer(
        f"The database is at version {at}, this program knows it up to {known}: a newer "
        "Serviceplan has written it. Get that version of the program, run: make setup, "
        "and start that one. Both versions are told by: serviceplan db version"
    )


def _complete(url: str) -> str:
    """``postgresql://`` means psycopg 3 here."""
    if url.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    return url


def _connect(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return postgresql.connect(parsed, json_serializer=_json, json_deserializer=_from_json)
    if parsed.get_backend_name() != "sqlite":
        raise ArgumentError("only SQLite and PostgreSQL are supported")
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)

    # Not by a listener of "do_connect": a dialect that has one asks for others at each statement.
    def make() -> Any:
        _own_alone(parsed.database or "")
        given, named = engine.dialect.create_connect_args(parsed)
        named["timeout"] = BUSY_TIMEOUT_MS / 1000
        return engine.dialect.connect(*given, **named)

    engine = create_engine(
        parsed,
        creator=make,
        json_serializer=_json,
        json_deserializer=_from_json,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _own_alone(path: str) -> None:
    """A file that SQLite would make now is its owner's alone: there are people in it."""
    if path not in ("", ":memory:") and not Path(path).exists():
        Path(path).touch(mode=0o600)


def _json(value: Any) -> str:
    """The text of a JSON column; ``json`` knows what ``msgspec`` refuses (half characters)."""
    try:
        return _encode(value).decode()
    except (TypeError, ValueError, OverflowError):
        return json.dumps(value)


def _from_json(text: str | bytes) -> Any:
    try:
        return _decode(text)
    except msgspec.DecodeError:
        return json.loads(text)


def _begin(connection: Connection, statement: str) -> None:
    # To the driver itself: on every request's way SQLAlchemy's part of it would be the larger one,
    # and an engine that has any listener of its own asks for all of them at each statement.
    driver: Any = connection.connection.dbapi_connection
    driver.execute(statement)


def _begin_writing(connection: Connection) -> None:
    """``BEGIN IMMEDIATE`` as soon as no other process writes. Left to itself SQLite would look
    again after 1, 2, 5, 10 … 100 ms, and most transactions take about one."""
    driver: Any = connection.connection.dbapi_connection
    until = monotonic() + BUSY_TIMEOUT_MS / 1000
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() >= until:
                    raise
                sleep(NAP_SECONDS)
            else:
                return
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: see ``_begin``.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA wal_autocheckpoint = 4000")
    cursor.close()
