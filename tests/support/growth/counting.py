"""What an answer costs, in numbers that are the same on every machine and each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, event

from engine import Engine
from tests.support.databases import database_of

STEP: Final = 10
"""Instructions of SQLite's machine that are counted at a time."""
SMALL: Final = 1_000
"""Rows of a table that may be read whole: reading so few is quicker than any index."""


@dataclass
class Costs:
    """Of one answer: statements that are sent, rows that come back, work of the database
    (instructions of SQLite's machine, rows that PostgreSQL looks at), bytes of the answer."""

    statements: int = 0
    rows: int = 0
    work: int = 0
    length: int = 0
    whole: list[str] = field(default_factory=list)
    """The large tables that PostgreSQL reads whole, each with the statement."""


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
        if self._costs is not None:
            self._costs.work += STEP
        return 0

    def _sent(self, text: str) -> None:
        if self._costs is not None:
            self._costs.statements += 1

    def _row(self, _cursor: Any, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if self._costs is not None:
            self._costs.rows += 1
        return row


class PostgresqlCounter:
    """Counts what the connections of an engine on PostgreSQL do, and keeps the statements."""

    def __init__(self, engine: Engine) -> None:
        self._costs: Costs | None = None
        self._sent: list[tuple[str, Any]] = []
        self._pool = database_of(engine)._engine
        event.listen(self._pool, "after_cursor_execute", self._done)

    @contextmanager
    def counting(self) -> Iterator[Costs]:
        """What is done meanwhile; how, the statements are asked one by one afterwards."""
        self._costs, self._sent = Costs(), []
        yield self._costs
        costs, self._costs = self._costs, None
        with self._pool.connect() as connection:
            for text, parameters in self._sent:
                if text.lstrip().startswith(("SELECT", "WITH")):
                    self._explain(connection, text, parameters, costs)

    def _done(self, _conn: Any, cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        if self._costs is not None:
            self._costs.statements += 1
            self._costs.rows += max(0, cursor.rowcount)
            self._sent.append((text, parameters))

    def _explain(self, connection: Connection, text: str, parameters: Any, costs: Costs) -> None:
        explained = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {text}"
        [found] = connection.exec_driver_sql(explained, parameters).scalar_one()
        for scan in _scans(found["Plan"]):
            read = _read(scan)
            costs.work += read
            if scan["Node Type"] == "Seq Scan" and read > SMALL:
                costs.whole.append(f"{scan['Relation Name']}: {text}")


def _scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in plan.get("Plans", ()):
        yield from _scans(part)
    if "Scan" in plan["Node Type"]:
        yield plan


def _read(scan: dict[str, Any]) -> int:
    removed = scan.get("Rows Removed by Filter", 0) + scan.get("Rows Removed by Index Recheck", 0)
    return int((scan["Actual Rows"] + removed) * scan["Actual Loops"])


def counter(engine: Engine) -> SqliteCounter | PostgresqlCounter:
    """The one for the engine's database."""
    kind = SqliteCounter if database_of(engine).is_sqlite else PostgresqlCounter
    return kind(engine)
