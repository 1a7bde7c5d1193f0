"""What is sent to the database while something happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread
from typing import Any

from sqlalchemy import event

from engine import Engine
from engine.records.reads import READ_LOG
from tests.support.databases import database_of

READS_OR_WRITES = ("SELECT", "INSERT", "UPDATE", "DELETE")


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []
    pool = database_of(engine)._engine

    def add(statement: str) -> None:
        # Who has read a history is written after the answer, by a thread of its own.
        if current_thread().name != READ_LOG:
            sent.append(statement)

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        add(statement)

    def trace(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(
            lambda text: add(text) if text.startswith(READS_OR_WRITES) else None
        )

    # On SQLite not everything goes through SQLAlchemy.
    listening = (
        ("checkout", trace) if database_of(engine).is_sqlite else ("before_cursor_execute", note)
    )
    event.listen(pool, *listening)
    yield sent
    event.remove(pool, *listening)
