"""Many timers that are due at once, and workers as processes that can be killed amid them."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.context import SpawnProcess
from typing import Any

from sqlalchemy import func, insert, select

from engine import SYSTEM, Engine
from engine.store.base import new_id
from engine.store.tables import CaseTable, HistoryTable, InstanceTable, OutboxTable, TimerTable
from tests.support.databases import database_of
from tests.support.diagrams import catch, chain, diagram, end, start, task

LEASE = timedelta(seconds=3)
"""Of the timers that a worker of these tests claims: a killed one's are soon another's."""


def waiting_cases(engine: Engine, count: int, *, due: datetime) -> list[str]:
    """The ids of ``count`` cases, each of which waits at a timer that is due at ``due``.

    One is started, the others are its copies: starting ten thousand would take minutes.
    """
    steps = (start(), catch("wait", timer="P1D"), task("act"), end())
    source = diagram("waiting", *steps, chain("start", "wait", "act", "end"))
    engine.definitions.deploy(SYSTEM, [source], key="waiting")
    first = engine.cases.start(SYSTEM, process_id="waiting", key=new_id()).id
    assert first is not None
    with database_of(engine).writing() as connection:
        rows = {
            table: connection.execute(
                select(table).where((table.id if table is CaseTable else table.case_id) == first)
            ).one()
            for table in (CaseTable, InstanceTable, TimerTable)
        }
        ids = [first] + [new_id() for _ in range(count - 1)]
        connection.execute(
            TimerTable.__table__.update().where(TimerTable.case_id == first).values(due_at=due)
        )
        _copies(connection, rows, ids[1:], due)
    return ids


def _copies(connection: Any, rows: Any, ids: list[str], due: datetime) -> None:
    for table, row in rows.items():
        known = row._asdict()
        copies = []
        for number, case_id in enumerate(ids):
            own: dict[str, Any] = {"id": case_id}
            if table is CaseTable:
                own["number"] = f"copy-{number}"
            else:
                own["case_id"] = case_id
            if table is TimerTable:
                own |= {"id": new_id(), "instance_id": case_id, "due_at": due}
            copies.append({**known, **own})
        for first in range(0, len(copies), 1000):
            connection.execute(insert(table), copies[first : first + 1000])


def left(engine: Engine) -> int:
    """How many timers have not fired."""
    with database_of(engine).reading() as connection:
        return int(connection.scalar(select(func.count()).select_from(TimerTable)) or 0)


def fired(engine: Engine) -> Counter[str]:
    """How often a timer of each case has fired, as the history tells it."""
    with database_of(engine).reading() as connection:
        facts = connection.scalars(
            select(HistoryTable.case_id).where(HistoryTable.type == "timer.fired")
        )
        return Counter(str(case_id) for case_id in facts)


# ---------------------------------------------------------------- workers


def work(url: str, lease: timedelta = LEASE) -> None:
    """What a worker's process does until it is killed."""
    from engine.runtime import timers

    timers.LEASE = lease
    with Engine.open(url) as engine:
        engine.jobs.worker(sweep_seconds=0.5).run()


def begin(url: str, lease: timedelta = LEASE) -> SpawnProcess:
    """A worker's process."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=work, args=(url, lease), daemon=True)
    process.start()
    return process


@contextmanager
def workers(url: str, count: int, *, lease: timedelta = LEASE) -> Iterator[list[SpawnProcess]]:
    """Processes that do jobs; killed at the end."""
    running = [begin(url, lease) for _ in range(count)]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.join(30)
            process.close()


def kill_at_random(
    url: str,
    engine: Engine,
    *,
    count: int,
    kills: int,
    chance: random.Random,
    patience: float = 120.0,
) -> int:
    """Let ``count`` workers fire all timers while one after the other is killed with SIGKILL and
    replaced. Returns how many were killed before all was done.

    :raises AssertionError: when timers are left after ``patience`` seconds
    """
    killed = 0
    total = left(engine)
    deadline = time.monotonic() + patience
    with workers(url, count) as running:
        while (rest := left(engine)) > 0:
            assert time.monotonic() < deadline, f"{rest} timers did not fire"
            # As the work goes on, so do the kills: spread over all of it.
            if killed < kills and rest < total - total * killed // (kills + 1):
                chosen = chance.randrange(len(running))
                running[chosen].kill()
                running[chosen].join(30)
                running[chosen].close()
                running[chosen] = begin(url)
                killed += 1
            time.sleep(0.02)
    return killed


def now() -> datetime:
    """The machine's time: the workers are processes of their own and have no other clock."""
    return datetime.now(UTC)


def work_off(engine: Engine) -> None:
    """Sweep, and do all jobs that the rows give reason for."""
    handlers = engine.jobs.worker().handlers
    handlers.sweep()
    with database_of(engine).reading() as connection:
        wanted = handlers.overdue(connection, engine.now() + timedelta(seconds=5))
    for job in wanted:
        handlers.by_kind[job.kind](job.payload)
    for row in outbox_rows(engine):
        handlers.by_kind["outbox"]({"id": row.id})


def outbox_rows(engine: Engine) -> list[Any]:
    with database_of(engine).reading() as connection:
        return list(
            connection.execute(select(OutboxTable).order_by(OutboxTable.created_at, OutboxTable.id))
        )
