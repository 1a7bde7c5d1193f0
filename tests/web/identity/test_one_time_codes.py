"""One-time codes and recovery codes, from setting them up to signing in with them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine import SYSTEM, Actor, Config, Engine, FakeClock, NotAllowed
from tests.support.databases import database_of
from tests.support.ground import Keys
from tests.support.people import Account, People
from tests.support.visitor import SignedIn, Visitor
from web import create_app


def _secret(page: TestResponse) -> str:
    found = re.search(r'id="nyckel" value="([A-Z2-7 ]+)"', page.text)
    assert found
    return found[1].replace(" ", "")


def code(secret: str, clock: FakeClock, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + 30 * steps)


def set_up(visitor: Visitor, account: Account, clock: FakeClock) -> tuple[str, list[str]]:
    """Set one-time codes up as a person does; the secret and the recovery codes."""
    confirm = visitor.open("/account/confirm/codes")
    page = visitor.follow(visitor.send(confirm, {"password": account.password}, having="password"))
    secret = _secret(page)
    shown = visitor.follow(visitor.send(page, {"otp": code(secret, clock)}, having="otp"))
    clock.advance(timedelta(seconds=60))
    return secret, re.findall(r"<li>([a-z2-7-]{32})</li>", shown.text)


def first_step(app: Flask, account: Account) -> tuple[Visitor, TestResponse]:
    """Somebody who has given the right password, and the page that asks for more."""
    visitor = Visitor(app)
    answer = visitor.sign_in(account)
    assert str(answer.location) == "/login/second"
    return visitor, visitor.follow(answer)


def test_codes_are_set_up_with_a_picture_and_a_text_and_asked_for_from_then_on(
    app: Flask, signed_in: SignedIn, people: People, clock: FakeClock
) -> None:
    account = people["saljare"]
    visitor = signed_in(account)
    page = visitor.follow(
        visitor.send(
            visitor.open("/account/confirm/codes"),
            {"password": account.password},
            having="password",
        )
    )
    assert 'src="data:image/svg+xml' in page.text
    assert "otpauth://totp/" in page.text
    secret = _secret(page)
    assert _secret(visitor.open("/account/codes")) == secret
    wrong = visitor.send(page, {"otp": "000000"}, having="otp")
    assert wrong.status_code == 422
    assert "Koden stämmer inte" in wrong.text
    right = visitor.send(page, {"otp": code(secret, clock)}, having="otp")
    shown = visitor.follow(right)
    assert len(re.findall(r"<li>[a-z2-7-]{32}</li>", shown.text)) == 10
    assert "redan visats" in visitor.open("/account/recovery").text
    clock.advance(timedelta(seconds=60))
    stranger, second = first_step(app, account)
    assert stranger.open("/tasks").status_code == 302
    inside = stranger.send(second, {"otp": code(secret, clock)}, having="otp")
    assert stranger.follow(inside).status_code == 200


def test_setting_up_asks_for_the_password(signed_in: SignedIn, people: People) -> None:
    visitor = signed_in(people["saljare"])
    page = visitor.open("/account/confirm/codes")
    refused = visitor.send(page, {"password": "fel lösenord"}, having="password")
    assert refused.status_code == 422
    assert "Lösenordet stämmer inte" in refused.text
    assert "inget att bekräfta" in visitor.open("/account/codes").text


def test_the_secret_is_not_in_the_database_in_plain(
    signed_in: SignedIn, people: People, engine: Engine, clock: FakeClock
) -> None:
    secret, recovery = set_up(signed_in(people["saljare"]), people["saljare"], clock)
    with database_of(engine).reading() as connection:
        dump = "\n".join(connection.connection.iterdump())  # type: ignore[attr-defined]
    assert secret not in dump
    assert not any(code in dump or code.replace("-", "") in dump for code in recovery)


def test_a_code_counts_once_and_one_step_early_or_late_counts(
    app: Flask, signed_in: SignedIn, people: People, clock: FakeClock
) -> None:
    account = people["saljare"]
    secret, _ = set_up(signed_in(account), account, clock)
    for steps, status in ((-2, 401), (-1, 302), (-1, 401), (0, 302), (1, 302), (0, 401), (2, 401)):
        visitor, page = first_step(app, account)
        answer = visitor.send(page, {"otp": code(secret, clock, steps)}, having="otp")
        assert answer.status_code == status, steps
    visitor, page = first_step(app, account)
    used = visitor.send(page, {"otp": code(secret, clock, 1)}, having="otp")
    assert "redan använd" in used.text


def test_guessing_codes_makes_one_wait(
    app: Flask, signed_in: SignedIn, people: People, clock: FakeClock
) -> None:
    account = people["saljare"]
    secret, _ = set_up(signed_in(account), account, clock)
    right = code(secret, clock)
    wrong = "111111" if right != "111111" else "222222"
    answers = []
    for _ in range(7):
        visitor, page = first_step(app, account)
        answers.append(visitor.send(page, {"otp": wrong}, having="otp"))
    assert answers[-1].status_code == 429
    assert "Vänta" in answers[-1].text
    visitor, page = first_step(app, account)
    assert visitor.send(page, {"otp": right}, having="otp").status_code == 429
    clock.advance(timedelta(minutes=16))
    visitor, page = first_step(app, account)
    again = visitor.send(page, {"otp": code(secret, clock)}, having="otp")
    assert again.status_code == 302


def test_a_recovery_code_lets_in_once(
    app: Flask, signed_in: SignedIn, people: People, clock: FakeClock
) -> None:
    account = people["saljare"]
    _secret, recovery = set_up(signed_in(account), account, clock)
    assert len(set(recovery)) == 10
    visitor, page = first_step(app, account)
    written = recovery[3].upper().replace("-", " ")
    assert visitor.send(page, {"otp": written}, having="otp").status_code == 302
    assert "Du har 9 kvar" in visitor.open("/account/").text
    again, page = first_step(app, account)
    assert again.send(page, {"otp": recovery[3]}, having="otp").status_code == 401


def test_new_recovery_codes_replace_the_old_ones(
    app: Flask, signed_in: SignedIn, people: People, clock: FakeClock
) -> None:
    account = people["saljare"]
    visitor = signed_in(account)
    _secret, old = set_up(visitor, account, clock)
    page = visitor.open("/account/confirm/recovery")
    shown = visitor.follow(visitor.send(page, {"password": account.password}, having="password"))
    new = re.findall(r"<li>([a-z2-7-]{32})</li>", shown.text)
    assert len(new) == 10
    assert not set(new) & set(old)
    other, page = first_step(app, account)
    assert other.send(page, {"otp": old[0]}, having="otp").status_code == 401
    assert other.send(page, {"otp": new[0]}, having="otp").status_code == 302


def test_the_second_step_alone_lets_nobody_in_and_ends_after_ten_minutes(
    app: Flask, signed_in: SignedIn, people: People, clock: FakeClock
) -> None:
    account = people["saljare"]
    secret, _ = set_up(signed_in(account), account, clock)
    stranger = Visitor(app)
    asked = stranger.open("/login/second")
    assert asked.status_code == 303
    assert str(asked.location).startswith("/login?")
    visitor, page = first_step(app, account)
    clock.advance(timedelta(minutes=11))
    late = visitor.send(page, {"otp": code(secret, clock)}, having="otp")
    assert late.status_code == 409
    assert "för lång tid" in late.text


def test_a_finished_second_step_cannot_be_finished_again(
    app: Flask, signed_in: SignedIn, people: People, clock: FakeClock
) -> None:
    account = people["saljare"]
    secret, _ = set_up(signed_in(account), account, clock)
    visitor, page = first_step(app, account)
    start = visitor.client.get_cookie("serviceplan-start")
    assert start is not None
    assert visitor.send(page, {"otp": code(secret, clock)}, having="otp").status_code == 302
    clock.advance(timedelta(seconds=60))
    thief = Visitor(app)
    thief.client.set_cookie("serviceplan-start", start.value)
    again = thief.send(page, {"otp": code(secret, clock)}, having="otp")
    assert again.status_code == 409


def test_removing_codes_needs_the_password_and_takes_the_recovery_codes_along(
    app: Flask, signed_in: SignedIn, people: People, clock: FakeClock
) -> None:
    account = people["saljare"]
    visitor = signed_in(account)
    set_up(visitor, account, clock)
    page = visitor.open("/account/confirm/remove-codes")
    assert visitor.send(page, {"password": "fel"}, having="password").status_code == 422
    done = visitor.send(
        visitor.open("/account/confirm/remove-codes"),
        {"password": account.password},
        having="password",
    )
    assert done.status_code == 303
    after = visitor.open("/account/").text
    assert "Sätt på engångskoder" in after
    assert "Återställningskoder" not in after
    assert str(Visitor(app).sign_in(account).location) == "/tasks"


@pytest.fixture
def demanding(config: Config, engine: Engine) -> Flask:
    """An application that demands a second factor of two roles and a right."""
    roles = ("saljare", "administrator")
    demands = replace(config, access=replace(config.access, second_factor_roles=roles))
    application = create_app(demands, engine)
    application.testing = True
    return application


def test_who_must_have_a_second_factor_sets_it_up_before_anything_else(
    demanding: Flask, people: People, clock: FakeClock
) -> None:
    for who in ("saljare", "administrator"):
        account, visitor = people[who], Visitor(demanding)
        visitor.sign_in(account)
        for path in ("/", "/tasks", "/history/", "/people/", "/tokens/"):
            answer = visitor.open(path)
            assert (answer.status_code, answer.location) == (302, "/account/"), path
        page = visitor.open("/account/")
        assert "Lägg upp en andra faktor först" in page.text
        set_up(visitor, account, clock)
        assert visitor.open("/tasks").status_code == 200
    free = Visitor(demanding)
    free.sign_in(people["ekonomi"])
    assert free.open("/tasks").status_code == 200


def test_a_form_that_comes_meanwhile_is_kept(
    demanding: Flask, app: Flask, people: People, task_id: str, clock: FakeClock
) -> None:
    account, visitor = people["saljare"], Visitor(app)
    visitor.sign_in(account)
    page = visitor.open(f"/tasks/{task_id}")
    strict = Visitor(demanding)
    strict.client._cookies = visitor.client._cookies  # type: ignore[attr-defined]
    strict.client.application.secret_key = app.secret_key  # type: ignore[attr-defined]
    answer = strict.send(page, {"note": "Ring på fredag"}, having="note")
    assert answer.status_code in (302, 303, 403)
    set_up(strict, account, clock)
    assert "Ring på fredag" in strict.open(f"/tasks/{task_id}").text


def test_an_administrator_resets_it_which_is_told_and_lets_nobody_in(
    config: Config, engine: Engine, app: Flask, signed_in: SignedIn, people: People,
    clock: FakeClock, key: Keys,
) -> None:  # fmt: skip
    account = people["saljare"]
    visitor = signed_in(account)
    set_up(visitor, account, clock)
    admin = signed_in(people["administrator"])
    page = admin.open(f"/people/{account.username}")
    done = admin.client.post(
        f"/people/{account.username}/second-factor",
        data={"csrf_token": _csrf(page), "key": key()},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert done.status_code == 303
    assert visitor.open("/tasks").status_code == 302
    facts = engine.history.search(people["manager"].actor, type="second_factor.reset").items
    assert [fact.actor_name for fact in facts] == [people["administrator"].name]
    assert "nollställde den andra faktorn" in signed_in(people["manager"]).open("/history/").text
    # The password is still asked for: an administrator does not know it.
    thief = Visitor(app)
    wrong = Account(account.actor, account.username, people["administrator"].password)
    assert thief.sign_in(wrong).status_code == 401


def test_nobody_resets_their_own_and_only_administrators_others(
    engine: Engine, signed_in: SignedIn, people: People, clock: FakeClock, key: Keys
) -> None:
    admin = people["administrator"]
    set_up(signed_in(admin), admin, clock)
    for who, whose in (("administrator", "administrator"), ("manager", "administrator")):
        with pytest.raises(NotAllowed):
            engine.second_factors.reset(people[who].actor, whose, key=key())
    stranger = Actor("0" * 32, "Nobody")
    with pytest.raises(NotAllowed):
        engine.second_factors.reset(stranger, admin.username, key=key())
    engine.second_factors.reset(SYSTEM, admin.username, key=key())


def _csrf(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]
