"""A browser for the whole run, a page for each test, and what every page must hold to.

A page of these fixtures fails its test when its console shows an error (a refused script or style
among them), when a script throws, or when anything is asked of another host.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from engine import Config, Engine
from tests.support.browsing import DESKTOP, PHONE, NewPage, SignIn
from tests.support.chromium import MISSING, chromium
from tests.support.people import Account
from tests.support.server import serving


@pytest.fixture
def database_kind() -> str:
    """The pages do not know on which database they stand; SQLite starts fastest."""
    return "sqlite"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = chromium()
    if executable is None:
        pytest.fail(MISSING, pytrace=False)
    with sync_playwright() as playwright:
        # Chromium's sandbox does not start for root, and the tests open our own pages only.
        found = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def address(config: Config, engine: Engine) -> Iterator[str]:
    """Where the application answers, for this test's engine."""
    with serving(config, engine) as url:
        yield url


@pytest.fixture
def new_page(browser: Browser, address: str) -> Iterator[NewPage]:
    """Opens a page in a browser context of its own: ``new_page()``, ``new_page(viewport=PHONE)``,
    and whatever else ``browser.new_context`` takes."""
    faults: list[str] = []
    with ExitStack() as stack:

        def open_page(**options: object) -> Page:
            settings = {"viewport": DESKTOP, "base_url": address, "locale": "sv-SE", **options}
            context = browser.new_context(**settings)  # type: ignore[arg-type]
            stack.callback(context.close)
            _watch(context, address, faults)
            return context.new_page()

        yield open_page
    assert faults == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page of 1280 pixels, not signed in."""
    return new_page()


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    """A page of 360 pixels with touch, not signed in."""
    return new_page(viewport=PHONE, is_mobile=True, has_touch=True)


@pytest.fixture
def sign_in() -> SignIn:
    """Logs an account in on a page, as a person does it."""

    def do(page: Page, account: Account) -> None:
        page.goto("/login")
        page.fill("input[name=username]", account.username)
        page.fill("input[name=password]", account.password)
        page.click("main button[type=submit], main form button")
        page.wait_for_selector("nav.nav")

    return do


def _watch(context: BrowserContext, address: str, faults: list[str]) -> None:
    host = urlsplit(address).netloc

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != host:
            faults.append(f"asked another host: {url}")

    def said(kind: str, text: str) -> None:
        # The browser writes a line for each answer of 4xx; a test that provokes one checks it.
        if kind == "error" and "Failed to load resource" not in text:
            faults.append(f"console: {text}")

    context.on("request", lambda request: asked(request.url))
    context.on("console", lambda message: said(message.type, message.text))
    context.on("weberror", lambda error: faults.append(f"script: {error.error}"))
