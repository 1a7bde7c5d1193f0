"""What others can do with an account, and what they cannot: passwords that another has set,
invitations, rights that one gives oneself, the last administrator, API tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import (
    SYSTEM,
    Actor,
    Config,
    Conflict,
    Engine,
    FakeClock,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Person,
)
from engine.store.tables import OutboxTable
from tests.support.databases import database_of, reopened
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, start, task
from tests.support.ground import Keys

GOOD, OTHER = "fyra gröna moroten", "sju lila havregryn"


@pytest.fixture
def boss(desk: Desk) -> Actor:
    return desk.people["administrator"].actor


@pytest.fixture
def second(desk: Desk) -> Actor:
    """Another administrator."""
    made = desk.engine.people.add(
        SYSTEM, "second", "Siv Tvåa", rights=["administrator"], password=GOOD, key=desk.key()
    )
    return Actor(str(made.id), "Siv Tvåa", frozenset(), frozenset({"administrator"}))


def now(desk: Desk, username: str) -> Person:
    return desk.engine.people.named(SYSTEM, [username])[username]


def facts(desk: Desk) -> list[str]:
    return [e.type for e in desk.engine.history.search(SYSTEM).items]


# ---------------------------------------------------------------- one-time passwords


def test_a_password_that_an_administrator_sets_signs_nothing_until_it_is_changed(
    desk: Desk, boss: Actor
) -> None:
    engine, seller = desk.engine, desk.seller
    parts = (start(), task("act", sign=True), end(), chain("start", "act", "end"))
    desk.deploy(diagram("work", *parts, lanes={"saljare": ["act"]}))
    task_id = desk.task(desk.case("work"))
    token = engine.tokens.add(seller.actor, "saljare", "t", key=desk.key())
    done = engine.people.set_password(boss, "saljare", GOOD, key=desk.key())
    assert done.result["revoked"] == 1
    with pytest.raises(NotAuthenticated):
        engine.tokens.bearer(str(token.secret))
    session = engine.sessions.sign_in("saljare", GOOD)
    assert session.person.one_time_until is not None
    given = {"answers": {}, "ticks": {}}
    with pytest.raises(NotAuthenticated):
        engine.tasks.complete(seller.actor, task_id, **given, password=GOOD, key=desk.key())
    engine.people.set_password(seller.actor, "saljare", OTHER, key=desk.key())
    assert now(desk, "saljare").one_time_until is None
    engine.tasks.complete(seller.actor, task_id, **given, password=OTHER, key=desk.key())


def test_a_one_time_password_ends(desk: Desk, boss: Actor, clock: FakeClock) -> None:
    desk.engine.people.set_password(boss, "saljare", GOOD, key=desk.key())
    hours = desk.engine.config.access.one_time_password_hours
    clock.advance(timedelta(hours=hours) - timedelta(seconds=1))
    desk.engine.sessions.sign_in("saljare", GOOD)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(NotAuthenticated) as caught:
        desk.engine.sessions.sign_in("saljare", GOOD)
    assert caught.value.error_code == "password_expired"


def test_an_account_that_an_administrator_adds_has_a_one_time_password(
    desk: Desk, boss: Actor
) -> None:
    desk.engine.people.add(boss, "anna", "Anna Ek", password=GOOD, key=desk.key())
    assert now(desk, "anna").one_time_until is not None


def test_its_owner_is_told_by_mail(desk: Desk, boss: Actor, clock: FakeClock) -> None:
    desk.engine.people.change(boss, "saljare", email="s@example.com", key=desk.key())
    mail = replace(desk.engine.config.mail, enabled=True)
    with reopened(desk.engine, clock, mail=mail) as engine:
        engine.people.set_password(boss, "saljare", GOOD, key=desk.key())
        engine.people.set_password(desk.seller.actor, "saljare", OTHER, key=desk.key())
    with database_of(desk.engine).reading() as connection:
        letters = connection.execute(select(OutboxTable.target, OutboxTable.payload)).all()
    [(receiver, content)] = letters
    assert receiver == "s@example.com"
    assert desk.people["administrator"].name in content["text"]
    assert GOOD not in content["text"]


# ---------------------------------------------------------------- invitations


def test_an_invitation_works_once_and_in_time(desk: Desk, boss: Actor, clock: FakeClock) -> None:
    engine = desk.engine
    engine.people.add(boss, "anna", "Anna Ek", password=None, key=desk.key())
    with pytest.raises(NotAuthenticated):
        engine.sessions.sign_in("anna", "")
    first = engine.invitations.make(boss, "anna", key=desk.key())
    secret = str(engine.invitations.make(boss, "anna", key=desk.key()).secret)
    with pytest.raises(NotFound):
        engine.invitations.look(str(first.secret))
    assert engine.invitations.look(secret).person == now(desk, "anna")
    with pytest.raises(Invalid):
        engine.invitations.accept(secret, "annaek annaek annaek", key=desk.key())
    engine.invitations.accept(secret, GOOD, key=desk.key())
    assert engine.sessions.sign_in("anna", GOOD).person.one_time_until is None
    for old in (secret, "", "x" * 500, "guessed"):
        with pytest.raises(NotFound):
            engine.invitations.accept(old, OTHER, key=desk.key())
    late = str(engine.invitations.make(boss, "anna", key=desk.key()).secret)
    clock.advance(timedelta(hours=engine.config.access.invitation_hours))
    with pytest.raises(NotFound):
        engine.invitations.look(late)
    with pytest.raises(NotAllowed):
        engine.invitations.make(desk.seller.actor, "anna", key=desk.key())


def test_a_password_that_is_set_ends_the_invitations(desk: Desk, boss: Actor) -> None:
    secret = str(desk.engine.invitations.make(boss, "saljare", key=desk.key()).secret)
    desk.engine.people.set_password(boss, "saljare", GOOD, key=desk.key())
    with pytest.raises(NotFound):
        desk.engine.invitations.look(secret)


@pytest.fixture
def nobody(database_url: str, config: Config, clock: FakeClock) -> Iterator[Engine]:
    """An engine that nobody has an account on."""
    with closing(Engine.open(database_url, config=config, clock=clock)) as engine:
        yield engine


def test_the_first_link_makes_one_administrator(nobody: Engine, key: Keys) -> None:
    first = nobody.invitations.make_first()
    secret = str(nobody.invitations.make_first().secret)
    with pytest.raises(NotFound):
        nobody.invitations.look(str(first.secret))
    with pytest.raises(Invalid) as caught:
        nobody.invitations.accept_first(secret, "A b", "", "short", key=key())
    assert {p.field for p in caught.value.problems} == {"username", "name", "password"}
    nobody.invitations.accept_first(secret, "anna", "Anna Ek", GOOD, key=key())
    person = nobody.sessions.sign_in("anna", GOOD).person
    assert (person.rights, person.one_time_until) == (
        frozenset({"process_owner", "manager", "administrator"}),
        None,
    )
    with pytest.raises(NotFound):
        nobody.invitations.accept_first(secret, "bo", "Bo Ek", GOOD, key=key())
    with pytest.raises(Conflict):
        nobody.invitations.make_first()


def test_the_first_link_ends_in_time_and_when_somebody_was_added_otherwise(
    nobody: Engine, key: Keys, clock: FakeClock
) -> None:
    late = str(nobody.invitations.make_first().secret)
    clock.advance(timedelta(minutes=15))
    with pytest.raises(NotFound):
        nobody.invitations.accept_first(late, "anna", "Anna Ek", GOOD, key=key())
    secret = str(nobody.invitations.make_first().secret)
    nobody.people.add(SYSTEM, "bo", "Bo Ek", password=GOOD, key=key())
    with pytest.raises(NotFound):
        nobody.invitations.accept_first(secret, "anna", "Anna Ek", GOOD, key=key())


# ---------------------------------------------------------------- rights that one gives oneself


def test_what_an_administrator_gives_themselves_waits_for_another(
    desk: Desk, boss: Actor, second: Actor
) -> None:
    engine, own = desk.engine, "administrator"
    done = engine.people.change(
        boss, own, roles=["saljare"], rights=[own, "manager"], email="a@b.se", key=desk.key()
    )
    assert (now(desk, own).roles, now(desk, own).rights) == (frozenset(), frozenset({own}))
    assert now(desk, own).email == "a@b.se"
    [waiting] = engine.rights_requests.waiting(second)
    assert (waiting.id, waiting.roles, waiting.rights) == (
        done.result["request"],
        frozenset({"saljare"}),
        frozenset({"manager"}),
    )
    for actor in (boss, desk.manager.actor, desk.seller.actor):
        with pytest.raises(NotAllowed):
            engine.rights_requests.decide(actor, waiting.id, approve=True, key=desk.key())
    assert engine.rights_requests.waiting(desk.seller.actor) == ()
    engine.rights_requests.decide(second, waiting.id, approve=True, key=desk.key())
    assert now(desk, own).rights == {own, "manager"}
    assert now(desk, own).roles == {"saljare"}
    with pytest.raises(Conflict):
        engine.rights_requests.decide(second, waiting.id, approve=False, key=desk.key())
    assert {"rights.requested", "rights.approved"} <= set(facts(desk))


def test_a_refused_request_gives_nothing(desk: Desk, boss: Actor, second: Actor) -> None:
    own = "administrator"
    done = desk.engine.people.change(boss, own, rights=[own, "manager"], key=desk.key())
    request = done.result["request"]
    desk.engine.rights_requests.decide(second, request, approve=False, key=desk.key())
    assert now(desk, own).rights == {own}
    assert desk.engine.rights_requests.waiting(second) == ()


def test_alone_or_without_the_setting_nobody_is_asked(
    desk: Desk, boss: Actor, clock: FakeClock
) -> None:
    own, rights = "administrator", ["administrator", "manager"]
    desk.engine.people.change(boss, own, rights=rights, key=desk.key())
    assert now(desk, own).rights == set(rights)
    desk.engine.people.add(
        SYSTEM, "second", "Siv Tvåa", rights=[own], password=GOOD, key=desk.key()
    )
    access = replace(desk.engine.config.access, second_approver=False)
    with reopened(desk.engine, clock, access=access) as engine:
        engine.people.change(boss, own, roles=["saljare"], key=desk.key())
    assert now(desk, own).roles == {"saljare"}


@pytest.mark.parametrize("change", [{"active": False}, {"rights": []}, {"rights": ["manager"]}])
@pytest.mark.parametrize("system", [False, True])
def test_the_last_administrator_cannot_leave(
    desk: Desk, boss: Actor, second: Actor, change: dict[str, object], system: bool
) -> None:
    engine, actor = desk.engine, SYSTEM if system else boss
    engine.people.change(boss, "second", active=False, key=desk.key())
    with pytest.raises(Conflict) as caught:
        engine.people.change(actor, "administrator", key=desk.key(), **change)  # type: ignore[arg-type]
    assert caught.value.error_code == "last_administrator"
    engine.people.change(SYSTEM, "second", active=True, key=desk.key())
    engine.people.change(SYSTEM, "administrator", key=desk.key(), **change)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        engine.people.change(second, "second", force=True, key=desk.key(), **change)  # type: ignore[arg-type]
    engine.people.change(SYSTEM, "second", force=True, key=desk.key(), **change)  # type: ignore[arg-type]


# ---------------------------------------------------------------- API tokens


def test_a_token_ends_by_default_and_with_its_account(
    desk: Desk, boss: Actor, clock: FakeClock
) -> None:
    engine, seller = desk.engine, desk.seller
    made = engine.tokens.add(seller.actor, "saljare", "t", key=desk.key())
    days = timedelta(days=engine.config.access.token_days)
    assert made.token.expires_at == made.token.created_at + days
    ever = engine.tokens.add(seller.actor, "saljare", "t", expires=None, key=desk.key())
    assert ever.token.expires_at is None
    done = engine.people.change(boss, "saljare", active=False, key=desk.key())
    assert done.result["revoked"] == 2
    engine.people.change(boss, "saljare", active=True, key=desk.key())
    for each in (made, ever):
        with pytest.raises(NotAuthenticated) as caught:
            engine.tokens.bearer(str(each.secret))
        assert caught.value.error_code == "token_revoked"


@pytest.mark.parametrize("revoke", [False, True])
def test_a_change_of_ones_own_password_revokes_tokens_when_asked(desk: Desk, revoke: bool) -> None:
    engine, seller = desk.engine, desk.seller
    made = engine.tokens.add(seller.actor, "saljare", "t", key=desk.key())
    engine.people.set_password(seller.actor, "saljare", OTHER, revoke_tokens=revoke, key=desk.key())
    if revoke:
        with pytest.raises(NotAuthenticated):
            engine.tokens.bearer(str(made.secret))
    else:
        assert engine.tokens.bearer(str(made.secret)).id == made.token.id
