"""What a phone waits for before it shows anything, counted: bytes, requests and elements, because
times are those of the machine (``python -m tests.bench.phone`` prints them)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route

from engine import Engine, FakeClock
from tests.support.browsing import PHONE, NewPage, SignIn
from tests.support.people import Account, People

ROWS = 25
PAGE_BYTES = 5_000
"""Of the HTML of an inbox with 25 cards of the same step, compressed."""
STYLE_BYTES = 5_000
"""Of the stylesheet that the first screen waits for, compressed."""
NODES = ROWS * 17 + 110
"""Elements of the inbox with 25 cards: of the cards, and of all that stands around them."""

COUNTED = """() => {
  const page = performance.getEntriesByType("navigation")[0];
  const blocking = performance.getEntriesByType("resource")
    .filter((each) => each.renderBlockingStatus === "blocking");
  return {
    page: page.encodedBodySize,
    blocking: blocking.map((each) => new URL(each.name).pathname),
    styles: blocking.reduce((sum, each) => sum + each.encodedBodySize, 0),
    cards: document.querySelectorAll(".task").length,
    late: document.querySelectorAll(".task .pill-late").length,
    nodes: document.getElementsByTagName("*").length,
  };
}"""
MOVED = """window.moved = 0;
new PerformanceObserver((list) => list.getEntries().forEach((each) => { moved += each.value; }))
  .observe({ type: "layout-shift", buffered: true });"""
"""How much of the page has changed its place while it loaded (CLS)."""


@pytest.fixture
def manager(engine: Engine, clock: FakeClock, people: People) -> Account:
    """Who sees 30 cases with a late task each, so that the inbox is cut at 25."""
    manager = people["manager"]
    customer = engine.customers.add(
        manager.actor, "Fastighets AB Örnen", "556036-0793", key="customer"
    )
    for number in range(ROWS + 5):
        engine.cases.start(manager.actor, customer_id=customer.id, key=f"case-{number}")
    clock.advance(timedelta(days=60))
    return manager


def test_the_inbox_of_a_phone_is_a_page_and_one_stylesheet(
    phone: Page, sign_in: SignIn, manager: Account
) -> None:
    sign_in(phone, manager)
    phone.goto("/tasks?show=all")
    phone.wait_for_load_state("networkidle")
    counted = phone.evaluate(COUNTED)
    assert counted["cards"] == ROWS
    assert counted["late"] == ROWS
    assert counted["blocking"] == ["/static/first.css"]
    assert counted["page"] <= PAGE_BYTES
    assert counted["styles"] <= STYLE_BYTES
    assert counted["nodes"] <= NODES


def test_text_does_not_wait_for_its_font_and_never_jumps(
    new_page: NewPage, sign_in: SignIn, manager: Account
) -> None:
    page = new_page(viewport=PHONE)
    fonts: list[str] = []

    def late(route: Route) -> None:
        fonts.append(route.request.url)
        page.wait_for_timeout(600)
        route.continue_()

    page.route("**/*.woff2*", late)
    sign_in(page, manager)
    page.add_init_script(MOVED)
    page.goto("/tasks?show=all")
    page.wait_for_load_state("networkidle")
    assert fonts
    assert page.evaluate("moved") == 0
