"""One database: its connections, its transactions and its version.

The drivers begin no transactions by themselves: a transaction begins here, or each statement is
one. SQLite runs in WAL mode with foreign keys on, and a writing transaction begins with
``BEGIN IMMEDIATE``, so that two writers wait for each other instead of failing at the commit.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
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
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.config.shown import shown_url
from engine.errors import (
    ConfigError,
    Conflict,
    EngineClosed,
    Invalid,
    Problem,
    Unavailable,
)
from engine.store import append_only, noting, postgresql, refusals, sqlite_file

MIGRATIONS = Path(__file__).parent / "migrations"
"""The folder of Alembic's migrations."""
CONNECTIONS: Final = 15
"""Connections of one process to its database: its eight threads', and those of its jobs."""
CONNECTION_WAIT_SECONDS: Final = 10.0
"""Seconds in which a connection must come free: as long as SQLite's writers wait for each other."""
NAP_SECONDS: Final = 0.0005
"""Seconds between two tries to begin to write to SQLite: most transactions take about twice
that."""
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode
_TURN: Final = "turn"
"""The key in a connection's ``info`` of the stack that gives the turn to write back."""
_IN_LINE: Final = select(func.pg_advisory_xact_lock(func.hashtextextended("line", 0)))
Upgraded = Callable[[Connection, Collection[str]], None]
"""What is done with the tables after an upgrade, in its transaction."""
LOST_RACES = ("40001", "40P01")
"""PostgreSQL's SQLSTATEs for a transaction that was rolled back in favour of another one
(serialization failure and deadlock): trying again helps."""


class Database:
    """The connections to one database."""

    def __init__(
        self,
        url: str,
        *,
        connections: int = CONNECTIONS,
        wait_seconds: float = CONNECTION_WAIT_SECONDS,
    ) -> None:
        """
        :param connections: so many are open at the same time at most; they stay open, since a new
            one costs more than most transactions
        :param wait_seconds: for a free one
        :raises ConfigError: when ``url`` is not a URL of SQLite or PostgreSQL
        :raises Unavailable: when an SQLite file cannot be where it says
        """
        self.url = _complete(url)
        self._writer = Lock()
        self._closed = False
        try:
            self._engine = _connect(
                self.url,
                pool_size=connections,
                max_overflow=0,
                pool_timeout=wait_seconds,
                # The one that was used last knows most: its prepared statements, its pages.
                pool_use_lifo=True,
            )
        except (ArgumentError, ModuleNotFoundError) as error:
            # The error quotes the URL, and the URL has a password.
            raise ConfigError(
                f"{shown_url(url)!r} is not a database URL that can be used "
                f"({type(error).__name__})"
            ) from None
        self._engine._connection_cls = noting.NotingConnection

    @property
    def is_sqlite(self) -> bool:
        """True for SQLite, False for PostgreSQL."""
        return self._engine.dialect.name == "sqlite"

    @property
    def conninfo(self) -> str | None:
        """The URL for libpq, with the password; None on SQLite."""
        if self.is_sqlite:
            return None
        url = self._engine.url.set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

    @contextmanager
    def writing(self, *, put_off: bool = False) -> Iterator[Connection]:
        """A transaction that commits when the block ends, and rolls back when it fails.

        :param put_off: do not begin before ``claim`` is called: the block reads and calculates
            first, and guards its writes by the revisions that it has read
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
        """Begin the transaction of ``writing(put_off=True)``."""
        if self.is_sqlite:
            connection.info[_TURN].enter_context(self._turn())
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    def wait_in_line(self, connection: Connection) -> None:
        """Wait for all other transactions that have called this. For those that have lost several
        races: transactions that need many cases, as signals do, would else go on locking each other
        out. Does nothing on SQLite, which has one writer at a time."""
        if not self.is_sqlite:
            connection.execute(_IN_LINE)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let the threads of this process write to SQLite in turn. SQLite's own waiting sleeps ever
        longer, up to 100 ms, also when nobody writes any more. A thread that waits too long for its
        turn goes on without it and gets SQLite's error that the database is busy."""
        mine = self._writer.acquire(timeout=sqlite_file.BUSY_TIMEOUT_MS / 1000)
        try:
            yield
        finally:
            if mine:
                self._writer.release()

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """A connection for a single SELECT, which needs no transaction."""
        with self._guarded(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self._guarded(), self._engine.connect() as connection:
            if self.is_sqlite:
                _begin(connection, "BEGIN")
            else:
                # Else PostgreSQL shows each statement the state at its own time.
                connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection
            # Not a rollback: the driver forgets its prepared statements after one.
            connection.commit()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        self.check_open()
        try:
            yield
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) in LOST_RACES:
                raise Conflict("Somebody else was first.", code="stale") from error
            raise Unavailable(f"The database does not answer: {error.orig}") from error
        except PoolTimeout as error:
            raise Unavailable("All connections of this process are in use.") from error
        except sqlite3.OperationalError as error:
            raise Unavailable(f"The database does not answer: {error}") from error
        except (DataError, UnicodeEncodeError) as error:
            # NUL, half a character, more digits than a column has: it came from the input.
            text = "the input has characters or values that the database cannot keep"
            raise Invalid([Problem("text_malformed", text)]) from error
        except NotSupportedError as error:
            if self.is_sqlite:
                raise
            # A column's type was changed after a statement was prepared; new connections know it.
            self._engine.dispose()
            raise Unavailable(f"The database has changed: {error.orig}") from error
        except DatabaseError as error:
            # SQLite raises the base class for a file that is damaged or no database.
            if type(error.orig) is not sqlite3.DatabaseError:
                raise
            raise Unavailable(f"The database cannot be read: {error.orig}") from error

    def check_open(self) -> None:
        """:raises EngineClosed: after ``close``"""
        if self._closed:
            raise EngineClosed

    def close(self) -> None:
        """Close all connections, for good; transactions under way come to their end."""
        self._closed = True
        self._engine.dispose()

    def backup(self, path: Path) -> None:
        """Copy an SQLite database while it is in use (its online backup), and check the copy.

        It is one copy in one read transaction, which other writers neither disturb nor wait for.

        :raises Conflict: when there is a file already
        :raises Unavailable: on PostgreSQL, or when the copy is damaged
        """
        if not self.is_sqlite:
            raise Unavailable(
                "PostgreSQL is backed up with its own tools: pg_dump (docs/operations.md)",
                code="not_sqlite",
            )
        with self.reading() as connection:
            source: Any = connection.connection.driver_connection
            connection.rollback()
            sqlite_file.copy(source, path)

    # ------------------------------------------------------------ version

    def version(self) -> str | None:
        """The revision of Alembic that the database is at; None for an empty one, and for an SQLite
        file that is not there, which is not made."""
        if self.is_sqlite and sqlite_file.is_missing(self._engine.url.database):
            return None
        with self.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    @staticmethod
    def newest_version() -> str:
        """The revision of Alembic that this program needs."""
        head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        return head or ""

    def is_empty(self) -> bool:
        """Whether the database has no tables at all."""
        with self.reading() as connection:
            return not inspect(connection).get_table_names()

    def prepare(self) -> None:
        """Create the tables of an empty database; check the version of any other.

        :raises DatabaseNewer: when a newer program has written it
        :raises Unavailable: when it must be upgraded first
        """
        if self.version() is None and self.is_empty():
            self.upgrade()
        else:
            self.check_version()

    def check_version(self) -> None:
        """Check that this program may use the database as it is.

        :raises DatabaseNewer: when a newer program has written it
        :raises Unavailable: when it must be upgraded first
        """
        at, needed = self.version(), self.newest_version()
        if at == needed:
            return
        known = {s.revision for s in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
        if at is not None and at not in known:
            raise refusals.newer(at, needed)
        raise Unavailable(
            f"The database is at version {at or 'none'}, the program needs {needed}. "
            "Run: serviceplan db upgrade",
            code="database_older",
        )

    def upgrade(self, then: Upgraded | None = None) -> None:
        """Bring the database to the newest version, in one transaction.

        :param then: is done at the end of the upgrade of a database that was not empty, and told
            the versions that it went through
        :raises DatabaseNewer: when it is beyond that
        """
        at = self.version()
        config = AlembicConfig()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self.writing() as connection:
            config.attributes["connection"] = connection
            append_only.lift(connection)
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise refusals.newer(at, self.newest_version()) from error
            except ProgrammingError as error:
                raise refusals.no_owner(error) from error
            if then is not None and at is not None:
                steps = ScriptDirectory(str(MIGRATIONS)).iterate_revisions("head", at)
                then(connection, {each.revision for each in steps})
            append_only.protect(connection)


def _complete(url: str) -> str:
    """A URL with a driver: ``postgresql://`` stands for psycopg 3."""
    if url.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    return url


def _connect(url: str, **pool: Any) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return postgresql.connect(
            parsed, json_serializer=_json, json_deserializer=_from_json, **pool
        )
    if parsed.get_backend_name() != "sqlite":
        raise ArgumentError("only SQLite and PostgreSQL are supported")
    if sqlite_file.is_missing(parsed.database):
        sqlite_file.check_folder(Path(str(parsed.database)))

    # Not by a listener of "do_connect": with one, SQLAlchemy looks for listeners at each statement.
    def make() -> Any:
        sqlite_file.own_alone(parsed.database)
        given, named = engine.dialect.create_connect_args(parsed)
        named["timeout"] = sqlite_file.BUSY_TIMEOUT_MS / 1000
        return engine.dialect.connect(*given, **named)

    engine = create_engine(
        parsed,
        creator=make,
        json_serializer=_json,
        json_deserializer=_from_json,
        # Without a file each thread has a database of its own.
        **(pool if parsed.database else {}),
    )
    event.listen(engine, "connect", sqlite_file.prepare)
    return engine


def _json(value: Any) -> str:
    """The text of a JSON column. ``json`` writes what ``msgspec`` refuses (lone surrogates)."""
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
    # Given to the driver itself: SQLAlchemy would spend more time on it than SQLite, in every
    # request; and an engine with any listener looks for listeners at each statement.
    driver: Any = connection.connection.dbapi_connection
    driver.execute(statement)


def _begin_writing(connection: Connection) -> None:
    """``BEGIN IMMEDIATE`` as soon as no other process writes, tried every ``NAP_SECONDS``. SQLite's
    own waiting tries again after 1, 2, 5, 10 … 100 ms, but most transactions take about 1 ms."""
    driver: Any = connection.connection.dbapi_connection
    until = monotonic() + sqlite_file.BUSY_TIMEOUT_MS / 1000
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
        driver.execute(f"PRAGMA busy_timeout = {sqlite_file.BUSY_TIMEOUT_MS}")
