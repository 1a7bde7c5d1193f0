"""The CSV of the history is whole: to the oldest fact, for every search, in constant memory, and
with what pages cut in full."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text

from engine import SYSTEM, Engine, NotFound
from engine.queries import history as page_queries
from engine.queries import history_export
from engine.store.tables import HistoryTable
from tests.support.databases import database_of
from tests.support.desk import a_customer
from tests.support.people import People
from tests.support.tampering import as_owner
from tests.support.visitor import SignedIn, Visitor


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


@pytest.fixture
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps so short that every export of a test needs several."""
    monkeypatch.setattr(history_export, "LOOKED_AT", 7)
    monkeypatch.setattr(history_export, "READ", 5)


def rows_of(visitor: Visitor, query: str = "") -> list[list[str]]:
    data = visitor.open(f"/history/export.csv?{query}").data
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))[1:]


def copies(engine: Engine, count: int) -> None:
    """Write the first fact of a case ``count`` times more, each a millisecond older."""
    with database_of(engine).writing() as connection:
        first = connection.execute(
            select(*HistoryTable.__table__.c).where(HistoryTable.case_id.is_not(None)).limit(1)
        ).one()
        last = connection.scalar(select(func.max(HistoryTable.seq))) or 0
        base = {**first._mapping}
        del base["id"]
        for begin in range(0, count, 5_000):
            connection.execute(
                insert(HistoryTable),
                [
                    {
                        **base,
                        "seq": last + 1 + number,
                        "at": base["at"] - timedelta(milliseconds=number),
                        "hash": f"{number:064x}",
                    }
                    for number in range(begin, min(begin + 5_000, count))
                ],
            )


@pytest.mark.usefixtures("short_steps")
@pytest.mark.parametrize("query", ["", "type=case.started", "person=manager", "case=2026-0001"])
def test_each_fact_is_in_the_file_once_in_the_order_of_the_pages(
    manager: Visitor, engine: Engine, case_id: str, query: str
) -> None:
    copies(engine, 60)
    named = dict([query.split("=")] if query else [])
    if "case" in named:
        named["case_id"] = named.pop("case")
    cursor, expected = None, []
    while True:
        page = engine.history.search(SYSTEM, **named, cursor=cursor, limit=20)
        expected += [entry.hash for entry in page.items]
        cursor = page.next
        if cursor is None:
            break
    rows = rows_of(manager, query)
    assert len(rows) > 60
    assert [row[-1] for row in rows] == expected


@pytest.mark.usefixtures("short_steps")
def test_a_search_is_whole_beyond_the_latest_cases_and_facts(
    manager: Visitor, engine: Engine, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queries, "LATEST_CASES", 2)
    monkeypatch.setattr(page_queries, "LATEST_FACTS", 1)
    customer = a_customer(engine)
    started = [
        engine.cases.start(
            people["manager"].actor, customer_id=customer, title="Vinterväg", key=uuid4().hex
        )
        for _ in range(5)
    ]
    rows = rows_of(manager, "q=vinterv%C3%A4g&type=case.started")
    assert {row[5] for row in rows} == {receipt.result["number"] for receipt in started}
    page = manager.open("/history/?q=vinterv%C3%A4g")
    assert "CSV-filen söker i allt" in page.text


@pytest.mark.usefixtures("short_steps")
def test_the_file_has_only_what_the_reader_may_see(
    signed_in: SignedIn, engine: Engine, people: People, case_id: str
) -> None:
    copies(engine, 30)
    administrator = people["administrator"]
    assert not [row for row in rows_of(signed_in(administrator)) if row[5] == "2026-0001"]
    with pytest.raises(NotFound):
        list(engine.history.export(administrator.actor, case_id=case_id))


def test_the_file_has_long_values_of_decisions_and_long_plans_in_full(
    manager: Visitor, engine: Engine, case_id: str
) -> None:
    long = "Motivering " * 100
    rows: list[dict[str, Any]] = [{"name": f"Rad {n}", "due": "2026-03-09"} for n in range(9)]
    details = {
        "decision.evaluated": {"inputs": {"skäl": long}, "outputs": {"svar": long[::-1]}},
        "plan.changed": {"rows": rows},
    }
    copies(engine, len(details))
    with as_owner(database_of(engine)) as connection:
        for number, (type, detail) in enumerate(details.items()):
            changed = {"type": type, "detail": json.dumps(detail), "hash": f"{number:064x}"}
            connection.execute(
                text("UPDATE history SET type = :type, detail = :detail WHERE hash = :hash"),
                changed,
            )
    decided = rows_of(manager, "type=decision.evaluated")[0][4]
    assert long in decided
    assert long[::-1] in decided
    assert "Rad 8: 2026-03-09" in rows_of(manager, "type=plan.changed")[0][4]
    page = manager.open("/history/?type=decision.evaluated").text
    assert long not in page
    assert "…" in page


def test_the_file_takes_no_more_memory_when_it_is_longer(engine: Engine, case_id: str) -> None:
    def most_of(count: int) -> int:
        copies(engine, count)
        tracemalloc.start()
        try:
            read = sum(len(entries) for entries in engine.history.export(SYSTEM))
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert read >= count
        return most

    short = most_of(1_500)
    assert most_of(6_000) < 1.5 * short


def test_nothing_more_is_read_when_the_reader_leaves(
    manager: Visitor, engine: Engine, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies(engine, 3_000)
    steps = 0
    real = history_export.step

    def counted(*given: Any) -> Any:
        nonlocal steps
        steps += 1
        return real(*given)

    monkeypatch.setattr(history_export, "step", counted)
    answer = manager.client.get("/history/export.csv", buffered=False)
    chunks: Iterator[bytes] = iter(answer.response)  # type: ignore[arg-type]
    next(chunks), next(chunks)
    answer.close()
    assert steps <= 2


@pytest.mark.parametrize(
    "detail",
    [
        {"a": 1, "b": [True, None, "x"], "c": {"d": "2026-03-02"}},
        {"a": 1.0, "b": 1.25, "c": 10**20, "d": -3},
        {"a": {"@number": "1.10"}, "b": {"@date": "2026-03-02"}},
        {"a": 123456789012345, "b": "3e5", "c": "1.5"},
    ],
)
def test_details_are_shown_as_feel_has_them(detail: dict[str, Any]) -> None:
    from engine.feel import from_json, plain

    shown = page_queries._detail(json.dumps(detail))
    assert json.dumps(shown) == json.dumps(plain(from_json(detail)))
