"""``Engine``: the public methods, each one a transaction, grouped by whose need they serve."""

from __future__ import annotations

from typing import Self

from engine.clock import Clock, SystemClock
from engine.config import Config
from engine.service.cases import Cases
from engine.service.decisions import Decisions
from engine.service.definitions import Definitions
from engine.service.evidence import Evidence
from engine.service.incidents import Incidents
from engine.service.people import People
from engine.service.tasks import Tasks
from engine.service.tokens import Tokens
from engine.service.upkeep import Upkeep
from engine.store.database import Database


class Engine(Definitions, Decisions, Cases, Incidents, Tasks, Evidence, People, Tokens, Upkeep):
    """A process engine on one database. Safe to share between threads.

    Every method that writes takes the ``Actor`` who does it and an idempotency ``key``: the same
    key gives the same receipt again, and nothing is done twice.
    """

    @classmethod
    def open(
        cls,
        url: str | None = None,
        *,
        config: Config | None = None,
        clock: Clock | None = None,
        migrate: bool = False,
    ) -> Self:
        """Open the engine.

        :param url: an SQLAlchemy URL of SQLite or PostgreSQL; the configuration's when None
        :param migrate: bring an older database up to date; an empty one always is
        :raises DatabaseNewer: when a newer program has written the database
        :raises Unavailable: when it cannot be reached, or must be migrated first
        """
        config = config or Config()
        database = Database(url or config.database.url)
        try:
            if migrate:
                database.upgrade()
            database.prepare()
        except BaseException:
            database.close()
            raise
        return cls(database, config, clock or SystemClock())

    @staticmethod
    def versions(url: str) -> tuple[str | None, str]:
        """The version that a database is at (None for an empty one), and the one that this
        program needs. Changes nothing.

        :raises Unavailable: when it cannot be reached
        """
        database = Database(url)
        try:
            return database.version(), database.newest_version()
        finally:
            database.close()

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


__all__ = ["Engine"]
