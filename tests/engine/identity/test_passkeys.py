"""Passkeys: registered, used, refused with one code for each cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine import (
    SYSTEM,
    Conflict,
    Engine,
    FakeClock,
    Invalid,
    NotAuthenticated,
    NotFound,
    PendingSignIn,
    Session,
    Site,
)
from tests.support.authenticator import (
    BACKED_UP,
    ELIGIBLE,
    PRESENT,
    VERIFIED,
    Authenticator,
    b64,
)
from tests.support.ground import Keys
from tests.support.people import Account, People

SITE = Site("localhost", ("http://localhost",), "Serviceplan")


def _register(
    engine: Engine, account: Account, key: Keys, device: Authenticator, name: str = "Telefon"
) -> tuple[str, ...]:
    asked = engine.passkeys.begin_registration(account.actor, account.username, SITE)
    made = device.create(dict(asked.options))
    return engine.passkeys.register(
        account.actor, account.username, asked.token, made, name, SITE, key=key()
    ).codes


def _sign_in(engine: Engine, device: Authenticator, **client: Any) -> Session:
    asked = engine.passkeys.begin_sign_in(SITE)
    return engine.passkeys.sign_in(asked.token, device.get(dict(asked.options), **client), SITE)


@pytest.fixture
def device(bare_engine: Engine, people: People, key: Keys) -> Authenticator:
    """A registered passkey of the person in sales."""
    made = Authenticator()
    _register(bare_engine, people["saljare"], key, made)
    return made


def test_a_passkey_signs_in_without_a_user_name(
    bare_engine: Engine, people: People, device: Authenticator
) -> None:
    session = _sign_in(bare_engine, device)
    assert session.person.username == "saljare"
    assert session.second_factor
    [row] = bare_engine.sessions.of_person(people["saljare"].actor)
    assert (row.method, row.second_factor) == ("passkey", True)
    [known] = bare_engine.second_factors.of(people["saljare"].actor, "saljare").passkeys
    assert known.name == "Telefon"
    assert known.last_used_at is not None


def test_the_first_second_factor_brings_ten_recovery_codes(
    bare_engine: Engine, people: People, key: Keys
) -> None:
    assert len(_register(bare_engine, people["saljare"], key, Authenticator())) == 10
    assert _register(bare_engine, people["saljare"], key, Authenticator()) == ()


def test_a_passkey_is_the_second_step_after_a_password(
    bare_engine: Engine, people: People, key: Keys, device: Authenticator
) -> None:
    account = people["saljare"]
    pending = bare_engine.sessions.sign_in(account.username, account.password)
    assert isinstance(pending, PendingSignIn)
    assert (pending.codes, pending.passkeys) == (False, True)
    asked = bare_engine.passkeys.begin_second_step(pending.token, SITE)
    assert [known["id"] for known in asked.options["allowCredentials"]] == [b64(device.id)]
    answer = device.get(dict(asked.options))
    session = bare_engine.passkeys.finish(pending.token, asked.token, answer, SITE)
    assert bare_engine.sessions.get(session.token) is not None
    with pytest.raises(Conflict):
        bare_engine.passkeys.finish(pending.token, asked.token, answer, SITE)


def test_somebody_elses_passkey_is_no_second_step(
    bare_engine: Engine, people: People, key: Keys, device: Authenticator
) -> None:
    theirs = Authenticator()
    _register(bare_engine, people["ekonomi"], key, theirs)
    account = people["saljare"]
    pending = bare_engine.sessions.sign_in(account.username, account.password)
    assert isinstance(pending, PendingSignIn)
    asked = bare_engine.passkeys.begin_second_step(pending.token, SITE)
    answer = theirs.get(dict(asked.options))
    with pytest.raises(NotAuthenticated) as refused:
        bare_engine.passkeys.finish(pending.token, asked.token, answer, SITE)
    assert refused.value.error_code == "passkey_unknown"


# ---------------------------------------------------------------- counters and flags


def test_a_counter_of_zero_is_accepted_again_and_again(
    bare_engine: Engine, device: Authenticator
) -> None:
    for _ in range(3):
        assert _sign_in(bare_engine, device)


def test_a_counter_that_goes_back_or_stands_still_is_refused_with_a_code_of_its_own(
    bare_engine: Engine, device: Authenticator
) -> None:
    device.counter = 7
    _sign_in(bare_engine, device)
    for counter in (7, 6, 1):
        device.counter = counter
        with pytest.raises(NotAuthenticated) as refused:
            _sign_in(bare_engine, device)
        assert refused.value.error_code == "passkey_counter"
        assert refused.value.params["name"] == "Telefon"
    device.counter = 8
    assert _sign_in(bare_engine, device)
    device.counter = 0
    assert _sign_in(bare_engine, device)
    device.counter = 5
    with pytest.raises(NotAuthenticated):
        _sign_in(bare_engine, device)


@pytest.mark.parametrize("first", [0, ELIGIBLE, ELIGIBLE | BACKED_UP])
@pytest.mark.parametrize("later", [0, ELIGIBLE, ELIGIBLE | BACKED_UP, BACKED_UP])
def test_the_flags_of_a_backup_may_change(
    bare_engine: Engine, people: People, key: Keys, first: int, later: int
) -> None:
    device = Authenticator(flags=PRESENT | VERIFIED | first)
    _register(bare_engine, people["saljare"], key, device)
    device.flags = PRESENT | VERIFIED | later
    assert _sign_in(bare_engine, device)
    [known] = bare_engine.second_factors.of(people["saljare"].actor, "saljare").passkeys
    assert known.backed_up == bool(later & BACKED_UP)


# ---------------------------------------------------------------- one code for each cause


def _changed(device: Authenticator, cause: str) -> Authenticator:
    changes: dict[str, dict[str, Any]] = {
        "passkey_other_origin": {"origin": "http://localhost.example.org"},
        "passkey_other_site": {"rp_id": "example.org"},
        "passkey_not_verified": {"flags": PRESENT},
        "passkey_not_present": {"flags": VERIFIED},
        "passkey_signature_wrong": {"key": Authenticator().key},
        "passkey_unknown": {"id": b"another credential"},
    }
    return replace(device, **changes[cause])


@pytest.mark.parametrize(
    "cause",
    ["passkey_other_origin", "passkey_other_site", "passkey_not_verified", "passkey_not_present",
     "passkey_signature_wrong", "passkey_unknown"],
)  # fmt: skip
def test_each_cause_has_its_own_code(
    bare_engine: Engine, device: Authenticator, cause: str
) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        _sign_in(bare_engine, _changed(device, cause))
    assert refused.value.error_code == cause


@pytest.mark.parametrize(
    "cause",
    ["passkey_other_origin", "passkey_other_site", "passkey_not_verified", "passkey_not_present"],
)
def test_so_it_is_when_one_is_registered(
    bare_engine: Engine, people: People, key: Keys, cause: str
) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        _register(bare_engine, people["saljare"], key, _changed(Authenticator(), cause))
    assert refused.value.error_code == cause


def test_another_challenge_another_type_and_another_frame_are_refused(
    bare_engine: Engine, device: Authenticator
) -> None:
    for client, cause in (
        ({"challenge": "AAAA"}, "passkey_other_challenge"),
        ({"type": "webauthn.create"}, "passkey_malformed"),
        ({"crossOrigin": True}, "passkey_other_origin"),
        ({"origin": 5}, "passkey_other_origin"),
    ):
        with pytest.raises(NotAuthenticated) as refused:
            _sign_in(bare_engine, device, **client)
        assert refused.value.error_code == cause


@pytest.mark.parametrize(
    "answer",
    [
        {}, {"id": 5}, {"id": "x", "response": "text"}, {"id": "x", "response": []},
        {"id": "\ud800", "response": {}},
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(bare_engine: Engine, answer: Any) -> None:
    asked = bare_engine.passkeys.begin_sign_in(SITE)
    with pytest.raises(NotAuthenticated):
        bare_engine.passkeys.sign_in(asked.token, answer, SITE)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
@pytest.mark.parametrize("broken", ["", "!!", "AAAA", 7, None, ["x"]])
def test_a_broken_part_of_an_answer_is_refused(
    bare_engine: Engine, device: Authenticator, part: str, broken: Any
) -> None:
    if part == "userHandle" and not broken:
        return  # a security key need not say whose it is
    asked = bare_engine.passkeys.begin_sign_in(SITE)
    answer = device.get(dict(asked.options))
    answer["response"][part] = broken
    with pytest.raises(NotAuthenticated):
        bare_engine.passkeys.sign_in(asked.token, answer, SITE)


def test_a_challenge_is_answered_once_and_within_two_minutes(
    bare_engine: Engine, device: Authenticator, clock: FakeClock
) -> None:
    asked = bare_engine.passkeys.begin_sign_in(SITE)
    answer = device.get(dict(asked.options))
    assert bare_engine.passkeys.sign_in(asked.token, answer, SITE)
    with pytest.raises(Conflict) as used:
        bare_engine.passkeys.sign_in(asked.token, answer, SITE)
    assert used.value.error_code == "challenge_expired"
    late = bare_engine.passkeys.begin_sign_in(SITE)
    clock.advance(timedelta(seconds=120))
    with pytest.raises(Conflict):
        bare_engine.passkeys.sign_in(late.token, device.get(dict(late.options)), SITE)


def test_a_wrong_answer_uses_the_challenge_up(bare_engine: Engine, device: Authenticator) -> None:
    asked = bare_engine.passkeys.begin_sign_in(SITE)
    wrong = _changed(device, "passkey_signature_wrong").get(dict(asked.options))
    with pytest.raises(NotAuthenticated):
        bare_engine.passkeys.sign_in(asked.token, wrong, SITE)
    with pytest.raises(Conflict):
        bare_engine.passkeys.sign_in(asked.token, device.get(dict(asked.options)), SITE)


# ---------------------------------------------------------------- whose they are


def test_a_passkey_belongs_to_one_account(
    bare_engine: Engine, people: People, key: Keys, device: Authenticator
) -> None:
    with pytest.raises(Conflict) as taken:
        _register(bare_engine, people["ekonomi"], key, device)
    assert taken.value.error_code == "passkey_taken"


def test_nobody_registers_with_the_challenge_of_somebody_else(
    bare_engine: Engine, people: People, key: Keys
) -> None:
    asked = bare_engine.passkeys.begin_registration(people["saljare"].actor, "saljare", SITE)
    made = Authenticator().create(dict(asked.options))
    with pytest.raises(NotAuthenticated):
        bare_engine.passkeys.register(
            people["ekonomi"].actor, "ekonomi", asked.token, made, "Min", SITE, key=key()
        )


def test_a_removed_passkey_and_one_of_a_closed_account_let_nobody_in(
    bare_engine: Engine, people: People, key: Keys, device: Authenticator
) -> None:
    bare_engine.people.change(SYSTEM, "saljare", active=False, key=key())
    with pytest.raises(NotAuthenticated) as closed:
        _sign_in(bare_engine, device)
    assert closed.value.error_code == "passkey_unknown"
    bare_engine.people.change(SYSTEM, "saljare", active=True, key=key())
    account = people["saljare"]
    [known] = bare_engine.second_factors.of(account.actor, "saljare").passkeys
    with pytest.raises(NotFound):
        bare_engine.passkeys.remove(people["ekonomi"].actor, "ekonomi", known.id, key=key())
    bare_engine.passkeys.remove(account.actor, "saljare", known.id, key=key())
    with pytest.raises(NotAuthenticated):
        _sign_in(bare_engine, device)
    assert bare_engine.second_factors.of(account.actor, "saljare").recovery_codes == 0
    assert isinstance(bare_engine.sessions.sign_in("saljare", account.password), Session)


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 101])
def test_a_passkey_has_a_name_that_is_seen(
    bare_engine: Engine, people: People, key: Keys, name: str
) -> None:
    with pytest.raises(Invalid):
        _register(bare_engine, people["saljare"], key, Authenticator(), name)


def test_a_pinned_site_counts_for_all_its_hosts(
    bare_engine: Engine, people: People, key: Keys
) -> None:
    pinned = Site("example.com", ("https://a.example.com", "https://b.example.com"), "Plan")
    account = people["saljare"]
    device = Authenticator(origin="https://a.example.com", rp_id="example.com")
    asked = bare_engine.passkeys.begin_registration(account.actor, account.username, pinned)
    made = device.create(dict(asked.options))
    bare_engine.passkeys.register(
        account.actor, account.username, asked.token, made, "Min", pinned, key=key()
    )
    for origin, right in (("https://b.example.com", True), ("https://c.example.com", False)):
        asked = bare_engine.passkeys.begin_sign_in(pinned)
        answer = replace(device, origin=origin).get(dict(asked.options))
        if right:
            assert bare_engine.passkeys.sign_in(asked.token, answer, pinned)
        else:
            with pytest.raises(NotAuthenticated) as refused:
                bare_engine.passkeys.sign_in(asked.token, answer, pinned)
            assert refused.value.error_code == "passkey_other_origin"
