"""People, signing in and sessions, on a database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from engine import views
from engine.errors import Invalid, NotAuthenticated, NotFound
from engine.identity import credentials, people, sessions, sign_in_attempts
from engine.store.base import Base
from engine.store.database import Database
from engine.store.tables import PersonTable, PersonWordTable, SessionTable, SignInFailureTable

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROLES = {"saljare", "ekonomi"}
PASSWORD = "fyra gröna moroten"
LIFETIME = timedelta(hours=12)
IDLE = timedelta(hours=1)
# Hashing is slow on purpose: once is enough for these tests.
HASH = credentials.hash_password(PASSWORD)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    with database.writing() as connection:
        Base.metadata.create_all(connection)
    yield database
    database.close()


@pytest.fixture
def anna(database: Database) -> views.Person:
    return add(database, "anna")


def add(database: Database, username: str, password_hash: str = HASH, **more: Any) -> views.Person:
    values = {"name": "Anna Ek", "roles": ["saljare"], "rights": ["manager"], **more}
    with database.writing() as connection:
        return people.add(
            connection,
            username=username,
            password_hash=password_hash,
            known_roles=ROLES,
            now=NOW,
            **values,
        )


def attempt(
    database: Database, username: str, password: str, now: datetime = NOW, address: str = ""
) -> views.Person | None:
    """All steps of signing in."""
    with database.writing() as connection:
        tried = sign_in_attempts.begin(connection, username, address=address, now=now)
    with database.glancing() as connection:
        sign_in_attempts.check_alone(connection, tried, now=now)
    if not tried.succeeds(password):
        return None
    with database.writing() as connection:
        sign_in_attempts.settle(connection, tried, tried.renewed_hash(password))
    return tried.person


def opened(database: Database, person: views.Person, **more: Any) -> views.Session:
    with database.writing() as connection:
        return sessions.start(connection, person, now=NOW, lifetime=LIFETIME, **more)


def found(
    database: Database, token: str, after: timedelta = timedelta()
) -> sessions.ValidSession | None:
    with database.reading() as connection:
        return sessions.get(connection, token, now=NOW + after, idle=IDLE)


# ---------------------------------------------------------------- people


def test_a_person_is_found_by_user_name_in_any_case(database: Database) -> None:
    person = add(database, " Åsa.Ek ", name="  Åsa   Ek ")
    assert (person.username, person.name) == ("åsa.ek", "Åsa Ek")
    with database.reading() as connection:
        assert people.get(connection, "ÅSA.EK") == person
        with pytest.raises(NotFound):
            people.get(connection, "bo")


def test_a_person_has_the_words_of_both_names(database: Database) -> None:
    kim = add(database, "k-örn", name="Kim  ÅKE Örn-Ek")
    with database.reading() as connection:
        found = select(PersonWordTable.word).where(PersonWordTable.person_id == kim.id)
        words = ["ek", "k", "kim", "körn", "åke", "örn", "örnek"]
        assert sorted(connection.scalars(found)) == words


def test_a_wrong_account_names_everything_that_is_wrong(database: Database) -> None:
    with pytest.raises(Invalid) as caught:
        add(database, "two words", name=" ", roles=["chef"], rights=["root"])
    assert {p.code for p in caught.value.problems} == {
        "username_malformed",
        "required",
        "unknown_role",
        "unknown_right",
    }


def test_a_user_name_is_given_once(database: Database, anna: views.Person) -> None:
    with pytest.raises(Invalid) as caught:
        add(database, "ANNA")
    assert [p.code for p in caught.value.problems] == ["duplicate"]


def test_who_leaves_is_signed_out_and_cannot_sign_in(
    database: Database, anna: views.Person
) -> None:
    token = opened(database, anna).token
    with database.writing() as connection:
        left = people.change(
            connection, anna, active=False, roles=[], known_roles=ROLES, by="x", now=NOW
        )
    assert (left.active, left.roles, left.rights) == (False, frozenset(), {"manager"})
    assert found(database, token) is None
    assert attempt(database, "anna", PASSWORD) is None


# ---------------------------------------------------------------- signing in


def test_the_right_password_signs_in(database: Database, anna: views.Person) -> None:
    assert attempt(database, " Anna", PASSWORD) == anna
    assert attempt(database, "anna", PASSWORD + "!") is None
    assert attempt(database, "nobody", PASSWORD) is None


def test_nobody_costs_what_somebody_costs(
    database: Database, anna: views.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify: Callable[..., bool] = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str, password: str) -> bool:
        verified.append(stored.rsplit("$", 2)[0])
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for username in ("anna", "nobody"):
        attempt(database, username, "wrong")
    assert len(verified) == 2
    assert verified[0] == verified[1]


def test_an_old_hash_is_renewed_by_signing_in(database: Database) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    add(database, "bo", weak)
    assert attempt(database, "bo", PASSWORD) is not None
    with database.reading() as connection:
        assert "m=19456" in str(connection.execute(select(PersonTable.password_hash)).scalar())
    assert attempt(database, "bo", PASSWORD) is not None


def fail(database: Database, times: int, username: str = "anna", address: str = "") -> None:
    """Attempts that never get to verifying: they count as failed."""
    for _ in range(times):
        with database.writing() as connection:
            sign_in_attempts.begin(connection, username, address=address, now=NOW)


def test_many_failures_make_the_next_attempt_wait(database: Database, anna: views.Person) -> None:
    fail(database, 5)
    with pytest.raises(NotAuthenticated) as caught:
        attempt(database, "anna", PASSWORD)
    assert (caught.value.error_code, caught.value.params) == ("too_many_attempts", {"seconds": 1})
    assert attempt(database, "anna", PASSWORD, NOW + timedelta(seconds=1)) == anna
    assert attempt(database, "anna", PASSWORD, NOW + timedelta(seconds=1)) == anna


def test_the_wait_doubles_and_is_bounded(database: Database, anna: views.Person) -> None:
    waits, now = [], NOW
    for _ in range(20):
        try:
            attempt(database, "anna", "wrong", now)
        except NotAuthenticated as error:
            waits.append(error.params["seconds"])
            now += timedelta(seconds=waits[-1])
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == 120
    assert attempt(database, "anna", PASSWORD, now + timedelta(minutes=2)) == anna


def test_a_refused_attempt_does_not_prolong_the_wait(
    database: Database, anna: views.Person
) -> None:
    fail(database, 5)
    for _ in range(10):
        with pytest.raises(NotAuthenticated):
            attempt(database, "anna", PASSWORD)
    assert attempt(database, "anna", PASSWORD, NOW + timedelta(seconds=1)) == anna


def test_unknown_users_wait_too(database: Database) -> None:
    fail(database, 5, "nobody")
    with pytest.raises(NotAuthenticated, match="wait"):
        attempt(database, "NOBODY", PASSWORD)


def test_an_address_that_tries_many_accounts_waits(database: Database, anna: views.Person) -> None:
    for number in range(32):
        fail(database, 1, f"user{number}", "10.0.0.1")
    with pytest.raises(NotAuthenticated):
        attempt(database, "anna", PASSWORD, address="10.0.0.1")
    assert attempt(database, "anna", PASSWORD, address="10.0.0.2") == anna


def test_success_does_not_wear_an_address_out(database: Database, anna: views.Person) -> None:
    for _ in range(4):
        assert attempt(database, "anna", PASSWORD, address="10.0.0.1") == anna
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(SignInFailureTable)) == 0


@pytest.mark.parametrize("away", [timedelta(hours=2), -timedelta(days=365)])
def test_failures_are_forgotten_also_when_the_clock_is_set_back(
    database: Database, anna: views.Person, away: timedelta
) -> None:
    fail(database, 5)
    assert attempt(database, "anna", PASSWORD, NOW + away) == anna


# ---------------------------------------------------------------- sessions


def test_only_the_browser_has_the_token(database: Database, anna: views.Person) -> None:
    session = opened(database, anna)
    assert len(session.token) == 43
    with database.reading() as connection:
        stored = connection.execute(select(SessionTable.token_hash)).scalars().all()
    assert stored == [hashlib.sha256(session.token.encode()).hexdigest()]
    kept = found(database, session.token)
    assert kept is not None
    assert (kept.session, kept.stale) == (session, False)
    assert found(database, stored[0]) is None
    assert found(database, "x" * 10_000) is None


def test_a_session_ends_when_it_is_not_used(database: Database, anna: views.Person) -> None:
    token = opened(database, anna).token
    late = found(database, token, IDLE - timedelta(seconds=1))
    assert late is not None
    assert late.stale
    assert found(database, token, IDLE) is None
    with database.writing() as connection:
        sessions.touch(connection, token, now=NOW + timedelta(minutes=50))
    assert found(database, token, IDLE) is not None


def test_a_session_ends_in_any_case(database: Database, anna: views.Person) -> None:
    token = opened(database, anna).token
    with database.writing() as connection:
        sessions.touch(connection, token, now=NOW + LIFETIME)
    assert found(database, token, LIFETIME - timedelta(seconds=1)) is not None
    assert found(database, token, LIFETIME) is None


def test_data_is_kept_with_the_session(database: Database, anna: views.Person) -> None:
    token = opened(database, anna).token
    with database.writing() as connection:
        sessions.save(connection, token, {"språk": "sv", "n": [1, None]})
    kept = found(database, token)
    assert kept is not None
    assert kept.session.data == {"språk": "sv", "n": [1, None]}
    with database.writing() as connection, pytest.raises(Invalid):
        sessions.save(connection, token, {"x": "y" * 600_000})


def test_signing_in_again_ends_the_session_before(database: Database, anna: views.Person) -> None:
    first = opened(database, anna)
    second = opened(database, anna, replaces=first.token)
    assert first.token != second.token
    assert found(database, first.token) is None
    assert found(database, second.token) is not None


def test_a_new_password_ends_the_other_sessions(database: Database, anna: views.Person) -> None:
    mine, other = opened(database, anna).token, opened(database, anna).token
    with database.writing() as connection:
        people.set_password(
            connection,
            anna.id,
            credentials.hash_password("ett helt nytt lösenord"),
            now=NOW,
            keep_session=sessions.token_hash(mine),
        )
    assert found(database, mine) is not None
    assert found(database, other) is None
    assert attempt(database, "anna", PASSWORD) is None
    assert attempt(database, "anna", "ett helt nytt lösenord") == anna


def test_what_has_ended_is_swept_away(database: Database, anna: views.Person) -> None:
    opened(database, anna)
    fail(database, 1)
    tables = (SessionTable, SignInFailureTable)
    for after, left in ((timedelta(minutes=5), [1, 1]), (timedelta(hours=2), [0, 0])):
        with database.writing() as connection:
            sessions.sweep(connection, now=NOW + after, idle=IDLE)
            sign_in_attempts.sweep(connection, now=NOW + after)
            counts = [
                connection.execute(select(func.count()).select_from(t)).scalar() for t in tables
            ]
        assert counts == left


def test_a_session_can_be_ended(database: Database, anna: views.Person) -> None:
    token = opened(database, anna).token
    with database.writing() as connection:
        sessions.end(connection, token)
    assert found(database, token) is None
