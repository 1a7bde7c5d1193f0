"""The task's page in a real browser: by keyboard, on a phone, without JavaScript, without a net."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine import Engine
from tests.support.browsing import PHONE, TOO_SMALL, TOO_WIDE, NewPage, SignIn
from tests.support.people import Account, People

pytestmark = pytest.mark.browser


@pytest.fixture
def seller(people: People) -> Account:
    return people["saljare"]


@pytest.fixture
def task(engine: Engine, people: People) -> str:
    """The path of Marknadsanalys, just opened."""
    manager = people["manager"].actor
    customer = engine.customers.add(manager, "Fastighets AB Örnen", "556036-0793", key="customer")
    engine.cases.start(manager, customer_id=customer.id, key="case")
    return f"/tasks/{engine.tasks.search(people['saljare'].actor, show='all').items[0].id}"


def fill(page: Page, account: Account) -> None:
    for box in page.query_selector_all(".point-check input"):
        box.check()
    page.fill("[name='f.marknadsrapport']", "Marknaden växer.")
    page.fill("[name=password]", account.password)


def test_from_the_inbox_to_a_signature_by_keyboard_alone(
    page: Page, sign_in: SignIn, seller: Account, task: str
) -> None:
    sign_in(page, seller)
    page.goto("/tasks")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.locator(f"a[href='{task}']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{task}")
    for box in page.query_selector_all(".point-check input"):
        box.focus()
        page.keyboard.press("Space")
    page.locator("[name='f.marknadsrapport']").focus()
    page.keyboard.type("Marknaden växer.")
    page.locator("[name=password]").focus()
    page.keyboard.type(seller.password)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Klart! Marknadsanalys är slutförd")).to_be_visible()
    # The receipt is what is read first.
    expect(page.locator(":focus")).to_contain_text("Klart! Marknadsanalys är slutförd")


def test_a_task_is_signed_without_javascript(
    new_page: NewPage, sign_in: SignIn, seller: Account, task: str
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, seller)
    page.goto(task)
    page.click("button[value=complete]")
    expect(page.locator("#fel")).to_contain_text("fel behöver rättas")
    page.click("#fel a >> nth=0")
    assert page.url.endswith("#f-checklist-kort_rapport")
    fill(page, seller)
    page.click("button[value=complete]")
    expect(page.get_by_text("Klart! Marknadsanalys är slutförd")).to_be_visible()


def test_the_summary_of_errors_is_read_first(
    page: Page, sign_in: SignIn, seller: Account, task: str
) -> None:
    sign_in(page, seller)
    page.goto(task)
    page.click("button[value=complete]")
    expect(page.locator("#fel")).to_be_focused()
    assert page.title().startswith("Fel: ")


def test_what_was_typed_survives_a_reload_and_the_password_is_never_kept(
    page: Page, sign_in: SignIn, seller: Account, task: str
) -> None:
    sign_in(page, seller)
    page.goto(task)
    fill(page, seller)
    page.reload()
    expect(page.get_by_text("är återställt")).to_be_visible()
    assert page.input_value("[name='f.marknadsrapport']") == "Marknaden växer."
    assert all(box.is_checked() for box in page.query_selector_all(".point-check input"))
    assert page.input_value("[name=password]") == ""
    assert seller.password not in page.evaluate("JSON.stringify({...sessionStorage})")
    page.fill("[name=password]", seller.password)
    page.click("button[value=complete]")
    expect(page.get_by_text("Klart! Marknadsanalys är slutförd")).to_be_visible()


def test_without_a_net_nothing_is_sent_and_nothing_is_lost(
    page: Page, sign_in: SignIn, seller: Account, task: str
) -> None:
    sign_in(page, seller)
    page.goto(task)
    fill(page, seller)
    page.context.set_offline(True)
    page.click("button[value=complete]")
    expect(page.get_by_text("Ingen kontakt med nätet")).to_be_visible()
    assert page.input_value("[name='f.marknadsrapport']") == "Marknaden växer."
    page.context.set_offline(False)
    page.click("button[value=complete]")
    expect(page.get_by_text("Klart! Marknadsanalys är slutförd")).to_be_visible()


def test_a_double_tap_signs_once(
    phone: Page, sign_in: SignIn, seller: Account, task: str, engine: Engine, people: People
) -> None:
    sign_in(phone, seller)
    phone.goto(task)
    fill(phone, seller)
    phone.locator("button[value=complete]").dblclick()
    expect(phone.get_by_text("Klart! Marknadsanalys är slutförd")).to_be_visible()
    history = engine.history.search(people["manager"].actor).items
    assert [entry.type for entry in history].count("task.signed") == 1


@pytest.mark.parametrize("width", [320, 360])
def test_a_phone_shows_everything_without_sideways_scroll_and_with_large_targets(
    new_page: NewPage, sign_in: SignIn, seller: Account, task: str, width: int
) -> None:
    page = new_page(viewport={**PHONE, "width": width})
    sign_in(page, seller)
    for path in ("/tasks", "/tasks?show=all&q=a", task, "/password", "/nowhere"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert not page.evaluate(TOO_WIDE), path
        assert page.evaluate(TOO_SMALL) == [], path


def test_nothing_moves_while_the_page_loads(
    page: Page, sign_in: SignIn, seller: Account, task: str
) -> None:
    sign_in(page, seller)
    page.goto(task)
    page.wait_for_load_state("networkidle")
    moved = page.evaluate("""() => new Promise(done => {
        let sum = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => sum += e.value))
            .observe({type: 'layout-shift', buffered: true});
        setTimeout(() => done(sum), 300);
    })""")
    assert moved <= 0.02


def test_a_personal_identity_number_in_the_note_is_pointed_out(
    page: Page, sign_in: SignIn, seller: Account, task: str
) -> None:
    sign_in(page, seller)
    page.goto(task)
    warning = page.locator("#personnummer")
    expect(warning).to_be_hidden()
    page.fill("[name=note]", "Ring Anna, 19811228-9874")
    expect(warning).to_be_visible()
    page.fill("[name=note]", "Ring Anna, 070-123 45 67")
    expect(warning).to_be_hidden()
