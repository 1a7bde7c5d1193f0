"""Updates that PostgreSQL makes on the row's own page, without a word to any index (HOT)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import inspect, text

from engine.store.base import Base
from engine.store.tables import STORED
from tests.support.databases import database_of, renew
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, flow, gateway, start, task
from tests.support.threads import until

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True),
]
CASES = 120
CHOSEN = range(0, CASES, 6)
"""One case of each page or two: the first update of a page is the one that needs its free room."""
TEXT = "Golvvård och fönster " * 33
"""What a case has to remember, so that its instance takes a kilobyte."""


def again_and_again() -> Any:
    steps = (
        start(),
        gateway("again"),
        task("work"),
        gateway("done", default="done_to_again"),
        end(),
    )
    return diagram(
        "rounds",
        *steps,
        chain("start", "again", "work", "done"),
        flow("done", "again"),
        flow("done", "end", "=enough"),
        lanes={"saljare": ["again", "work", "done"]},
        variables={"enough": "=false", "about": f'="{TEXT}"'},
    )


def running(desk: Desk) -> list[str]:
    """The ids of cases that ask for one task again and again, on pages as full as they get."""
    desk.deploy(again_and_again())
    ids = [desk.case("rounds") for _ in range(CASES)]
    with database_of(desk.engine).glancing() as connection:
        connection.exec_driver_sql("VACUUM FULL instance")
        connection.exec_driver_sql("VACUUM FULL task")
    return ids


def open_task(desk: Desk, case_id: str) -> str:
    asked = text("SELECT id FROM task WHERE state = 'open' AND case_id = :case_id")
    with database_of(desk.engine).glancing() as connection:
        return str(connection.scalar(asked, {"case_id": case_id}))


def updates(desk: Desk, table: str) -> tuple[int, int]:
    """How many rows of a table have been updated, and how many of them in place."""
    asked = text("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = :name")
    with database_of(desk.engine).glancing() as connection:
        row = connection.execute(asked, {"name": table}).one()
    return row[0], row[1]


def counted(desk: Desk, table: str, work: Callable[[], None]) -> float:
    """The share of in-place updates in ``work``. A connection tells the server its counts when it
    ends."""
    renew(database_of(desk.engine))
    # Each case has had the same updates until now.
    until(lambda: updates(desk, table)[0] % CASES == 0)
    before = updates(desk, table)
    work()
    renew(database_of(desk.engine))
    until(lambda: updates(desk, table)[0] >= before[0] + len(CHOSEN))
    after = updates(desk, table)
    return (after[1] - before[1]) / (after[0] - before[0])


def test_the_migrated_tables_are_stored_as_their_definitions_say(bare_desk: Desk) -> None:
    asked = "SELECT relname, reloptions FROM pg_class WHERE relkind = 'r' AND reloptions <> '{}'"
    with database_of(bare_desk.engine).glancing() as connection:
        found = {
            name: {key: float(value) for key, value in (each.split("=") for each in options)}
            for name, options in connection.execute(text(asked))
            if not name.startswith("procrastinate")
        }
    assert found == {name: dict(parameters) for name, parameters in STORED.items()}
    assert {n: t.info["stored"] for n, t in Base.metadata.tables.items() if t.info} == found


def test_what_changes_at_every_step_stands_in_no_index_of_instances(bare_desk: Desk) -> None:
    with database_of(bare_desk.engine).glancing() as connection:
        indexes = inspect(connection).get_indexes("instance")
    indexed = {column for index in indexes for column in index["column_names"]}
    assert indexed == {"case_id", "parent_id", "definition_id"}


def test_completions_update_their_instances_in_place(bare_desk: Desk) -> None:
    cases = running(bare_desk)
    tasks = [open_task(bare_desk, cases[number]) for number in CHOSEN]

    def complete() -> None:
        for task_id in tasks:
            bare_desk.engine.tasks.complete(
                bare_desk.seller.actor, task_id, answers={}, ticks={}, key=bare_desk.key()
            )

    assert counted(bare_desk, "instance", complete) >= 0.9


def test_drafts_are_saved_in_place(bare_desk: Desk) -> None:
    cases = running(bare_desk)
    tasks = [open_task(bare_desk, cases[number]) for number in CHOSEN]

    def save() -> None:
        for task_id in tasks:
            bare_desk.engine.tasks.save_draft(
                bare_desk.seller.actor,
                task_id,
                answers={},
                ticks={},
                note="Ett utkast",
                key=bare_desk.key(),
            )

    assert counted(bare_desk, "task", save) >= 0.9
