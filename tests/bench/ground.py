"""The ground that is measured on: databases with a process, a worker, and many open tasks."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from engine import SYSTEM, Actor, Engine, load_config
from tests.support.databases import postgres_server
from tests.support.diagrams import chain, diagram, end, flow, gateway, start, task

PROJECT = Path(__file__).parents[2]
BUILD = PROJECT / "build" / "bench"
POSTGRES_VARIABLE = "SERVICEPLAN_BENCH_POSTGRES"
"""The URL of a PostgreSQL server on which databases of the benchmark may be made and dropped."""
CONFIG = load_config(PROJECT / "config.toml")
TASKS = 40
ROLE = "saljare"


def chain_of_tasks() -> object:
    """A process of 40 user tasks, one after the other, in a role's lane."""
    names = [f"task{n:02}" for n in range(1, TASKS + 1)]
    return diagram(
        "chain",
        start(),
        *(task(name) for name in names),
        end(),
        chain("start", *names, "end"),
        lanes={ROLE: names},
    )


def endless_loop() -> object:
    """A process that asks for one user task again and again."""
    return diagram(
        "loop",
        start(),
        gateway("again"),
        task("work"),
        gateway("done", default="done_to_again"),
        end(),
        chain("start", "again", "work", "done"),
        flow("done", "again"),
        flow("done", "end", "=enough"),
        lanes={ROLE: ["again", "work", "done"]},
        variables={"enough": "=false"},
    )


@dataclass(frozen=True)
class Ground:
    """A database, a worker who holds the role of all tasks, and a token of theirs."""

    url: str
    worker: Actor
    secret: str

    def open_tasks(self, process_id: str = "chain") -> list[str]:
        """The ids of the open tasks, asked for without the engine."""
        text = f"SELECT id FROM task WHERE state = 'open' AND process_id = '{process_id}'"
        with connect(self.url) as connection:
            return [row[0] for row in connection.execute(text).fetchall()]


def connect(url: str) -> sqlite3.Connection | psycopg.Connection[tuple[str, ...]]:
    """A plain connection of the driver."""
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"))
    return psycopg.connect(url.replace("+psycopg", ""))


def prepare(url: str, cases: int, process_id: str = "chain") -> Ground:
    """Fill the empty database at ``url``."""
    with Engine.open(url, config=CONFIG) as engine:
        engine.definitions.deploy(SYSTEM, [chain_of_tasks(), endless_loop()], key="deploy")
        person = engine.people.add(
            SYSTEM,
            "worker",
            "Worker Bee",
            roles=(ROLE,),
            password="benchmark benchmark",
            key="worker",
        )
        worker = Actor(str(person.id), "Worker Bee", frozenset({ROLE}))
        issued = engine.tokens.add(worker, "worker", "benchmark", key="token")
        for number in range(cases):
            engine.cases.start(SYSTEM, process_id=process_id, key=f"case{number}")
    return Ground(url, worker, str(issued.secret))


def sqlite_url(name: str) -> str:
    """An empty file of this name."""
    BUILD.mkdir(parents=True, exist_ok=True)
    for ending in ("", "-wal", "-shm"):
        (BUILD / f"{name}.db{ending}").unlink(missing_ok=True)
    return f"sqlite:///{BUILD / name}.db"


def snapshot(url: str, name: str) -> str:
    """A copy of an SQLite database, whoever has it open."""
    copy = sqlite_url(name)
    with connect(url) as source, connect(copy) as target:
        source.backup(target)
    return copy


def server() -> str:
    """The URL of the PostgreSQL that is measured on: a given one, or one that is started here."""
    return os.environ.get(POSTGRES_VARIABLE) or postgres_server(BUILD)


def postgresql_url(name: str) -> tuple[str, str]:
    """An empty database of this name, and what to know of its server."""
    base_url = server().replace("postgresql+psycopg", "postgresql")
    database = sql.Identifier(f"serviceplan_bench_{name}")
    with psycopg.connect(base_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
        version = connection.execute("SHOW server_version").fetchone()[0].split()[0]
        fsync = connection.execute("SHOW fsync").fetchone()[0]
    base, _, options = base_url.partition("?")
    url = f"{base.rpartition('/')[0]}/serviceplan_bench_{name}" + (f"?{options}" if options else "")
    return url.replace("postgresql:", "postgresql+psycopg:", 1), f"{version}, fsync {fsync}"


def clear() -> None:
    """Start from nothing."""
    for path in BUILD.glob("*.db*"):
        path.unlink()
    BUILD.mkdir(parents=True, exist_ok=True)


def tool(name: str) -> str | None:
    """Where a program of the system is."""
    return shutil.which(name)
