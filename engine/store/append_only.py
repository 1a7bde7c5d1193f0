"""Rows that the database itself refuses to change or to take away, by triggers.

They stop whoever writes with the application's account: a mistake of ours, an injected statement,
a hand at the console. The owner of the tables can take them away, and ``verify`` says so. They are
lifted while the tables are upgraded, and stand again in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, inspect, text

NEVER_CHANGED: Final = (
    "history",
    "signature",
    "signature_withdrawal",
    "history_leaf",
    "history_node",
    "checkpoint",
    "checkpoint_evidence",
    "history_read",
)
"""Tables whose rows are added and nothing else."""
SIGNED: Final = ("attachment",)
"""Tables whose rows are neither changed nor taken away once their task has been signed."""
_PREFIX: Final = "serviceplan_keeps_"
_IF_SIGNED: Final = "WHEN EXISTS (SELECT 1 FROM signature WHERE task_id = OLD.task_id)"
_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION {_PREFIX}rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: rows of this table are never changed and never taken away', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$"""
_SIGNED_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION {_PREFIX}signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM signature WHERE task_id = OLD.task_id) THEN
    RAISE EXCEPTION '%: the task of this row has been signed', TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$"""  # noqa: S608 - of constants


def protect(connection: Connection) -> None:
    """Make the triggers of all tables that are there, in the caller's transaction."""
    there = _there(connection)
    make = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    for statement in make(there):
        connection.execute(text(statement))


def lift(connection: Connection) -> None:
    """Take the triggers away, as the owner of the tables may."""
    for table, name in _existing(connection):
        on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        connection.execute(text(f"DROP TRIGGER {name}{on}"))


def missing(connection: Connection) -> tuple[tuple[str, str], ...]:
    """The triggers that should be there and are not, or that are switched off: tables with their
    operations (``update``, ``delete``, ``truncate``), sorted."""
    there = {name for _, name in _existing(connection, active=True)}
    operations = ["update", "delete"]
    if connection.dialect.name != "sqlite":
        operations.append("truncate")
    wanted = [(t, o) for t in (*NEVER_CHANGED, *SIGNED) for o in operations]
    return tuple(sorted((t, o) for t, o in wanted if _name(t, o) not in there))


def _name(table: str, operation: str) -> str:
    return f"{_PREFIX}{table}_{operation}"


def _there(connection: Connection) -> frozenset[str]:
    return frozenset(inspect(connection).get_table_names())


def _sqlite(there: frozenset[str]) -> Iterator[str]:
    """In SQLite TRUNCATE is no statement, and REPLACE deletes (see ``recursive_triggers``)."""
    for operation in ("update", "delete"):
        for table in there.intersection(NEVER_CHANGED):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {_name(table, operation)} "
                f"BEFORE {operation} ON {table} BEGIN SELECT RAISE(ABORT, "
                f"'{table}: rows of this table are never changed and never taken away'); END"
            )
        for table in there.intersection(SIGNED):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {_name(table, operation)} "
                f"BEFORE {operation} ON {table} {_IF_SIGNED} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: the task of this row has been signed'); END"
            )


def _postgresql(there: frozenset[str]) -> Iterator[str]:
    yield _FUNCTION
    yield _SIGNED_FUNCTION
    for table in there.intersection((*NEVER_CHANGED, *SIGNED)):
        rows = "signed" if table in SIGNED else "rows"
        for operation in ("update", "delete", "truncate"):
            truncates = operation == "truncate"
            yield (
                f"CREATE OR REPLACE TRIGGER {_name(table, operation)} BEFORE {operation} "
                f"ON {table} FOR EACH {'STATEMENT' if truncates else 'ROW'} "
                f"EXECUTE FUNCTION {_PREFIX}{'rows' if truncates else rows}()"
            )


def _existing(connection: Connection, *, active: bool = False) -> list[tuple[str, str]]:
    """Our triggers that are there, as tables and names."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    else:
        asked = (
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema() "
            "WHERE NOT t.tgisinternal"
        )
        asked += " AND t.tgenabled IN ('O', 'A')" if active else ""
    rows = connection.execute(text(asked))
    return [(table, name) for table, name in rows if name.startswith(_PREFIX)]
