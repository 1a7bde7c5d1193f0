"""Ways through the pages in a real browser: back to a filtered list, a task taken over, and a
start whose dates cannot be kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine import SYSTEM, Engine
from tests.support.browsing import PHONE, NewPage, SignIn
from tests.support.people import Account, People

pytestmark = pytest.mark.browser

TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


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


@pytest.mark.parametrize("scripts", [True, False])
def test_from_a_filtered_list_to_a_signature_and_back_to_the_list(
    new_page: NewPage, sign_in: SignIn, seller: Account, task: str, scripts: bool
) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=scripts)
    sign_in(page, seller)
    page.goto("/tasks?show=role&q=marknad")
    page.click(".task-link")
    page.check(".point-check input")
    page.fill("[name='f.marknadsrapport']", "Marknaden växer.")
    page.fill("[name=password]", seller.password)
    page.click("button[value=complete]")
    notice = page.locator(".notice-success")
    expect(notice).to_contain_text("Ärendet har gått vidare till:")
    expect(notice).to_contain_text("Inventering")
    notice.get_by_role("link", name="Till mina uppgifter").click()
    assert page.url.endswith("/tasks?show=role&q=marknad")


def test_a_colleague_takes_a_task_over_and_the_first_reads_why(
    new_page: NewPage, sign_in: SignIn, seller: Account, engine: Engine, task: str
) -> None:
    password = "fyra ord i en rad"
    receipt = engine.people.add(
        SYSTEM, "bo", "Bo Ek", roles=("saljare",), password=password, key="bo"
    )
    assert receipt.id
    engine.tasks.claim(seller.actor, task.rsplit("/", 1)[1], key="claim")
    colleague = new_page(viewport=PHONE)
    colleague.goto("/login")
    colleague.fill("[name=username]", "bo")
    colleague.fill("[name=password]", password)
    colleague.keyboard.press("Enter")
    colleague.wait_for_selector("nav.nav")
    colleague.goto(task)
    colleague.fill("[name=reason]", "Anna är sjuk.")
    colleague.click("button[value=take_over]")
    expect(colleague.locator("[name=password]")).to_be_visible()

    first = new_page()
    sign_in(first, seller)
    first.goto("/tasks")
    expect(first.get_by_text("Bo Ek har tagit över en uppgift från dig")).to_be_visible()
    first.get_by_role("button", name="Jag har sett det").click()
    expect(first.get_by_text("har tagit över")).to_have_count(0)


def test_a_start_whose_dates_cannot_be_kept_says_so_and_changes_to_a_day_that_fits(
    phone: Page, sign_in: SignIn, seller: Account
) -> None:
    sign_in(phone, seller)
    phone.goto("/cases/new?process=serviceplan")
    phone.fill("[name=name]", "Bok AB")
    phone.fill("[name=org_number]", "5560160680")
    phone.fill("[name=start]", "2026-03-03")
    phone.click("button[value=start]")
    expect(phone.locator("#datumfel")).to_be_focused()
    expect(phone.locator("#datumfel")).to_contain_text("Leveranser")
    assert not phone.evaluate(TOO_WIDE)
    phone.click("button[value^='earliest:']")
    expect(phone.locator("#datumfel")).to_have_count(0)
    phone.click("button[value=start]")
    expect(phone.get_by_text("är startat")).to_be_visible()
