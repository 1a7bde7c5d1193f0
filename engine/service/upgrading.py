"""Upgrading a database, and the rights of the account that uses it afterwards."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from datetime import UTC
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from engine.clock import Clock, SystemClock
from engine.config import Config
from engine.errors import ConfigError
from engine.records import backfill
from engine.store import grants
from engine.store.database import Database, Upgraded
from engine.work import case_numbers

YEARS: Final = 10
"""Series of case numbers that are made ahead on PostgreSQL, this year's included: an account that
may not change tables may not begin one."""


NOTED_SINCE: Final = "0021"
"""The version of the database from which on entries note the rows that are written with them."""


def upgrade(config: Config, clock: Clock | None = None) -> tuple[str | None, str]:
    """Bring the database to what this program needs, with its owner's account, and give the
    application's account its rights; the versions before and after.

    :raises DatabaseNewer: when a newer program has written it
    :raises Unavailable: when it cannot be reached, or the account may not change its tables
    """
    stored = config.database
    with closing(Database(stored.owner_url or stored.url)) as database:
        before = database.version()
        database.upgrade(noting(clock or SystemClock()))
        after = database.newest_version()
    if stored.owner_url and stored.owner_url != stored.url:
        grant(config, account(config), clock)
    return before, after


def noting(clock: Clock) -> Upgraded:
    """What is done after an upgrade: rows of versions that noted none are noted as they stand."""

    def note(connection: Connection, steps: Collection[str]) -> None:
        if NOTED_SINCE in steps:
            backfill.note_all(connection, clock.now())

    return note


def account(config: Config) -> str:
    """The name of the application's account: the one in ``database.url``.

    :raises ConfigError: on SQLite, which has no accounts, and for a URL without a name
    """
    url = make_url(config.database.url)
    if url.get_backend_name() == "sqlite":
        raise ConfigError("SQLite has no accounts: its triggers keep the history")
    if not url.username:
        raise ConfigError("database.url names no account; name it by --role")
    return url.username


def grant(config: Config, role: str, clock: Clock | None = None) -> None:
    """Give an account the rights that the application needs, and no others.

    :raises ConfigError: on SQLite
    :raises Unavailable: when the owner's account cannot do that
    """
    account(config)
    year = (clock or SystemClock()).now().astimezone(UTC).year
    stored = config.database
    with closing(Database(stored.owner_url or stored.url)) as database:
        database.check_version()
        with database.writing() as connection:
            for each in range(year, year + YEARS):
                case_numbers.prepare(connection, each)
            grants.grant(connection, role)


def grant_statements(role: str) -> tuple[str, ...]:
    """The statements of ``grant``, for whoever runs them by hand."""
    return tuple(grants.statements(role))
