"""What workers write side by side: the second waits for the first, and neither fails."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from engine import Engine
from engine.jobs import routines
from engine.queries import analysis
from engine.store.tables import FiguresTable, RoutineTable
from tests.support.databases import database_of
from tests.support.ground import START
from tests.support.threads import until

TODAY = START.date()
BODY: dict[str, Any] = {"cases": {}, "incidents": 0, "tasks": [], "titles": {}}


def somebody_waits(engine: Engine) -> bool:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
    with database_of(engine).reading() as connection:
        return bool(connection.scalar(text(f"{asked} current_database()")))


def side_by_side(
    engine: Engine,
    first: Callable[[Connection], Any],
    second: Callable[[Connection], Any],
) -> Any:
    """What ``second`` gives, begun while ``first`` has written and not committed. On SQLite it
    waits to begin, on PostgreSQL for the row."""

    def write() -> Any:
        with database_of(engine).writing() as connection:
            return second(connection)

    with ThreadPoolExecutor(1) as pool:
        with database_of(engine).writing() as connection:
            first(connection)
            other: Future[Any] = pool.submit(write)
            if not database_of(engine).is_sqlite:
                until(lambda: somebody_waits(engine) or other.done())
        return other.result()


@pytest.mark.parametrize("known", [False, True])
def test_two_workers_count_the_figures_at_the_same_moment(bare_engine: Engine, known: bool) -> None:
    later = START + timedelta(seconds=1)
    if known:
        with database_of(bare_engine).writing() as connection:
            analysis.store(connection, {analysis.OVERVIEW: BODY}, START, 1)
    side_by_side(
        bare_engine,
        lambda connection: analysis.store(connection, {analysis.OVERVIEW: BODY}, START, 1),
        lambda connection: analysis.store(
            connection, {analysis.OVERVIEW: {**BODY, "incidents": 3}}, later, 7
        ),
    )
    with database_of(bare_engine).reading() as connection:
        (row,) = connection.execute(select(FiguresTable)).all()
    assert (row.at, row.took, row.body["incidents"]) == (later, 7, 3)


@pytest.mark.parametrize("dead", [False, True])
def test_of_two_workers_one_counts_the_figures(bare_engine: Engine, dead: bool) -> None:
    later = START + timedelta(seconds=1)

    def begin(at: datetime) -> Callable[[Connection], bool]:
        return lambda connection: analysis.begin(connection, at)

    if dead:
        with database_of(bare_engine).writing() as connection:
            assert analysis.begin(connection, START - analysis.LEASE)
    assert not side_by_side(bare_engine, begin(START), begin(later))
    assert not bare_engine.analysis.count_figures()
    with database_of(bare_engine).writing() as connection:
        analysis.store(connection, {analysis.OVERVIEW: BODY}, START - timedelta(hours=1), 0)
    assert bare_engine.analysis.count_figures()
    with database_of(bare_engine).reading() as connection:
        assert connection.scalar(select(FiguresTable.at).where(FiguresTable.name == "overview"))
        assert set(connection.scalars(select(FiguresTable.name))) == {"overview", "running"}


@pytest.mark.parametrize("known", [False, True])
def test_of_two_workers_one_does_the_routine_of_the_day(bare_engine: Engine, known: bool) -> None:
    def begin(connection: Connection) -> bool:
        return routines.begin(connection, routines.TIDY, TODAY)

    if known:
        with database_of(bare_engine).writing() as connection:
            assert routines.begin(connection, routines.TIDY, TODAY - timedelta(days=1))
    assert side_by_side(bare_engine, begin, begin) is False
    with database_of(bare_engine).reading() as connection:
        assert connection.scalar(select(func.max(RoutineTable.day))) == TODAY
