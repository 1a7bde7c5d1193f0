"""``Engine`` and its parts: each part is about one noun, each public method is one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Self

from engine.clock import Clock, SystemClock
from engine.config import Config
from engine.service import upgrading
from engine.service.analysis import Analysis
from engine.service.cases import Cases
from engine.service.checkpoint_jobs import CheckpointJobs
from engine.service.checkpoints import Checkpoints
from engine.service.customers import Customers
from engine.service.decisions import Decisions
from engine.service.definitions import Definitions
from engine.service.history import History
from engine.service.incidents import Incidents
from engine.service.instances import Instances
from engine.service.job_handlers import JobHandlers
from engine.service.jobs import Jobs
from engine.service.migration import Migrations
from engine.service.notices import Notices
from engine.service.openid import Openid
from engine.service.operations import Operations
from engine.service.passkeys import Passkeys
from engine.service.pending_forms import PendingForms
from engine.service.people import People
from engine.service.previews import Previews
from engine.service.printed import Printed
from engine.service.second_factors import SecondFactors
from engine.service.sessions import Sessions
from engine.service.signing import Signing
from engine.service.tasks import Tasks
from engine.service.timers import Timers
from engine.service.tokens import Tokens
from engine.service.transactions import Transactions
from engine.store.database import Database
from engine.views import Role


class Engine:
    """A process engine on one database. Safe to share between threads.

    Its parts are nouns: ``engine.tasks.complete(…)``, ``engine.cases.start(…)``. Every method that
    writes takes the ``Actor`` who does it and an idempotency ``key``: a repeated key returns the
    same receipt, and nothing is done twice.
    """

    def __init__(self, database: Database, config: Config, clock: Clock) -> None:
        """Use an open database; ``open`` makes an engine of a URL."""
        self.config = config
        self._transactions = transactions = Transactions(database, config, clock)
        self.definitions = Definitions(transactions)
        self.decisions = Decisions(transactions)
        self.customers = Customers(transactions)
        self.cases = Cases(transactions)
        self.instances = Instances(transactions)
        self.incidents = Incidents(transactions)
        self.people = People(transactions)
        self.pending_forms = PendingForms(transactions)
        self.sessions = Sessions(transactions)
        self.second_factors = SecondFactors(transactions)
        self.passkeys = Passkeys(transactions)
        self.openid = Openid(transactions)
        self.tokens = Tokens(transactions)
        self.tasks = Tasks(transactions, self.sessions)
        self.signing = Signing(transactions, self.tasks)
        self.notices = Notices(transactions)
        self.history = History(transactions)
        self.checkpoints = Checkpoints(transactions)
        self.printed = Printed(transactions, self.checkpoints)
        self.analysis = Analysis(transactions)
        self.migrations = Migrations(transactions)
        self.previews = Previews(transactions)
        self.operations = Operations(transactions)
        timers = Timers(transactions)
        handlers = JobHandlers(
            transactions,
            timers,
            self.migrations,
            self.previews,
            self.analysis,
            CheckpointJobs(transactions, self.checkpoints),
        )
        self.jobs = Jobs(transactions, handlers, timers)

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

        :param url: an SQLAlchemy URL of SQLite or PostgreSQL; the configuration's when None. An
            SQLite file that is not there is made, its folder is not
        :param migrate: upgrade an older database; an empty one always gets its tables
        :raises ConfigError: for a URL of anything else
        :raises DatabaseNewer: when a newer program has written the database
        :raises Unavailable: when it cannot be reached, has no folder (``no_folder``), or must be
            upgraded first
        """
        config = config or Config()
        stored = config.database
        database = Database(
            url or stored.url,
            connections=stored.connections,
            wait_seconds=stored.connection_wait_seconds,
        )
        try:
            if migrate:
                database.upgrade(upgrading.noting(clock or SystemClock()))
            database.prepare()
        except BaseException:
            database.close()
            raise
        return cls(database, config, clock or SystemClock())

    @staticmethod
    def versions(url: str) -> tuple[str | None, str]:
        """The version of a database (None for one that is empty or not there), and the version that
        this program needs. Changes nothing.

        :raises Unavailable: when it cannot be reached
        """
        database = Database(url)
        try:
            return database.version(), database.newest_version()
        finally:
            database.close()

    @staticmethod
    def upgrade(config: Config) -> tuple[str | None, str]:
        """Bring the configuration's database to what this program needs, with the account of
        ``database.owner_url`` where there is one, and give that of ``database.url`` its rights;
        the versions before (None for an empty one) and after.

        :raises DatabaseNewer: when a newer program has written it
        :raises Unavailable: when it cannot be reached, or the account may not change its tables
        """
        return upgrading.upgrade(config)

    @staticmethod
    def grants(config: Config, role: str | None = None, *, apply: bool = False) -> tuple[str, ...]:
        """The SQL statements that give an account of PostgreSQL what the application needs, and no
        right to change or remove what has happened.

        :param role: the account's name; that of ``database.url`` when None
        :param apply: run them too, with the account of ``database.owner_url``
        :raises ConfigError: on SQLite, and without a name
        """
        name = role or upgrading.account(config)
        if apply:
            upgrading.grant(config, name)
        return upgrading.grant_statements(name)

    @property
    def roles(self) -> Mapping[str, Role]:
        """The configured roles by key."""
        return self.config.roles

    def now(self) -> datetime:
        """The current time of the engine's clock, in UTC."""
        self._transactions.database.check_open()
        return self._transactions.now()

    def today(self) -> date:
        """Today's date in the configured time zone."""
        self._transactions.database.check_open()
        return self._transactions.today()

    def close(self) -> None:
        """Close the connections to the database, for good: what is under way comes to its end, and
        every method that is called from now on raises EngineClosed."""
        self._transactions.reads.close()
        self._transactions.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


__all__ = ["Engine"]
