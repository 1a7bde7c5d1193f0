"""The floor: the least that any Flask application on SQLAlchemy Core does for a step.

One indexed SELECT, one UPDATE, one INSERT and a COMMIT, on the database of ours and with its
settings (SQLite: WAL, ``synchronous = FULL``), written as SQLAlchemy's own documentation writes
it. No rights, no history, no process.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
    insert,
    select,
    update,
)

METADATA = MetaData()
ITEM = Table(
    "floor_item",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
)
LOG = Table(
    "floor_log",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("item_id", String(32), nullable=False),
    Column("note", String(200), nullable=False),
    Column("at", DateTime, server_default=func.now()),
)


def connect(url: str) -> Engine:
    """SQLAlchemy's engine with our database's settings."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _settings)
    return engine


def _settings(connection: Any, _: Any) -> None:
    durable = ("journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 4000")
    for setting in (*durable, "busy_timeout = 10000"):
        connection.execute(f"PRAGMA {setting}")


def prepare(url: str, items: list[str]) -> None:
    """The floor's tables with these items, in the database at ``url``."""
    engine = connect(url)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        rows = [{"id": item, "state": "open", "revision": 0} for item in items]
        connection.execute(insert(ITEM), rows)
    engine.dispose()


def create_app(url: str) -> Flask:
    """The application on a prepared database."""
    app = Flask(__name__)
    engine = connect(url)

    @app.post("/items/<item_id>/complete")
    def complete(item_id: str) -> Response:
        note = request.get_json().get("note", "")
        with engine.begin() as connection:
            row = connection.execute(select(ITEM).where(ITEM.c.id == item_id)).one()
            connection.execute(
                update(ITEM)
                .where(ITEM.c.id == row.id, ITEM.c.revision == row.revision)
                .values(state="completed", revision=row.revision + 1)
            )
            connection.execute(insert(LOG).values(item_id=row.id, note=note))
        return jsonify(id=item_id, revision=row.revision + 1)

    return app
