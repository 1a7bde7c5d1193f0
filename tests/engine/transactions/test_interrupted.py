"""A PostgreSQL that breaks off the one statement of a completion: the answer says so, nothing is
done by halves, and whoever asks again with the same key has it done once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from engine import Receipt
from engine.errors import Invalid, Unavailable
from tests.support.databases import database_of, renew
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.threads import at_once


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


@pytest.fixture
def opened(bare_desk: Desk) -> tuple[str, str]:
    """A case and its open task."""
    steps = (start(), task("one", form=field("said"), sign=True), task("two"), end())
    bare_desk.deploy(diagram("work", *steps, chain("start", "one", "two", "end")))
    case_id = bare_desk.case("work")
    return case_id, bare_desk.task(case_id)


def beside(desk: Desk) -> psycopg.Connection[Any]:
    """Another session of the database."""
    conninfo = database_of(desk.engine).conninfo
    assert conninfo is not None
    return psycopg.connect(conninfo, autocommit=True)


@contextmanager
def held(desk: Desk, case_id: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else holds the case."""
    with beside(desk) as other, other.transaction():
        other.execute("SELECT 1 FROM process_case WHERE id = %s FOR UPDATE", [case_id])
        yield other


def waiting(desk: Desk) -> tuple[int, str]:
    """The process of the database that waits for a lock, and what it is at."""
    asked = "SELECT pid, query FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with beside(desk) as other:
        for _ in range(100):
            row = other.execute(f"{asked} AND datname = current_database()").fetchone()
            if row is not None:
                return row
            time.sleep(0.05)
    raise AssertionError("nobody waits")


def completing(desk: Desk, task_id: str) -> Callable[[], Receipt]:
    return lambda: desk.complete(desk.manager, task_id, {"said": "ja"}, key="one-key")


def done_once(desk: Desk, case_id: str, complete: Callable[[], Receipt]) -> None:
    """It is done by asking again, and by then only once."""
    assert desk.names(case_id) == ["One"]
    assert complete() == complete()
    assert desk.names(case_id) == ["Two"]
    assert desk.facts(case_id).count("task.completed") == 1
    assert desk.engine.history.verify(desk.manager.actor).ok


def test_a_connection_that_is_ended_amid_the_statement(
    bare_desk: Desk, opened: tuple[str, str]
) -> None:
    desk, (case_id, task_id) = bare_desk, opened
    complete, results = completing(desk, task_id), list[Any]()
    thread = threading.Thread(target=lambda: results.extend(at_once([complete])))
    with held(desk, case_id):
        thread.start()
        pid, statement = waiting(desk)
        assert statement.startswith("WITH ")
        with beside(desk) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        thread.join(timeout=30)
    assert [type(result) for result in results] == [Unavailable]
    done_once(desk, case_id, complete)


@pytest.mark.parametrize("setting", ["statement_timeout", "lock_timeout"])
def test_a_statement_that_waits_too_long(
    bare_desk: Desk, opened: tuple[str, str], setting: str
) -> None:
    desk, (case_id, task_id) = bare_desk, opened
    complete = completing(desk, task_id)
    with beside(desk) as other:
        other.execute(f"ALTER DATABASE {other.info.dbname} SET {setting} = '300ms'")
    renew(database_of(desk.engine))
    with held(desk, case_id), pytest.raises(Unavailable):
        complete()
    done_once(desk, case_id, complete)


def test_a_deadlock_is_nobodys_error(bare_desk: Desk, opened: tuple[str, str]) -> None:
    desk, (case_id, task_id) = bare_desk, opened
    results = list[Any]()
    work = completing(desk, task_id)
    thread = threading.Thread(target=lambda: results.extend(at_once([work])))
    with beside(desk) as other, other.transaction():
        # Whoever looks for the deadlock first gives way: not this one.
        other.execute("SET LOCAL deadlock_timeout = '60s'")
        other.execute("UPDATE instance SET depth = depth WHERE id = %s", [case_id])
        thread.start()
        waiting(desk)
        other.execute("SELECT 1 FROM process_case WHERE id = %s FOR UPDATE", [case_id])
    thread.join(timeout=30)
    assert [type(result) for result in results] == [Receipt]
    assert desk.names(case_id) == ["Two"]


@pytest.mark.parametrize("note", ["a\0b", "a\ud800b"])
def test_characters_that_no_database_keeps_are_the_callers(
    bare_desk: Desk, opened: tuple[str, str], note: str
) -> None:
    desk, (case_id, task_id) = bare_desk, opened
    with pytest.raises(Invalid):
        desk.complete(desk.manager, task_id, {"said": "ja"}, note=note)
    done_once(desk, case_id, completing(desk, task_id))


# ---------------------------------------------------------------- prepared statements


def prepared(desk: Desk) -> int:
    """How many statements the only connection has prepared."""
    count = text("SELECT count(*) FROM pg_prepared_statements")
    with database_of(desk.engine).glancing() as connection:
        return int(connection.scalar(count) or 0)


def test_reading_keeps_the_statements_that_are_prepared(
    bare_desk: Desk, opened: tuple[str, str]
) -> None:
    before = prepared(bare_desk)
    for _ in range(8):
        bare_desk.engine.cases.get(bare_desk.manager.actor, opened[0])
    assert prepared(bare_desk) > before


def test_a_column_whose_type_has_changed_is_noticed_once(
    bare_desk: Desk, opened: tuple[str, str]
) -> None:
    desk, (case_id, task_id) = bare_desk, opened
    for _ in range(8):
        desk.engine.tasks.save_draft(
            desk.manager.actor, task_id, answers={}, ticks={}, note="snart", key=desk.key()
        )
    with beside(desk) as other:
        other.execute("ALTER TABLE task ALTER COLUMN element_id TYPE text")
    with pytest.raises(Unavailable):
        desk.complete(desk.manager, task_id, {"said": "ja"}, password=None, key="one-key")
    done_once(desk, case_id, completing(desk, task_id))
