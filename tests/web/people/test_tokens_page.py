"""One's own API tokens, on their page; and an administrator's look at others'."""

from __future__ import annotations

import re

from flask import Flask

from engine import SYSTEM, Engine
from tests.support.caller import Caller, problem
from tests.support.ground import Keys
from tests.support.people import People
from tests.support.visitor import SignedIn


def test_a_token_is_made_shown_once_used_and_revoked(
    app: Flask, signed_in: SignedIn, people: People
) -> None:
    person = people["saljare"]
    visitor = signed_in(person)
    page = visitor.open("/tokens/")
    assert "Du har ingen nyckel" in page.text
    filled = {"name": "Nattkörning", "password": person.password}
    made = visitor.follow(visitor.send(page, filled, having="expires"))
    found = re.search(r'value="(sp_[\w-]{43})"', made.text)
    assert found
    caller = Caller(app, found[1])
    assert caller.get("/me").json["username"] == person.username
    assert set(caller.get("/me").json["scopes"]) == {"read", "tasks", "cases"}

    listed, other = visitor.open("/tokens/"), visitor.open("/tokens/")
    assert "Nattkörning" in listed.text
    assert found[1] not in listed.text
    revoked = visitor.follow(visitor.send(listed, having="back"))
    assert "API-nyckeln är spärrad." in revoked.text
    assert "Spärrad" in revoked.text
    assert problem(caller.get("/me")) == "token-revoked"
    again = visitor.follow(visitor.send(other, having="back"))
    assert "redan spärrad" in again.text


def test_a_double_click_makes_one_token(signed_in: SignedIn, people: People) -> None:
    person = people["saljare"]
    visitor = signed_in(person)
    page = visitor.open("/tokens/")
    filled = {"name": "x", "password": person.password}
    visitor.send(page, filled, having="expires")
    made = visitor.send(page, filled, having="expires")
    assert "Den visas bara nu" in visitor.follow(made).text
    again = visitor.follow(made)
    assert "Nyckeln är redan skapad." in again.text
    assert len(re.findall(r'class="sub mono"', again.text)) == 1


def test_what_is_missing_is_said_and_what_was_chosen_stays(
    signed_in: SignedIn, people: People
) -> None:
    person = people["saljare"]
    visitor = signed_in(person)
    page = visitor.open("/tokens/")
    answer = visitor.send(page, {"name": "x", "password": "fel"}, having="expires")
    assert answer.status_code == 422
    assert "Lösenordet stämmer inte" in answer.text
    assert 'value="x"' in answer.text
    filled = {"name": " ", "scopes": None, "password": person.password, "expires": "P30D"}
    answer = visitor.send(page, filled, having="expires")
    assert answer.status_code == 422
    assert answer.text.count("Fyll i detta.") >= 2
    assert '<option value="P30D" selected>' in answer.text


def test_an_administrator_sees_and_ends_the_tokens_of_others_and_nobody_else_does(
    app: Flask, engine: Engine, signed_in: SignedIn, people: People, key: Keys
) -> None:
    issued = engine.tokens.add(SYSTEM, "saljare", "Nattkörning", key=key())
    path = f"/tokens/{issued.token.id}/revoke"
    stranger = signed_in(people["ekonomi"])
    refused = stranger.send(stranger.open("/tokens/"), {}, having="expires")
    assert refused.status_code == 422
    form = stranger.open("/tokens/")
    token = re.search(r'name="csrf_token" value="([^"]+)"', form.text)
    assert token
    refused = stranger.follow(stranger.client.post(path, data={"csrf_token": token[1]}))
    assert refused.status_code == 403
    assert Caller(app, issued.secret).get("/me").status_code == 200

    administrator = signed_in(people["administrator"])
    page = administrator.open("/people/saljare")
    assert "Nattkörning" in page.text
    answer = administrator.send(page, having="back")
    assert answer.location == "/people/saljare"
    assert problem(Caller(app, issued.secret).get("/me")) == "token-revoked"


def test_a_session_says_nothing_of_secrets_in_its_history(
    engine: Engine, signed_in: SignedIn, people: People, key: Keys
) -> None:
    engine.tokens.add(SYSTEM, "saljare", "Nattkörning", key=key())
    page = signed_in(people["administrator"]).open("/history/")
    assert "skapade API-nyckeln ”Nattkörning”" in page.text
