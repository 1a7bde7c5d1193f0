"""Passkeys in a real browser, with its virtual authenticator."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, Page

from engine import Config, Engine
from tests.support.browsing import NewPage, SignIn
from tests.support.people import Account, People
from tests.support.server import serving

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(config: Config, engine: Engine) -> Iterator[str]:
    """By its name: a passkey cannot belong to a number."""
    with serving(config, engine) as url:
        yield url.replace("127.0.0.1", "localhost")


def _with_authenticator(page: Page, **settings: bool) -> tuple[CDPSession, str]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator", {"options": {**AUTHENTICATOR, **settings}}
    )
    return session, made["authenticatorId"]


def _register(page: Page, account: Account) -> None:
    page.goto("/account/")
    page.click("text=Lägg till en passnyckel")
    page.fill("input[name=name]", "Min dator")
    page.fill("input[name=password]", account.password)
    page.click("text=Skapa passnyckel")


def test_a_passkey_is_added_signs_in_without_a_name_and_is_a_second_step(
    page: Page, sign_in: SignIn, people: People
) -> None:
    account = people["saljare"]
    sign_in(page, account)
    _with_authenticator(page)
    _register(page, account)
    page.wait_for_selector("text=Koderna visas bara nu")
    assert page.locator(".recovery li").count() == 10
    page.context.clear_cookies()
    page.goto("/login?next=/history/")
    page.click("text=Logga in med passnyckel")
    page.wait_for_selector("nav.nav")
    assert urlsplit(page.url).path == "/history/"
    page.goto("/account/")
    assert "Min dator" in page.content()
    page.context.clear_cookies()
    page.goto("/login")
    page.fill("input[name=username]", account.username)
    page.fill("input[name=password]", account.password)
    page.click("form:has(#password) button")
    page.wait_for_url("**/login/second")
    page.click("text=Använd passnyckel")
    page.wait_for_selector("nav.nav")


def test_what_the_browser_refuses_is_said_in_both_languages(
    page: Page, sign_in: SignIn, people: People
) -> None:
    account = people["saljare"]
    sign_in(page, account)
    session, id = _with_authenticator(page)
    _register(page, account)
    page.wait_for_selector("text=Koderna visas bara nu")
    _register(page, account)
    page.wait_for_selector("text=har redan en passnyckel hos oss")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": id, "isUserVerified": False})
    page.context.clear_cookies()
    page.goto("/login")
    page.click("text=Logga in med passnyckel")
    page.wait_for_selector("text=Du avbröt, eller så tog det för lång tid")
    page.goto("/language/en?next=/login")
    page.click("text=Sign in with a passkey")
    page.wait_for_selector("text=You cancelled, or it took too long")


def test_a_wrong_password_makes_no_passkey(page: Page, sign_in: SignIn, people: People) -> None:
    account = people["saljare"]
    sign_in(page, account)
    session, id = _with_authenticator(page)
    _register(page, Account(account.actor, account.username, "inte mitt lösenord"))
    page.wait_for_selector("text=Lösenordet stämmer inte")
    assert session.send("WebAuthn.getCredentials", {"authenticatorId": id})["credentials"] == []


def test_a_removed_passkey_says_that_nobody_has_it(
    page: Page, sign_in: SignIn, people: People, engine: Engine
) -> None:
    account = people["saljare"]
    sign_in(page, account)
    _with_authenticator(page)
    _register(page, account)
    page.wait_for_selector("text=Koderna visas bara nu")
    page.goto("/account/")
    page.click("a:has-text('Ta bort')")
    page.fill("input[name=password]", account.password)
    page.click("main button:has-text('Ta bort')")
    page.wait_for_selector("text=Det är borttaget")
    page.context.clear_cookies()
    page.goto("/login")
    page.click("text=Logga in med passnyckel")
    page.wait_for_selector("text=Ingen här har den passnyckeln")


def test_without_a_script_the_page_says_what_passkeys_need(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/login")
    assert "Passnycklar kräver att webbläsaren får köra JavaScript" in page.inner_text("main")
    assert not page.is_visible("text=Logga in med passnyckel")


def test_a_task_is_signed_with_a_passkey(
    page: Page, sign_in: SignIn, people: People, engine: Engine
) -> None:
    account, manager = people["saljare"], people["manager"].actor
    customer = engine.customers.add(manager, "Fastighets AB Örnen", "556036-0793", key="customer")
    engine.cases.start(manager, customer_id=customer.id, key="case")
    [task_id] = [t.id for t in engine.tasks.search(account.actor, show="all").items
                 if t.element_id == "marknadsanalys"]  # fmt: skip
    sign_in(page, account)
    _with_authenticator(page)
    _register(page, account)
    page.wait_for_selector("text=Koderna visas bara nu")
    page.goto(f"/tasks/{task_id}")
    page.fill("textarea[name='f.marknadsrapport']", "Marknaden växer")
    for box in page.locator("input[type=checkbox][name^='tick.']").all():
        box.check()
    page.click("text=Signera med passnyckel …")
    page.wait_for_url(f"**/tasks/{task_id}/sign")
    assert "Marknaden växer" in page.inner_text("main")
    page.click("text=Signera med passnyckel")
    page.wait_for_selector("text=Klart!")
    signature = engine.tasks.get(account.actor, task_id).signature
    assert signature is not None
    assert signature.method == "passkey"
    assert engine.history.verify(manager).faults == ()
