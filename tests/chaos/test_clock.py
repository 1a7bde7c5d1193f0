"""7. The clock is moved by an hour, a day or a year, forwards and back: facts stay in the order in
which they became ones, and nothing fires twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import Engine, FakeClock
from engine.store.tables import HistoryTable
from tests.support.chaos.scale import scale
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import boundary, catch, chain, diagram, end, start, task
from tests.support.people import People
from tests.support.workers import fired

CASES = scale(6, 40)
MOVES = scale(60, 2000)
JUMPS = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=365), timedelta(days=-365)]
ONCE = diagram(
    "once",
    start(),
    catch("wait", timer="PT90M"),
    task("act", sign=True),
    end(),
    chain("start", "wait", "act", "end"),
)
CYCLE = diagram(
    "cycle",
    start(),
    task("work", sign=True),
    end(),
    chain("start", "work", "end"),
    boundary("late", "work", timer="R3/PT1H", interrupting=False),
    task("remind"),
    end("end2"),
    chain("late", "remind", "end2"),
)


def test_whatever_the_clock_says_order_holds_and_nothing_fires_twice(
    bare_engine: Engine, people: People, key: Callable[[], str], clock: FakeClock
) -> None:
    desk = Desk(bare_engine, people, key)
    chance = random.Random(7)  # noqa: S311 - dice
    desk.deploy(ONCE, CYCLE)
    once = [desk.case("once") for _ in range(CASES)]
    cycles = [desk.case("cycle") for _ in range(CASES)]
    for _ in range(MOVES):
        clock.advance(chance.choice([*JUMPS, timedelta(minutes=chance.randrange(-90, 120))]))
        desk.engine.jobs.fire_due()
        case_id = chance.choice(once + cycles)
        for row in desk.open_tasks(case_id):
            if row.name == "Act" or (row.name == "Work" and chance.random() < 0.1):
                desk.complete(desk.manager, row.id)
    for _ in range(4):
        clock.advance(timedelta(days=3650))
        desk.engine.jobs.fire_due()
    for row in [row for case_id in once for row in desk.open_tasks(case_id)]:
        desk.complete(desk.manager, row.id)
    times = fired(desk.engine)
    assert {times[case_id] for case_id in once} == {1}
    for case_id in cycles:
        # Rounds that were missed count; work that is done takes the timer away.
        names = desk.names(case_id)
        assert names.count("Remind") == times[case_id]
        assert ("Work" in names) <= times[case_id] <= 3
    assert desk.engine.history.verify(desk.manager.actor).ok
    for case_id in once:
        types = desk.facts(case_id)
        assert types.index("timer.fired") < types.index("task.completed") < len(types) - 1
    _in_the_order_of_becoming(desk.engine, once + cycles)


def _in_the_order_of_becoming(engine: Engine, cases: list[str]) -> None:
    """A chain's numbers rise with its rows, whatever the times in them say."""
    with database_of(engine).reading() as connection:
        rows = connection.execute(
            select(HistoryTable.chain, HistoryTable.seq)
            .where(HistoryTable.case_id.in_(cases))
            .order_by(HistoryTable.id)
        ).all()
    last: dict[str, int] = {}
    for chain_id, seq in rows:
        assert seq == last.get(chain_id, seq - 1) + 1
        last[chain_id] = seq


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=365)])
def test_a_worker_whose_clock_is_set_back_goes_on_with_what_becomes_due(
    bare_engine: Engine, people: People, key: Callable[[], str],
    clock: FakeClock, back: timedelta,
) -> None:  # fmt: skip
    """Its jobs carry the moments of the earlier clock; the sweep finds what they miss."""
    desk = Desk(bare_engine, people, key)
    desk.deploy(ONCE)
    first = desk.case("once")
    clock.advance(-back)
    second = desk.case("once")
    clock.advance(timedelta(hours=2))
    desk.engine.jobs.worker().handlers.sweep()
    desk.engine.jobs.fire_due()
    assert fired(desk.engine)[second] == 1
    clock.advance(back)
    desk.engine.jobs.fire_due()
    assert fired(desk.engine) == {first: 1, second: 1}
