"""Bearer tokens: made once, known again, and when they stop holding."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from engine import SYSTEM, TOKEN_SCOPES, Engine, FakeClock
from engine.errors import Conflict, Invalid, NotAllowed, NotAuthenticated, NotFound
from engine.store.database import Database
from tests.support.databases import database_of
from tests.support.desk import problems
from tests.support.ground import Keys
from tests.support.people import People

ADDRESS = "192.0.2.7"


@pytest.fixture
def engine(bare_engine: Engine) -> Engine:
    return bare_engine


def secret_of(engine: Engine, username: str, key: Keys, **more: object) -> str:
    issued = engine.tokens.add(SYSTEM, username, "test", key=key(), **more)  # type: ignore[arg-type]
    assert issued.secret is not None
    return issued.secret


def refusal(engine: Engine, secret: str) -> str:
    with pytest.raises(NotAuthenticated) as caught:
        engine.tokens.bearer(secret)
    return caught.value.error_code


def test_a_token_speaks_for_its_person_with_what_they_may_do_now(
    engine: Engine, people: People, key: Keys
) -> None:
    secret = secret_of(engine, "ekonomi", key)
    assert engine.tokens.bearer(secret).person.actor() == people["ekonomi"].actor
    engine.people.change(SYSTEM, "ekonomi", roles=["inkop"], rights=["manager"], key=key())
    actor = engine.tokens.bearer(secret).person.actor()
    assert (actor.roles, actor.rights) == ({"inkop"}, {"manager"})


def test_the_secret_stands_nowhere_in_the_database(
    engine: Engine, people: People, key: Keys
) -> None:
    secret = secret_of(engine, "ekonomi", key)
    database = Database(database_of(engine).url)
    with database.reading() as connection:
        for table in ("api_token", "receipt", "history"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
            assert secret[9:] not in repr(rows)
    database.close()


def test_the_secret_is_told_once(engine: Engine, people: People, key: Keys) -> None:
    me, one = people["ekonomi"].actor, key()
    first = engine.tokens.add(me, "ekonomi", "nightly", key=one)
    again = engine.tokens.add(me, "ekonomi", "nightly", key=one)
    assert first.secret is not None
    assert first.secret not in repr(first)
    assert again.secret is None
    assert again.token == first.token
    assert len(engine.tokens.all(me, "ekonomi")) == 1
    assert first.secret.startswith(first.token.prefix)


@pytest.mark.parametrize(
    ("name", "more", "wrong"),
    [
        ("", {}, ("required", "name")),
        ("x" * 101, {}, ("too_long", "name")),
        ("x", {"scopes": []}, ("required", "scopes")),
        ("x", {"scopes": ["read", "everything"]}, ("unknown_scope", "scopes")),
        ("x", {"expires": "soon"}, ("interval_malformed", "expires")),
        ("x", {"expires": "-P1D"}, ("interval_malformed", "expires")),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    engine: Engine, people: People, key: Keys, name: str, more: dict, wrong: tuple[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        engine.tokens.add(people["ekonomi"].actor, "ekonomi", name, key=key(), **more)
    assert problems(caught.value) == {wrong}


def test_nobody_makes_a_token_in_somebody_elses_name(
    engine: Engine, people: People, key: Keys
) -> None:
    for who in ("inkop", "administrator"):
        with pytest.raises(NotAllowed):
            engine.tokens.add(people[who].actor, "ekonomi", "x", key=key())
    with pytest.raises(NotFound):
        engine.tokens.add(SYSTEM, "nobody", "x", key=key())


def test_tokens_are_listed_for_their_owner_and_for_administrators(
    engine: Engine, people: People, key: Keys
) -> None:
    secret_of(engine, "ekonomi", key)
    secret_of(engine, "inkop", key)
    assert [t.person.username for t in engine.tokens.all(people["inkop"].actor, "inkop")] == [
        "inkop"
    ]
    assert len(engine.tokens.all(people["administrator"].actor)) == 2
    for username in ("ekonomi", None):
        with pytest.raises(NotAllowed):
            engine.tokens.all(people["inkop"].actor, username)


def test_a_revoked_token_holds_no_more_and_the_history_says_who_did_it(
    engine: Engine, people: People, key: Keys
) -> None:
    secret = secret_of(engine, "ekonomi", key)
    token_id = engine.tokens.bearer(secret).id
    with pytest.raises(NotAllowed):
        engine.tokens.revoke(people["inkop"].actor, token_id, key=key())
    engine.tokens.revoke(people["administrator"].actor, token_id, key=key())
    assert refusal(engine, secret) == "token_revoked"
    with pytest.raises(Conflict) as caught:
        engine.tokens.revoke(people["ekonomi"].actor, token_id, key=key())
    assert caught.value.error_code == "already_revoked"
    with pytest.raises(NotFound):
        engine.tokens.revoke(SYSTEM, "0" * 32, key=key())
    facts = engine.history.search(people["administrator"].actor).items
    assert [f.type for f in facts[:2]] == ["token.revoked", "token.added"]
    assert facts[0].actor_id == people["administrator"].id
    assert facts[0].detail["token"] == token_id
    assert engine.history.verify(people["manager"].actor).ok


def test_a_token_ends_when_its_time_is_over(
    engine: Engine, clock: FakeClock, people: People, key: Keys
) -> None:
    secret = secret_of(engine, "ekonomi", key, expires="P90D")
    endless = secret_of(engine, "ekonomi", key, expires=None)
    clock.advance(timedelta(days=90, seconds=-1))
    assert engine.tokens.bearer(secret).name == "test"
    clock.advance(timedelta(seconds=1))
    assert refusal(engine, secret) == "token_expired"
    clock.advance(timedelta(days=10_000))
    assert engine.tokens.bearer(endless).expires_at is None


def test_a_closed_accounts_tokens_rest_until_it_opens_again(
    engine: Engine, people: People, key: Keys
) -> None:
    secret = secret_of(engine, "ekonomi", key)
    engine.people.change(SYSTEM, "ekonomi", active=False, key=key())
    assert refusal(engine, secret) == "account_closed"
    engine.people.change(SYSTEM, "ekonomi", active=True, key=key())
    assert engine.tokens.bearer(secret).scopes == set(TOKEN_SCOPES)


@pytest.mark.parametrize("secret", ["", "sp_", "x" * 5000, "sp_é", "\x00", "\ud800"])
def test_what_is_no_token_is_unknown(engine: Engine, people: People, secret: str) -> None:
    assert refusal(engine, secret) == "token_unknown"


def test_the_last_use_is_written_down_once_a_minute(
    engine: Engine, clock: FakeClock, people: People, key: Keys
) -> None:
    secret = secret_of(engine, "ekonomi", key)
    start = clock.now()

    def last_use() -> object:
        return engine.tokens.all(people["ekonomi"].actor, "ekonomi")[0].last_used_at

    assert last_use() is None
    engine.tokens.bearer(secret)
    assert last_use() == start
    clock.advance(timedelta(seconds=59))
    engine.tokens.bearer(secret)
    assert last_use() == start
    clock.advance(timedelta(seconds=1))
    engine.tokens.bearer(secret)
    assert last_use() == start + timedelta(minutes=1)


def test_who_tries_wrong_tokens_too_often_must_wait_and_a_right_one_never_does(
    engine: Engine, clock: FakeClock, people: People, key: Keys
) -> None:
    secret = secret_of(engine, "ekonomi", key)

    def wrong() -> NotAuthenticated:
        with pytest.raises(NotAuthenticated) as caught:
            engine.tokens.bearer("sp_wrong", address=ADDRESS)
        return caught.value

    codes = [wrong().error_code for _ in range(31)]
    assert codes == ["token_unknown"] * 30 + ["too_many_attempts"]
    assert wrong().params["seconds"] == 1
    assert engine.tokens.bearer(secret, address=ADDRESS).person.username == "ekonomi"
    account = people["ekonomi"]
    assert (
        engine.sessions.check_password("ekonomi", account.password, address=ADDRESS).name
        == account.name
    )
    clock.advance(timedelta(seconds=2))
    assert wrong().error_code == "token_unknown"
