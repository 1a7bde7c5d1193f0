"""Fixtures for every folder: a clock that stands still, a database of one's own, an engine on it.

What takes long (migrating, hashing passwords, deploying the plan) is done once for each kind of
database; a test gets a copy.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.databases import (
    Databases,
    PostgresDatabases,
    SqliteDatabases,
    database_of,
    postgres_server,
)
from tests.support.files import PROJECT
from tests.support.ground import START, Keys

if TYPE_CHECKING:
    # At run time the engine is imported by the fixtures that open one: a test of one small part
    # needs neither the time nor the rest of it.
    from engine import Config, Engine, FakeClock
    from tests.support.people import People


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The settings of the sources. The checkpoints of all databases are signed with one key, so
    that no database of PostgreSQL leaves one in the working folder."""
    from dataclasses import replace

    from engine import load_config

    settings = load_config(PROJECT / "config.toml")
    key_file = str(tmp_path_factory.mktemp("key") / "checkpoint-key")
    return replace(settings, checkpoints=replace(settings.checkpoints, key_file=key_file))


@pytest.fixture
def clock() -> FakeClock:
    from engine import FakeClock

    return FakeClock(START)


@pytest.fixture
def key() -> Keys:
    """Gives a new idempotency key at each call."""
    return lambda: uuid.uuid4().hex


# ---------------------------------------------------------------- databases

VERIFY_VARIABLE = "SERVICEPLAN_TEST_VERIFY"
"""Set, it has each test's database verified at the end; tests that edit rows by hand fail then."""


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def _postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresDatabases]:
    base = tmp_path_factory.getbasetemp()
    # Under xdist all processes share one server: the folder above their own ones is the run's.
    shared = base.parent if base.name.startswith("popen-") else base
    databases = PostgresDatabases(postgres_server(shared))
    yield databases
    databases.drop_all()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``: a test that needs a database runs on both, unless its folder's
    conftest chooses one."""
    return str(request.param)


@pytest.fixture
def databases(database_kind: str, request: pytest.FixtureRequest) -> Databases:
    found: Databases = request.getfixturevalue(f"_{database_kind}")
    return found


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A new, empty database."""
    url = databases.fresh()
    yield url
    databases.drop(url)


# ---------------------------------------------------------------- engines

Template = tuple[str, "People"]
Prepare = Callable[[Databases, bool], Template]


@pytest.fixture(scope="session")
def _template(config: Config) -> Prepare:
    from engine import SYSTEM, Engine, FakeClock
    from tests.support.people import add_people
    from tests.support.plan import plan_sources

    @cache
    def prepare(databases: Databases, with_plan: bool) -> Template:
        url = databases.fresh()
        engine = Engine.open(url, config=config, clock=FakeClock(START))
        try:
            people = add_people(engine, config)
            if with_plan:
                engine.definitions.deploy(SYSTEM, plan_sources(), key="plan")
        finally:
            engine.close()
        return url, people

    return prepare


@pytest.fixture
def _bare(databases: Databases, _template: Prepare) -> Template:
    return _template(databases, False)


@pytest.fixture
def _with_plan(databases: Databases, _template: Prepare) -> Template:
    return _template(databases, True)


@pytest.fixture
def people(request: pytest.FixtureRequest) -> People:
    """The accounts of the engine that the test uses, by role key and by right."""
    with_plan = "bare_engine" not in request.fixturenames
    template: Template = request.getfixturevalue("_with_plan" if with_plan else "_bare")
    return template[1]


@pytest.fixture
def engine(
    databases: Databases, _with_plan: Template, config: Config, clock: FakeClock
) -> Iterator[Engine]:
    """An engine with the plan deployed and people in every role."""
    yield from _open(databases, _with_plan[0], config, clock)


@pytest.fixture
def bare_engine(
    databases: Databases, _bare: Template, config: Config, clock: FakeClock
) -> Iterator[Engine]:
    """An engine with people in every role and no diagram."""
    yield from _open(databases, _bare[0], config, clock)


def _open(
    databases: Databases, template: str, config: Config, clock: FakeClock
) -> Iterator[Engine]:
    from engine import Engine
    from engine.records.verification import verify

    url = databases.copy(template)
    engine = Engine.open(url, config=config, clock=clock)
    yield engine
    if os.environ.get(VERIFY_VARIABLE):
        # Whatever the test has written, the history vouches for: no way of writing is forgotten.
        with database_of(engine).reading() as connection:
            assert [fault.problem for fault in verify(connection).faults] == []
    engine.close()
    databases.drop(url)


@pytest.fixture(scope="session")
def lived_in(
    tmp_path_factory: pytest.TempPathFactory, config: Config
) -> Iterator[tuple[Engine, People]]:
    """A company in which much has happened, and its people by user name. For tests that read."""
    from tests.support.lived import lived, opened

    url = f"sqlite:///{tmp_path_factory.mktemp('lived') / 'lived.db'}"
    people = lived(url, config)
    engine = opened(url, config)
    yield engine, people
    engine.close()


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's root."""
    return PROJECT


@pytest.fixture(autouse=True)
def no_security_log_is_left() -> Iterator[None]:
    """A command or a server that a test has run sends the security log to its own standard error,
    which is closed when the next test logs something."""
    yield
    log = logging.getLogger("serviceplan.security")
    log.handlers.clear()
    log.propagate = True
    log.setLevel(logging.NOTSET)
