"""Signing in at an OpenID provider: a real one, over HTTP, whose tokens a test bends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from engine import Config, Engine, FakeClock
from tests.support.databases import reopened
from tests.support.ground import Keys
from tests.support.openid_provider import CLIENT, SECRET, Provider, serving_provider
from tests.support.people import Account, People
from tests.support.visitor import Visitor
from web import create_app


@pytest.fixture
def provider(clock: FakeClock) -> Iterator[Provider]:
    with serving_provider(clock) as found:
        yield found


def _settings(config: Config, provider: Provider, **more: Any) -> Config:
    given = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET,
             "name": "Företagets inloggning", **more}  # fmt: skip
    return replace(config, openid=replace(config.openid, **given))


@pytest.fixture
def open_app(config: Config, engine: Engine, provider: Provider, clock: FakeClock) -> Iterator[Any]:
    """Gives an application with such a provider: ``open_app(create_accounts=True)``."""
    opened = []

    def make(**more: Any) -> Flask:
        settings = _settings(config, provider, **more)
        context = reopened(engine, clock, openid=settings.openid)
        found = context.__enter__()
        opened.append(context)
        app = create_app(settings, found)
        app.testing = True
        return app

    yield make
    for context in opened:
        context.__exit__(None, None, None)


def visit(visitor: Visitor, begin: str = "/login/openid?next=/history/") -> TestResponse:
    """Go to the provider, as a browser does, and come back."""
    there = visitor.open(begin)
    assert there.status_code == 302, there.text
    back = requests.get(str(there.location), allow_redirects=False, timeout=10)
    parts = urlsplit(back.headers["Location"])
    return visitor.open(f"{parts.path}?{parts.query}")


def link(visitor: Visitor, account: Account) -> None:
    """Link the account at the provider, as its owner does."""
    visitor.sign_in(account)
    page = visitor.open("/account/confirm/link")
    answer = visitor.send(page, {"password": account.password}, having="password")
    assert "Fortsätt till Företagets inloggning" in visitor.follow(answer).text
    assert str(visit(visitor, "/account/openid/go").location) == "/account/"


def test_a_linked_account_signs_in_without_a_password(
    open_app: Any, people: People, provider: Provider
) -> None:
    app = open_app()
    link(Visitor(app), people["saljare"])
    visitor = Visitor(app)
    assert "Logga in hos Företagets inloggning" in visitor.open("/login").text
    assert str(visit(visitor).location) == "/history/"
    assert visitor.open("/history/").status_code == 200
    assert people["saljare"].name in visitor.open("/account/").text
    asked = provider.asked[-1]
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"].split()[0] == "openid"
    assert asked["redirect_uri"] == "http://localhost/login/openid/callback"
    assert provider.asked[0]["nonce"] != asked["nonce"]


def test_an_address_or_a_name_links_nobody(
    open_app: Any, people: People, provider: Provider
) -> None:
    provider.claims |= {"email": "saljare@example.com", "preferred_username": "saljare"}
    visitor = Visitor(open_app())
    refused = visitor.follow(visit(visitor))
    assert refused.status_code == 401
    assert "Ingen här har det kontot" in refused.text


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "another"}, "nonce"), ({"nonce": None}, "nonce"),
        ({"aud": "somebody-else"}, "aud"), ({"aud": None}, "aud"),
        ({"aud": [CLIENT, "other"]}, "azp"), ({"aud": [CLIENT, "other"], "azp": "other"}, "azp"),
        ({"azp": "other"}, "azp"),
        ({"iss": "https://elsewhere.example"}, "iss"), ({"iss": None}, "iss"),
        ({"exp": 1}, "exp"), ({"exp": None}, "exp"), ({"exp": "soon"}, "exp"),
        ({"iat": 1}, "iat"), ({"iat": 99999999999}, "iat"), ({"iat": None}, "iat"),
        ({"sub": ""}, "sub"), ({"sub": None}, "sub"), ({"sub": 7}, "sub"),
    ],
)  # fmt: skip
def test_a_token_that_is_not_to_be_believed_signs_nobody_in(
    open_app: Any, people: People, provider: Provider, claims: dict[str, Any], reason: str
) -> None:
    app = open_app(create_accounts=True)
    provider.claims |= claims
    visitor = Visitor(app)
    refused = visitor.follow(visit(visitor))
    assert refused.status_code == 401
    assert f"({reason})" in refused.text
    assert visitor.open("/tasks").status_code == 302


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_another_algorithm_than_those_of_the_settings_is_refused(
    open_app: Any, people: People, provider: Provider, algorithm: str
) -> None:
    app = open_app(create_accounts=True)
    provider.algorithm = algorithm
    visitor = Visitor(app)
    refused = visitor.follow(visit(visitor))
    assert refused.status_code == 401
    assert "går inte att lita på" in refused.text


def test_another_key_than_the_providers_is_refused(open_app: Any, provider: Provider) -> None:
    app = open_app(create_accounts=True)
    provider.published = RSAKey.generate_key(2048, {"kid": "one"})
    refused = (visitor := Visitor(app)).follow(visit(visitor))
    assert refused.status_code == 401


def test_a_key_that_the_provider_has_changed_is_fetched_anew(
    open_app: Any, provider: Provider
) -> None:
    app = open_app(create_accounts=True)
    assert str(visit(Visitor(app)).location) == "/history/"
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})
    again = Visitor(app)
    answer = visit(again)
    assert answer.status_code == 303  # its header still names the old key: refused, not broken


def test_a_code_of_another_browser_lets_nobody_in(
    open_app: Any, people: People, provider: Provider
) -> None:
    app = open_app()
    link(Visitor(app), people["saljare"])
    attacker, victim = Visitor(app), Visitor(app)
    there = attacker.open("/login/openid")
    back = requests.get(str(there.location), allow_redirects=False, timeout=10)
    parts = urlsplit(back.headers["Location"])
    refused = victim.follow(victim.open(f"{parts.path}?{parts.query}"))
    assert "hör inte hit" in refused.text
    assert victim.open("/tasks").status_code == 302


def test_a_callback_is_answered_once(open_app: Any, people: People, provider: Provider) -> None:
    app = open_app()
    link(Visitor(app), people["saljare"])
    visitor = Visitor(app)
    there = visitor.open("/login/openid")
    back = requests.get(str(there.location), allow_redirects=False, timeout=10)
    parts = urlsplit(back.headers["Location"])
    cookie = visitor.client.get_cookie("serviceplan-start")
    assert cookie is not None
    assert visitor.open(f"{parts.path}?{parts.query}").status_code == 302
    thief = Visitor(app)
    thief.client.set_cookie("serviceplan-start", cookie.value)
    again = thief.follow(thief.open(f"{parts.path}?{parts.query}"))
    assert again.status_code == 401


def test_a_provider_that_is_down_is_named_and_the_password_still_works(
    config: Config, engine: Engine, clock: FakeClock, people: People, open_app: Any,
    provider: Provider,
) -> None:  # fmt: skip
    app = open_app(issuer="http://127.0.0.1:9", timeout_seconds=1)
    visitor = Visitor(app)
    answer = visitor.follow(visitor.open("/login/openid?next=/history/"))
    assert answer.status_code == 503
    assert "går inte att nå just nu" in answer.text
    account = people["saljare"]
    filled = {"username": account.username, "password": account.password}
    assert visitor.send(answer, filled, having="password").location == "/history/"


@pytest.mark.parametrize(
    "answer", [(500, "{}"), (200, "no JSON"), (200, "[]"), (200, "{}"), (302, "")]
)
def test_whatever_the_provider_answers_is_an_error_page(
    open_app: Any, provider: Provider, answer: tuple[int, str]
) -> None:
    app = open_app()
    provider.answer = answer
    refused = (visitor := Visitor(app)).follow(visit(visitor))
    assert refused.status_code == 401
    assert visitor.open("/tasks").status_code == 302


def test_a_claim_gives_and_takes_roles(
    open_app: Any, people: People, provider: Provider, engine: Engine, key: Keys
) -> None:
    app = open_app(role_claim="groups", roles={"Inköpare": "inkop", "Sälj": "saljare"})
    account = people["ekonomi"]
    provider.claims["groups"] = ["Inköpare", "Annat"]
    link(Visitor(app), account)
    visit(Visitor(app))
    admin = people["administrator"].actor
    assert engine.people.account(admin, "ekonomi").person.roles == {"ekonomi", "inkop"}
    provider.claims["groups"] = "Sälj"
    visit(Visitor(app))
    assert engine.people.account(admin, "ekonomi").person.roles == {"ekonomi", "saljare"}
    provider.claims["groups"] = {"not": "a list"}
    visit(Visitor(app))
    assert engine.people.account(admin, "ekonomi").person.roles == {"ekonomi"}


def test_a_newcomer_gets_an_account_where_the_settings_say_so(
    open_app: Any, people: People, provider: Provider, engine: Engine
) -> None:
    app = open_app(create_accounts=True)
    provider.claims |= {"preferred_username": "saljare", "name": "Ny Person"}
    visitor = Visitor(app)
    assert visit(visitor).status_code == 302
    assert "Ny Person" in visitor.open("/account/").text
    everybody = engine.people.all(people["administrator"].actor)
    [new] = [p for p in everybody if p.name == "Ny Person"]
    assert new.username != "saljare"
    assert (new.roles, new.rights) == (frozenset(), frozenset())


def test_somebody_who_has_an_account_there_may_be_kept_from_a_password_here(
    open_app: Any, people: People, provider: Provider
) -> None:
    link(Visitor(open_app()), people["saljare"])
    strict = open_app(passwords=False)
    visitor = Visitor(strict)
    refused = visitor.sign_in(people["saljare"])
    assert refused.status_code == 401
    assert "Logga in hos Företagets inloggning" in refused.text
    assert Visitor(strict).sign_in(people["ekonomi"]).status_code == 302
