"""People who sign in at the same moment from one address: nobody waits for another one's row, and
no more guesses get through than one after the other would."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, insert, select, text

from engine import Engine
from engine.errors import NotAuthenticated
from engine.identity import credentials, sessions, sign_in_attempts
from engine.store.database import Database
from engine.store.tables import PersonTable, SessionTable, SignInFailureTable
from tests.support.databases import database_of
from tests.support.ground import START
from tests.support.people import People
from tests.support.threads import at_once

OFFICE = "10.0.0.1"
EARLIER = START - timedelta(hours=2)


@pytest.fixture
def database(bare_engine: Engine) -> Database:
    return database_of(bare_engine)


def usernames(database: Database, count: int) -> list[str]:
    with database.reading() as connection:
        some = select(PersonTable.username).order_by(PersonTable.username).limit(count)
        return list(connection.scalars(some))


def begin(connection: Connection, username: str) -> sign_in_attempts.SignInAttempt:
    return sign_in_attempts.begin(connection, username, address=OFFICE, now=START)


def failures(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.scalar(select(func.count()).select_from(SignInFailureTable)) or 0)


def old_rows(database: Database, username: str) -> None:
    """Rows that every log-in sweeps away, of log-ins before."""
    with database.writing() as connection:
        sign_in_attempts.begin(connection, username, address=OFFICE, now=EARLIER)
        person_id = connection.scalar(
            select(PersonTable.id).where(PersonTable.username == username)
        )
        connection.execute(
            insert(SessionTable).values(
                token_hash="old", person_id=person_id, created_at=EARLIER, seen_at=EARLIER,
                expires_at=EARLIER, data={},
            )
        )  # fmt: skip


Held = Callable[[Connection, str], None]


def held_after_begin(connection: Connection, username: str) -> None:
    begin(connection, username)


def held_after_settle(connection: Connection, username: str) -> None:
    sign_in_attempts.settle(
        connection, begin(connection, username), credentials.hash_password("ett nytt lösenord")
    )


def held_after_sweeps(connection: Connection, username: str) -> None:
    sessions.sweep(connection, now=START, idle=timedelta(hours=1))
    sign_in_attempts.sweep(connection, now=START)


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("hold", [held_after_begin, held_after_settle, held_after_sweeps])
@pytest.mark.parametrize("whose", [0, 1])
def test_a_log_in_does_not_wait_for_another_one(
    database: Database, people: People, hold: Held, whose: int
) -> None:
    """Of another person, and of the same one on another device."""
    names = usernames(database, 2)
    old_rows(database, names[0])
    with ExitStack() as stack:
        held = stack.enter_context(database.writing())
        hold(held, names[0])
        # It would wait for the held transaction's row without end: the server ends it instead.
        waits = "SELECT set_config('lock_timeout', '300ms', true)"
        with database.writing() as connection:
            connection.execute(text(waits))
            tried = begin(connection, names[whose])
        with database.writing() as connection:
            connection.execute(text(waits))
            sign_in_attempts.check_alone(connection, tried, now=START)
            assert tried.person is not None
            sign_in_attempts.settle(connection, tried)
            held_after_sweeps(connection, names[whose])
            sessions.start(connection, tried.person, now=START, lifetime=timedelta(hours=1))


def test_no_more_guesses_get_through_together_than_one_by_one(
    bare_engine: Engine, people: People
) -> None:
    """32 may fail before an office waits; twelve more at the same moment do not slip in."""
    database = database_of(bare_engine)
    for number in range(31):
        with database.writing() as connection:
            sign_in_attempts.begin(connection, f"guess{number}", address=OFFICE, now=START)

    def guess(number: int) -> Callable[[], object]:
        return lambda: bare_engine.sessions.sign_in(f"other{number}", "wrong", address=OFFICE)

    answers = [
        answer.error_code
        for answer in at_once([guess(number) for number in range(12)])
        if isinstance(answer, NotAuthenticated)
    ]
    assert len(answers) == 12
    assert answers.count("wrong_password") <= 1


def test_who_is_refused_beside_others_does_not_count(database: Database, people: People) -> None:
    (name,) = usernames(database, 1)
    for _ in range(4):
        with database.writing() as connection:
            begin(connection, name)
    with database.writing() as connection:
        fifth = begin(connection, name)
    with database.glancing() as connection:
        sign_in_attempts.check_alone(connection, fifth, now=START)
    counted = failures(database)
    with database.writing() as connection:
        # Somebody who has looked before the fifth was committed.
        connection.execute(
            insert(SignInFailureTable).values(
                id="beside", subject=f"pair:{name}|{OFFICE}", at=START
            )
        )
    with database.glancing() as connection, pytest.raises(NotAuthenticated, match="wait"):
        sign_in_attempts.check_alone(connection, fifth, now=START)
    with database.writing() as connection:
        sign_in_attempts.withdraw(connection, fifth)
    assert failures(database) == counted + 1 - len(fifth.rows)
