"""Databases as older versions have written them, from ``tests/chaos/databases/``."""

from __future__ import annotations

import base64
import gzip
import json
import multiprocessing
import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config as AlembicConfig
from psycopg import sql
from sqlalchemy import Engine, event

from engine import Actor
from engine.store.database import MIGRATIONS, Database
from tests.support.people import Account, People

FOLDER = Path(__file__).parents[2] / "chaos" / "databases"
VERSIONS = sorted(path.name.removesuffix(".json.gz") for path in FOLDER.glob("*.json.gz"))


def restore(url: str, version: str) -> People:
    """Fill the new database at ``url`` as that version left it; who can sign in there."""
    kept = _kept(version)
    assert kept["version"] == version
    _tables(url, version)
    if url.startswith("sqlite"):
        _fill_sqlite(url, kept["tables"])
    else:
        _fill_postgresql(url, kept["tables"])
    return People({name: _account(**known) for name, known in kept["people"].items()})


def facts(version: str) -> int:
    """How many entries the history of that version's database has."""
    return len(_kept(version)["tables"]["history"]["rows"])


def _kept(version: str) -> Any:
    return json.loads(gzip.decompress((FOLDER / f"{version}.json.gz").read_bytes()))


def _account(
    id: str, name: str, username: str, password: str, roles: list[str], rights: list[str]
) -> Account:
    return Account(Actor(id, name, frozenset(roles), frozenset(rights)), username, password)


def _tables(url: str, version: str) -> None:
    database = Database(url)
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    database.close()


def _fill_sqlite(url: str, tables: dict[str, Any]) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    for name, table in tables.items():
        columns = ", ".join(f'"{column}"' for column in table["columns"])
        places = ", ".join("?" * len(table["columns"]))
        statement = f'INSERT INTO "{name}" ({columns}) VALUES ({places})'  # noqa: S608 - kept names
        connection.executemany(statement, [list(map(_value, row)) for row in table["rows"]])
    connection.commit()
    connection.close()


def _fill_postgresql(url: str, tables: dict[str, Any]) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        # In whatever order the tables come; their times are UTC without saying so.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET TIME ZONE 'UTC'")
        for name, table in tables.items():
            statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                sql.Identifier(name),
                sql.SQL(", ").join(map(sql.Identifier, table["columns"])),
                sql.SQL(", ").join(sql.Placeholder() * len(table["columns"])),
            )
            with connection.cursor() as cursor:
                cursor.executemany(statement, [list(map(_text, row)) for row in table["rows"]])
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('history', 'id'), (SELECT max(id) FROM history))"
        )


def _value(kept: Any) -> Any:
    return base64.b64decode(kept["bytes"]) if isinstance(kept, dict) else kept


def _text(kept: Any) -> Any:
    """As text, of which PostgreSQL makes what the column holds."""
    value = _value(kept)
    return value if value is None or isinstance(value, bytes) else str(value)


# ---------------------------------------------------------------- killed amid an upgrade


def killed_upgrade(url: str, after: int) -> bool:
    """Upgrade in a process that is killed after so many statements; whether it was: False when
    the upgrade has fewer."""
    process = multiprocessing.get_context("spawn").Process(target=_upgrade, args=(url, after))
    process.start()
    process.join(120)
    code = process.exitcode
    process.close()
    assert code in (0, -signal.SIGKILL), code
    return code != 0


def _upgrade(url: str, after: int) -> None:
    left = after

    def die(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", die)
    database = Database(url)
    database.upgrade()
    database.close()
