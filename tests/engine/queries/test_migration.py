"""The instances of a migration, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, insert

from engine import SYSTEM, Engine
from engine.queries.migration import get
from engine.queries.paging import encode
from engine.store.tables import MigrationItemTable, MigrationTable
from tests.support.databases import database_of
from tests.support.rows import NOW, Rows, watched

STATES = ("done", "failed", "waiting", "taken_back", "done", "failed", "done")


@pytest.fixture
def connection(bare_engine: Engine) -> Iterator[Connection]:
    with database_of(bare_engine).writing() as connection:
        yield connection


def migration(rows: Rows, id: str, count: int) -> str:
    """One of so many instances, the states of which repeat."""
    definition = rows.definition(f"moved_{id}")
    values = {"id": id, "process_id": "moved", "definition_id": definition, "mapping": {}}
    values |= Counter(STATES[number % len(STATES)] for number in range(count))
    rows.connection.execute(
        insert(MigrationTable).values(at=NOW, actor_id="system", actor_name="S", **values)
    )
    for number in range(count):
        case = rows.case()
        instance = rows.instance(case, definition, id=case)
        rows.connection.execute(
            insert(MigrationItemTable).values(
                id=f"{id}{number:05}",
                migration_id=id,
                instance_id=instance,
                case_id=case,
                from_definition_id=definition,
                state=STATES[number % len(STATES)],
                reasons=[],
                notes=[],
            )
        )
    return id


@pytest.mark.parametrize("size", [1, 4, 50])
@pytest.mark.parametrize("state", [None, "failed", "done"])
def test_pages_have_each_instance_once_and_those_that_failed_first(
    connection: Connection, size: int, state: str | None
) -> None:
    migration(Rows(connection), "m", 30)
    cursor, seen = None, []
    while True:
        page = get(connection, SYSTEM, "m", state=state, cursor=cursor, limit=size)
        seen += page.items
        cursor = page.cursor
        if cursor is None:
            break
    wanted = [STATES[number % len(STATES)] for number in range(30)]
    order = sorted(range(30), key=lambda number: (wanted[number] != "failed", number))
    assert [item.state for item in seen] == [
        wanted[number] for number in order if state in (None, wanted[number])
    ]
    assert len({item.instance_id for item in seen}) == len(seen)


@pytest.mark.parametrize("rank", [-(10**9), 0, 1, 2, 10**9])
@pytest.mark.parametrize("state", [None, "failed", "waiting"])
def test_a_cursor_made_by_hand_is_a_place_like_any_other(
    connection: Connection, rank: int, state: str | None
) -> None:
    migration(Rows(connection), "m", 30)
    beyond = encode("items", rank, "m99999")
    items = get(connection, SYSTEM, "m", state=state, cursor=beyond).items
    ranks = {0 if item.state == "failed" else 1 for item in items}
    assert all(one > rank for one in ranks)


def test_a_page_far_down_costs_no_more_the_more_there_are(connection: Connection) -> None:
    rows = Rows(connection)
    work = []
    for id, count in (("few", 300), ("many", 1_500)):
        migration(rows, id, count)
        rows.as_if_large()
        place = encode("items", 1, f"{id}{count - 100:05}")
        with watched(connection) as sent:
            assert len(get(connection, SYSTEM, id, cursor=place).items) == 50
        work.append(sent.work(connection))
    assert work[1] <= 1.3 * work[0]
