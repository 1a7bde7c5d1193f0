"""Cases are numbered by the year; on PostgreSQL no start waits for another one's commit."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, insert, text

from engine import SYSTEM, Engine, FakeClock, Invalid
from engine.store.tables import CaseTable
from engine.work import case_numbers
from tests.support.databases import database_of
from tests.support.desk import Desk


def number_of(engine: Engine, case_id: str) -> str:
    return engine.cases.get(SYSTEM, case_id).row.number


def test_numbers_rise_one_by_one_and_begin_anew_each_year(desk: Desk, clock: FakeClock) -> None:
    engine, year = desk.engine, engine_year(desk.engine)
    first = [number_of(engine, desk.case()) for _ in range(3)]
    assert first == [f"{year}-{n:04d}" for n in (1, 2, 3)]
    clock.set(datetime(year + 1, 2, 1, 9, tzinfo=UTC))
    assert number_of(engine, desk.case()) == f"{year + 1}-0001"


def engine_year(engine: Engine) -> int:
    return engine.now().year


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_two_starts_that_are_not_committed_have_different_numbers_at_once(desk: Desk) -> None:
    """SQLite has one writer at a time, whatever the numbers come from."""
    database = database_of(desk.engine)
    desk.case()
    year = engine_year(desk.engine)
    with database.writing() as one:
        mine = case_numbers.take(one, year)
        got: list[str] = []

        def other() -> None:
            with database.writing() as connection:
                got.append(case_numbers.take(connection, year))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=5)
        assert not thread.is_alive()
    assert [mine, *got] == [f"{year}-0002", f"{year}-0003"]


def test_many_first_starts_of_a_year_at_once_have_a_number_each(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: desk.case(), range(24)))
    numbers = sorted(number_of(desk.engine, case_id) for case_id in ids)
    year = engine_year(desk.engine)
    assert len(set(numbers)) == 24
    assert numbers[-1] >= f"{year}-0024"


def test_the_series_goes_on_behind_the_numbers_that_are_there(connection: Connection) -> None:
    """As in a database whose sequence was not brought along, or of an earlier version."""
    year = 2031
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO counter (name, value) VALUES ('case-2031', 10041)"))
    else:
        for number in ("2031-0007", "2031-10041", "2030-20000", "2031-egen"):
            connection.execute(
                insert(CaseTable).values(
                    id=number,
                    number=number,
                    title=number,
                    state="running",
                    process_id="p",
                    people={},
                    started_by="x",
                    started_at=datetime(year, 1, 1, tzinfo=UTC),
                )
            )
    assert case_numbers.take(connection, year) == "2031-10042"
    assert case_numbers.take(connection, year) == "2031-10043"


def test_a_start_that_fails_takes_no_number_that_another_has(desk: Desk) -> None:
    first = number_of(desk.engine, desk.case())
    with pytest.raises(Invalid):
        desk.case(people={"nobody-is-this": "x"})
    assert number_of(desk.engine, desk.case()) > first
