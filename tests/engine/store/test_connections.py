"""Connections are bounded: who finds none free waits, and is told when the wait was in vain."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from engine.errors import Unavailable
from engine.store.database import Database
from tests.support.threads import at_once, until

TWO = 2


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, connections=TWO, wait_seconds=0.2)
    yield database
    database.close()


def test_who_finds_no_connection_free_is_told_so(database: Database) -> None:
    with database.glancing(), database.glancing():
        answers = at_once([lambda: one(database) for _ in range(6)])
    assert [type(answer) for answer in answers] == [Unavailable] * 6
    assert {str(answer) for answer in answers} == {"All connections of this process are in use."}
    assert one(database) == 1


def test_more_threads_than_connections_take_turns(database_url: str) -> None:
    database = Database(database_url, connections=TWO, wait_seconds=30)
    lock, inside, most = threading.Lock(), [0], [0]

    def use() -> int:
        with database.glancing() as connection:
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            found = connection.scalar(text("SELECT 1"))
            with lock:
                inside[0] -= 1
        return int(found or 0)

    assert at_once([use] * 16) == [1] * 16
    assert 1 <= most[0] <= TWO
    database.close()


def test_who_waits_gets_the_connection_that_comes_free(database_url: str) -> None:
    database = Database(database_url, connections=1, wait_seconds=30)
    got: list[int] = []
    waiting = threading.Thread(target=lambda: got.append(one(database)))
    with database.glancing():
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        assert got == []
    until(lambda: got == [1])
    waiting.join(10)
    database.close()


def one(database: Database) -> int:
    with database.glancing() as connection:
        return int(connection.scalar(text("SELECT 1")) or 0)
