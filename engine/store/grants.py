"""What the application's own account of a PostgreSQL server may do, where the tables belong to
another one.

The owner upgrades the tables (``serviceplan db upgrade``); the account that serves pages and does
jobs reads and writes rows, and can neither change nor remove what has happened, nor the triggers
that say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, inspect, text

from engine.store.append_only import NEVER_CHANGED

ADDED_ONLY: Final = (
    *NEVER_CHANGED,
    "deployment",
    "resource",
    "definition",
    "decision_model",
    "decision",
)
"""Tables to which the application adds rows and that it never changes."""
READ_ONLY: Final = ("alembic_version",)
"""Tables that only an upgrade writes."""
NEVER_DELETED: Final = ("person", "customer", "process_case")
"""Tables whose rows are changed, and never taken away: histories refer to them. (A task that a
migration has opened goes with it when that is taken back.)"""


def statements(role: str, schema: str = "public") -> Iterator[str]:
    """The statements that the tables' owner runs, in their order. They may be run again."""
    to, of = _quoted(role), _quoted(schema)
    yield f"REVOKE CREATE ON SCHEMA {of} FROM PUBLIC"
    yield f"REVOKE ALL ON SCHEMA {of} FROM {to}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {of} FROM {to}"
    yield f"GRANT USAGE ON SCHEMA {of} TO {to}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {of} TO {to}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {of} TO {to}"
    yield f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {of} TO {to}"
    for table in ADDED_ONLY:
        yield f"REVOKE UPDATE, DELETE ON {of}.{table} FROM {to}"
    for table in NEVER_DELETED:
        yield f"REVOKE DELETE ON {of}.{table} FROM {to}"
    for table in READ_ONLY:
        yield f"REVOKE INSERT, UPDATE, DELETE ON {of}.{table} FROM {to}"


def grant(connection: Connection, role: str) -> None:
    """Give the account its rights, in the caller's transaction."""
    schema = inspect(connection).default_schema_name or "public"
    for statement in statements(role, schema):
        connection.execute(text(statement.replace(":", "\\:")))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
