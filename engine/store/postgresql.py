"""Connections to PostgreSQL that do not wait for a server that says nothing.

A server that is gone refuses and is noticed at once. One that hangs, or is behind a cable that was
pulled, is silent: each request would wait until the operating system gives up, many minutes later.
So a statement that takes long asks, by a connection beside it, whether anybody is there at all.
docs/decisions/0016 has what libpq's own limits and the pool's pre-ping do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, Final, TypeVar

import psycopg
from psycopg.errors import ConnectionTimeout
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError

from engine.errors import Unavailable

CONNECT_SECONDS: Final = 1.2
"""In which a new connection must be there. Who asks is to be told within two seconds."""
DOUBT_SECONDS: Final = 0.7
"""After so long a statement asks whether the server is there,"""
PROOF_SECONDS: Final = 0.9
"""waits so long for any word of it,"""
AGAIN_SECONDS: Final = 5.0
"""and asks again after so long: statements may take their time, or wait for a lock."""
IDLE_SECONDS: Final = 1.0
"""After so long in the pool a connection is tried before it is used. One that was in use a moment
ago need not be: what a restart of the server breaks then is answered with 503, once."""
NETWORK: Final = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""libpq's settings (https://www.postgresql.org/docs/current/libpq-connect.html): a statement that
is under way when the network breaks fails after some ten seconds."""
SETTINGS: Final = {"options": "-c jit=off"}
"""PostgreSQL would compile a statement that it takes for a long one, which here costs more than the
statement: pages look at a bounded number of rows, and the planner cannot know that. A database URL
with ``options`` of its own has its way."""

_PLACE: Final = ("host", "hostaddr", "port", "password")
"""What tells libpq where a connection has led to, of several places that there may be."""
Steps = Generator[Any, Any, Any]
"""The driver's: yields what it waits for, is sent what is ready: nothing, every tenth of a
second."""
Made = TypeVar("Made", bound=psycopg.Connection[Any])


class Silent(psycopg.OperationalError):
    """The server says nothing."""


class Watched(psycopg.Connection[Any]):
    """A connection that notices when its server has fallen silent."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """What ``gen`` returns. The driver calls this for whatever it asks the server.

        :raises Silent: when the server says nothing, neither here nor to a new connection
        """
        return super().wait(self._watch(gen), interval, timeout)

    def _watch(self, gen: Steps) -> Steps:
        doubt = monotonic() + DOUBT_SECONDS
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and monotonic() >= doubt:
                    self._prove()
                    doubt = monotonic() + AGAIN_SECONDS
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value

    def _prove(self) -> None:
        """:raises Silent: when the server does not even refuse"""
        place = {name: getattr(self.info, name) for name in _PLACE}
        ask = partial(psycopg.connect, self.info.dsn, **{**place, **NETWORK})
        try:
            _made_within(PROOF_SECONDS, ask).close()
        except ConnectionTimeout as error:
            self.close()
            raise Silent("the database has fallen silent") from error
        except psycopg.Error:
            # Refused is an answer too.
            return


def _made_within(seconds: float, make: Callable[[], Made]) -> Made:
    """The connection that ``make`` makes. The driver's own limit is two seconds at least, which is
    too late, so it is made in a thread; one that comes later is closed.

    :raises ConnectionTimeout: when it is not there after so many seconds
    """
    thread = ThreadPoolExecutor(1, "connect")
    making = thread.submit(make)
    thread.shutdown(wait=False)
    try:
        return making.result(seconds)
    except TimeoutError as error:
        making.add_done_callback(_close)
        raise ConnectionTimeout(f"nobody has answered for {seconds} s") from error


def _close(made: Future[Any]) -> None:
    with suppress(psycopg.Error):
        made.result().close()


def connect(url: URL, **options: Any) -> Engine:
    """SQLAlchemy's engine on a server. Its statements have ``$1``, ``$2`` … for their values, as
    the server has them: the driver would else look for their places in the text, each time anew
    when they are many."""

    # Not by a listener of "do_connect": a dialect that has one asks for others at each statement.
    def make() -> Watched:
        given, named = engine.dialect.create_connect_args(url)
        named = {**SETTINGS, **named, **NETWORK, "cursor_factory": psycopg.RawCursor}
        open_one = partial(Watched.connect, *given, **named, autocommit=True)
        # Of several hosts each has the driver's time: the next one may answer.
        several = "," in f"{named.get('host')}{named.get('hostaddr')}"
        connection = open_one() if several else _made_within(CONNECT_SECONDS, open_one)
        connection.server_cursor_factory = psycopg.RawServerCursor
        return connection

    engine = create_engine(
        url,
        creator=make,
        pool_reset_on_return=None,
        paramstyle="numeric_dollar",
        use_native_hstore=False,
        **options,
    )
    event.listen(engine, "reset", _reset)
    event.listen(engine, "checkin", _returned)
    event.listen(engine, "checkout", partial(_try_idle, engine.dialect))
    return engine


def _reset(connection: Any, _record: Any, _state: Any) -> None:
    """Roll back what a connection that comes back to the pool has left open: mostly nothing, and
    then the driver is not asked."""
    if connection.pgconn.transaction_status != TransactionStatus.IDLE:
        connection.rollback()


def _returned(_connection: Any, record: Any) -> None:
    record.info["returned"] = monotonic()


def _try_idle(dialect: Any, connection: Any, record: Any, _proxy: Any) -> None:
    """:raises DisconnectionError: when nobody is there any more; the pool then connects anew
    :raises Unavailable: when the server is silent, as it would be to a new connection too
    """
    if monotonic() - record.info.get("returned", monotonic()) < IDLE_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except Silent as error:
        raise Unavailable(f"The database does not answer: {error}") from error
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError("the connection is dead") from error
