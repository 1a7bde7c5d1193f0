"""What an answer costs, in numbers that are the same on every machine and each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import current_thread
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, event

from engine import Engine
from engine.records.reads import READ_LOG
from tests.support.databases import database_of
from tests.support.rows import Rows

STEP: Final = 10
"""Instructions of SQLite's machine that are counted at a time."""
SMALL: Final = 500
"""Rows of a table that may be read whole: reading so few is quicker than any index."""


A = TypeVar("A")
Statements = dict[str, Any]
"""Statements with their parameters."""


@dataclass
class Costs:
    """Of one answer: statements that are sent, rows that come back, instructions of SQLite's
    machine, bytes of the answer."""

    statements: int = 0
    rows: int = 0
    work: int = 0
    length: int = 0


class SqliteCounter:
    """Counts what the connections of an engine on SQLite do."""

    def __init__(self, engine: Engine) -> None:
        self._costs: Costs | None = None
        self._pool = database_of(engine)._engine
        event.listen(self._pool, "checkout", self._watch)

    @contextmanager
    def counting(self) -> Iterator[Costs]:
        """What is done meanwhile."""
        self._costs = Costs()
        yield self._costs
        self._costs = None

    def _watch(self, raw: Any, *_: Any) -> None:
        raw.set_progress_handler(self._step, STEP)
        raw.set_trace_callback(self._sent)
        raw.row_factory = self._row

    def _step(self) -> int:
        if (costs := self._counted()) is not None:
            costs.work += STEP
        return 0

    def _sent(self, text: str) -> None:
        if (costs := self._counted()) is not None:
            costs.statements += 1

    def _row(self, _cursor: Any, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if (costs := self._counted()) is not None:
            costs.rows += 1
        return row

    def _counted(self) -> Costs | None:
        # Who has read a history is written after the answer, by a thread of its own.
        return None if current_thread().name == READ_LOG else self._costs


class PostgresqlPlans:
    """How an engine on PostgreSQL finds what it is asked for, when its tables are large."""

    def __init__(self, engine: Engine) -> None:
        self._sent: Statements = {}
        self._pool = database_of(engine)._engine
        event.listen(self._pool, "after_cursor_execute", self._done)

    def sent(self) -> Statements:
        """The statements since the last call."""
        sent, self._sent = self._sent, {}
        return sent

    def whole(self, asked: Mapping[A, Statements]) -> dict[A, list[str]]:
        """The tables that what was asked reads from the first row to the last, each with the
        statement."""
        with self._pool.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            Rows(connection).as_if_large()
            large = _large(connection)
            found = {
                one: [x for each in sent.items() for x in _read_whole(connection, large, *each)]
                for one, sent in asked.items()
            }
            connection.exec_driver_sql("ROLLBACK")
        return found

    def _done(self, _conn: Any, _cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        if text.lstrip().startswith(("SELECT", "WITH")):
            self._sent[text] = parameters


def _large(connection: Connection) -> frozenset[str]:
    """The tables that are more than small, as the planner takes them to be."""
    statement = "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > 1000 * "
    return frozenset(connection.exec_driver_sql(f"{statement}{SMALL}").scalars())


def _read_whole(
    connection: Connection, large: frozenset[str], text: str, parameters: Any
) -> Iterator[str]:
    explained = f"EXPLAIN (FORMAT JSON) {text}"
    [plan] = connection.exec_driver_sql(explained, parameters).scalar_one()
    for scan in _scans(plan["Plan"]):
        if scan["Node Type"] == "Seq Scan" and scan["Relation Name"] in large:
            yield f"{scan['Relation Name']}: {text}"


def _scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in plan.get("Plans", ()):
        yield from _scans(part)
    if "Scan" in plan["Node Type"]:
        yield plan
