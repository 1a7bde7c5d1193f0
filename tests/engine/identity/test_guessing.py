"""Guessing passwords: it is slowed where it comes from, and keeps nobody else out, neither from
logging in nor from signing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine import Engine, FakeClock
from engine.errors import NotAuthenticated
from engine.identity import sign_in_attempts
from engine.identity.attempt_budgets import network_of
from engine.store.tables import KnownOriginTable, SignInFailureTable
from tests.support.databases import database_of
from tests.support.people import People

ATTACKER = "203.0.113.7"
OFFICE = "198.51.100.1"
DEVICE = "the token of a browser of its owner"
PACE = timedelta(milliseconds=400)


def guess(engine: Engine, username: str, address: str, device: str = "") -> str:
    with pytest.raises(NotAuthenticated) as caught:
        engine.sessions.sign_in(username, "not the password", address=address, device=device)
    return caught.value.error_code


def addresses(count: int, prefix: str = "2001:db8:1:2") -> Iterator[str]:
    """Addresses of one IPv6 /64."""
    return (f"{prefix}:{number:x}::{number + 1:x}" for number in range(1, count + 1))


def test_guessing_at_an_account_does_not_keep_its_owner_from_logging_in_or_signing(
    bare_engine: Engine, clock: FakeClock, people: People
) -> None:
    owner = people["saljare"]
    for _ in range(60):
        guess(bare_engine, owner.username, ATTACKER)
        clock.advance(PACE)
    assert bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE)
    assert bare_engine.sessions.check_password(owner.username, owner.password, signed_in=True)


def test_guessing_from_the_same_office_does_not_keep_out_the_device_of_the_owner(
    bare_engine: Engine, clock: FakeClock, people: People
) -> None:
    owner = people["saljare"]
    bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE, device=DEVICE)
    for _ in range(50):
        guess(bare_engine, owner.username, OFFICE)
        clock.advance(PACE)
    assert guess(bare_engine, owner.username, OFFICE) == "too_many_attempts"
    assert bare_engine.sessions.sign_in(
        owner.username, owner.password, address=OFFICE, device=DEVICE
    )


def test_a_device_is_known_to_the_accounts_that_have_logged_in_on_it_only(
    bare_engine: Engine, people: People
) -> None:
    owner, other = people["saljare"], people["ekonomi"]
    bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE, device=DEVICE)
    codes = [guess(bare_engine, other.username, ATTACKER, DEVICE) for _ in range(7)]
    assert codes == ["wrong_password"] * 5 + ["too_many_attempts"] * 2
    assert guess(bare_engine, other.username, ATTACKER) == "too_many_attempts"


def test_guesses_on_a_known_device_are_slowed_too(bare_engine: Engine, people: People) -> None:
    owner = people["saljare"]
    bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE, device=DEVICE)
    codes = [guess(bare_engine, owner.username, ATTACKER, DEVICE) for _ in range(7)]
    assert codes == ["wrong_password"] * 5 + ["too_many_attempts"] * 2


def test_thirty_wrong_names_do_not_shut_out_an_office(bare_engine: Engine, people: People) -> None:
    for number in range(30):
        assert guess(bare_engine, f"nobody{number}", OFFICE) == "wrong_password"
    owner = people["saljare"]
    assert bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE)


def test_who_has_logged_in_from_an_office_is_never_shut_out_by_wrong_names(
    bare_engine: Engine, people: People
) -> None:
    owner = people["saljare"]
    bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE)
    codes = [guess(bare_engine, f"nobody{number}", OFFICE) for number in range(60)]
    assert codes.count("too_many_attempts") > 20
    assert bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE)


def test_another_address_of_the_same_64_is_the_same_network(
    bare_engine: Engine, people: People
) -> None:
    owner = people["saljare"]
    codes = [guess(bare_engine, owner.username, address) for address in addresses(39)]
    assert codes == ["wrong_password"] * 5 + ["too_many_attempts"] * 34
    elsewhere = next(addresses(1, "2001:db8:1:3"))
    assert bare_engine.sessions.sign_in(owner.username, owner.password, address=elsewhere)


def test_many_names_from_one_64_are_slowed(bare_engine: Engine, people: People) -> None:
    codes = [guess(bare_engine, f"name{n}", a) for n, a in enumerate(addresses(66))]
    assert codes == ["wrong_password"] * 32 + ["too_many_attempts"] * 34


def test_guessing_at_one_account_from_many_networks_is_slowed_but_not_for_its_owner(
    bare_engine: Engine, people: People
) -> None:
    owner = people["saljare"]
    bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE, device=DEVICE)
    codes = [guess(bare_engine, owner.username, f"10.1.{n // 250}.{n % 250}") for n in range(140)]
    assert codes == ["wrong_password"] * 100 + ["too_many_attempts"] * 40
    for more in ({"address": OFFICE}, {"address": "192.0.2.9", "device": DEVICE}):
        assert bare_engine.sessions.sign_in(owner.username, owner.password, **more)


def test_the_ceiling_of_an_account_is_over_an_hour_later(
    bare_engine: Engine, clock: FakeClock, people: People
) -> None:
    owner = people["saljare"]
    for number in range(101):
        guess(bare_engine, owner.username, f"10.1.0.{number}")
    clock.advance(timedelta(minutes=61))
    assert bare_engine.sessions.sign_in(owner.username, owner.password, address="10.2.0.1")


def test_wrong_signing_passwords_are_slowed_and_leave_the_log_in_alone(
    bare_engine: Engine, clock: FakeClock, people: People
) -> None:
    owner = people["saljare"]

    def sign(password: str) -> str:
        try:
            bare_engine.sessions.check_password(owner.username, password, signed_in=True)
        except NotAuthenticated as error:
            return error.error_code
        return "signed"

    assert [sign("wrong") for _ in range(6)] == ["wrong_password"] * 5 + ["too_many_attempts"]
    assert bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE)
    assert sign(owner.password) == "too_many_attempts"
    clock.advance(timedelta(seconds=1))
    assert sign(owner.password) == "signed"


def test_codes_of_a_second_factor_have_budgets_of_their_own(
    bare_engine: Engine, clock: FakeClock, people: People
) -> None:
    owner = people["saljare"]
    database = database_of(bare_engine)
    now = clock.now()

    def code(address: str) -> str:
        try:
            with database.writing() as connection:
                sign_in_attempts.begin(
                    connection, owner.username, address=address, purpose="code", now=now
                )
        except NotAuthenticated as error:
            return error.error_code
        return "checked"

    from_one = [code(ATTACKER) for _ in range(6)]
    assert from_one == ["checked"] * 5 + ["too_many_attempts"]
    from_many = [code(f"10.3.0.{number}") for number in range(20)]
    assert from_many == ["checked"] * 15 + ["too_many_attempts"] * 5
    assert bare_engine.sessions.sign_in(owner.username, owner.password, address=ATTACKER)


def test_a_log_in_of_the_owner_does_not_forget_the_guesses_of_others(
    bare_engine: Engine, people: People
) -> None:
    owner = people["saljare"]
    for _ in range(5):
        guess(bare_engine, owner.username, ATTACKER)
    bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE)
    assert guess(bare_engine, owner.username, ATTACKER) == "too_many_attempts"


def test_what_somebody_typed_as_a_name_cannot_break_the_count(bare_engine: Engine) -> None:
    for name in ("a\x00b", "\ud800", "%|_", "x" * 10_000, "", "a|203.0.113.7"):
        assert guess(bare_engine, name, ATTACKER) == "wrong_password"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:\n", "unix:"),
    ],
)
def test_an_address_is_counted_under_its_network(address: str, counted: str) -> None:
    assert network_of(address) == counted


def test_known_origins_are_kept_once_and_end(
    bare_engine: Engine, clock: FakeClock, people: People
) -> None:
    owner, other = people["saljare"], people["ekonomi"]
    database = database_of(bare_engine)

    def count() -> int:
        with database.reading() as connection:
            counted = select(func.count()).select_from(KnownOriginTable)
            return int(connection.scalar(counted) or 0)

    for _ in range(3):
        bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE, device=DEVICE)
    assert count() == 2
    clock.advance(timedelta(days=181))
    bare_engine.sessions.sign_in(other.username, other.password, address=OFFICE)
    assert count() == 1


def test_the_database_has_neither_the_device_nor_the_address_of_a_log_in(
    bare_engine: Engine, people: People
) -> None:
    owner = people["saljare"]
    bare_engine.sessions.sign_in(owner.username, owner.password, address=OFFICE, device=DEVICE)
    with database_of(bare_engine).reading() as connection:
        stored = [str(row) for row in connection.execute(select(KnownOriginTable))]
        assert connection.scalar(select(func.count()).select_from(SignInFailureTable)) == 0
    assert stored
    assert not any(OFFICE in row or DEVICE in row for row in stored)
