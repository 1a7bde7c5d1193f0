"""Two people at the same page: what they see when both have changed the same, and one press."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine import SYSTEM, Engine
from tests.support.browsing import PHONE, TOO_SMALL, TOO_WIDE, NewPage, SignIn
from tests.support.people import People

pytestmark = pytest.mark.browser


@pytest.fixture
def case(engine: Engine, people: People) -> str:
    manager = people["manager"].actor
    customer = engine.customers.add(manager, "Fastighets AB Örnen", "556036-0793", key="customer")
    return str(engine.cases.start(manager, customer_id=customer.id, key="case").id)


@pytest.fixture
def task(engine: Engine, people: People, case: str) -> str:
    return engine.tasks.search(people["saljare"].actor, show="all").items[0].id


def compared(page: Page) -> None:
    """The page says what both have written, is read first, and fits its width."""
    expect(page.locator(".conflict")).to_be_focused()
    expect(page.locator(".conflict .btn-primary")).to_have_count(1)
    assert not page.evaluate(TOO_WIDE)
    assert page.evaluate(TOO_SMALL) == []


def test_two_tabs_on_one_task(
    new_page: NewPage, sign_in: SignIn, engine: Engine, people: People, task: str
) -> None:
    desk, phone = new_page(), new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    for page in (desk, phone):
        sign_in(page, people["saljare"])
        page.goto(f"/tasks/{task}")
    desk.fill("[name=note]", "Ringt kunden")
    desk.check("[name='tick.kort_rapport']")
    desk.click("button:visible[value=save]")
    phone.fill("[name=note]", "Mejlat kunden")
    phone.click("button:visible[value=save]")
    compared(phone)
    expect(phone.locator(".both")).to_contain_text("Mejlat kunden")
    expect(phone.locator(".both")).to_contain_text("Ringt kunden")
    mine, theirs = (box.bounding_box() for box in phone.locator(".both > div").all())
    assert mine is not None
    assert theirs is not None
    assert theirs["y"] >= mine["y"] + mine["height"]
    phone.click("button[value='both:note']")
    expect(phone.locator("[name=note]")).to_have_value("Mejlat kunden\n\nRingt kunden")
    expect(phone.locator("[name='tick.kort_rapport']")).to_be_checked()
    assert engine.tasks.get(SYSTEM, task).note == "Mejlat kunden\n\nRingt kunden"


def test_what_was_typed_before_a_colleague_saved_outlives_a_reload(
    page: Page, sign_in: SignIn, engine: Engine, people: People, task: str
) -> None:
    sign_in(page, people["saljare"])
    page.goto(f"/tasks/{task}")
    page.fill("[name=note]", "Mejlat kunden")
    engine.tasks.save_draft(
        SYSTEM, task, answers={"marknadsrapport": "Växer"}, ticks={}, note="Ringt", key="draft"
    )
    page.reload()
    expect(page.locator("[name=note]")).to_have_value("Mejlat kunden")
    page.click("button:visible[value=save]")
    compared(page)
    assert engine.tasks.get(SYSTEM, task).note == "Ringt"
    page.click("button[value='mine:note']")
    expect(page.locator("[name=note]")).to_have_value("Mejlat kunden")
    assert engine.tasks.get(SYSTEM, task).values["marknadsrapport"] == "Växer"


def test_two_people_on_the_plan_without_javascript(
    new_page: NewPage, sign_in: SignIn, people: People, case: str
) -> None:
    pages = [new_page(java_script_enabled=False) for _ in range(2)]
    for page in pages:
        sign_in(page, people["manager"])
        page.goto(f"/cases/{case}/plan")
    first, second = pages
    first.locator(".plan .input-date").nth(1).fill("2027-01-11")
    first.click("button:has-text('Spara planen')")
    second.locator(".plan .input-date").nth(1).fill("2027-01-12")
    second.locator(".plan .input-date").nth(2).fill("2027-01-13")
    second.click("button:has-text('Spara planen')")
    mine, theirs = (box.bounding_box() for box in second.locator(".both > div").all())
    assert mine is not None
    assert theirs is not None
    assert mine["y"] == theirs["y"]
    assert mine["width"] == pytest.approx(theirs["width"], abs=1)
    second.click(".conflict .btn-primary")
    second.goto(f"/cases/{case}/plan")
    expect(second.locator(".plan .input-date").nth(1)).to_have_value("2027-01-12")
    expect(second.locator(".plan .input-date").nth(2)).to_have_value("2027-01-13")


def test_an_administrator_with_two_tabs_on_a_person(
    page: Page, sign_in: SignIn, engine: Engine, people: People
) -> None:
    sign_in(page, people["administrator"])
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto("/people/inkop")
    other.uncheck("[name=active]")
    other.fill("[name=email]", "b@example.com")
    other.click("button[value=save]")
    page.fill("[name=email]", "a@example.com")
    page.check("[name=roles][value=ekonomi]")
    page.click("button[value=save]")
    compared(page)
    page.click("button[value='mine:email']")
    page.wait_for_url("**/people/")
    person = next(p for p in engine.people.all(SYSTEM) if p.username == "inkop")
    assert (person.email, person.active) == ("a@example.com", False)
    assert "ekonomi" in person.roles
