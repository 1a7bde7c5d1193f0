"""The frame of the pages with everything that a manager has in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine import Engine
from tests.support.browsing import PHONE, NewPage, SignIn
from tests.support.incidents import stopped_case
from tests.support.people import People

pytestmark = pytest.mark.browser
ENTRIES = ("Mina uppgifter", "Översikt", "Ärenden", "Stopp", "Diagram", "Historik")


@pytest.mark.parametrize("width", [320, 360, 800, 1280])
def test_every_entry_of_the_menu_is_in_sight_and_leads_somewhere(
    new_page: NewPage, sign_in: SignIn, people: People, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 740})
    sign_in(page, people["manager"])
    for entry in ENTRIES:
        link = page.get_by_label("Huvudmeny").get_by_role("link", name=entry)
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] >= 44
        link.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("nav.nav a[aria-current=page]")).to_have_text(entry)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_head_of_a_wide_page_is_one_line(
    new_page: NewPage, sign_in: SignIn, people: People
) -> None:
    page = new_page(viewport={"width": 1280, "height": 740})
    sign_in(page, people["manager"])
    box = page.locator("header.bar").bounding_box()
    assert box is not None
    assert box["height"] < 70


@pytest.mark.parametrize("width", [360, 1280])
def test_a_stop_is_opened_corrected_and_gone(
    new_page: NewPage, sign_in: SignIn, people: People, engine: Engine, width: int
) -> None:
    stopped_case(engine, title="Ett köp")
    page = new_page(viewport={**PHONE, "width": width})
    sign_in(page, people["manager"])
    page.goto("/incidents/")
    page.locator("summary", has_text="Vad man kan göra").click()
    page.locator("summary", has_text="Teknisk beskrivning").click()
    expect(page.locator("blockquote")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="Rätta ett värde… Ett köp").click()
    page.get_by_label("Namn").fill("amount")
    page.get_by_label("Slag").select_option("number")
    page.get_by_role("button", name="Sätt värdet…").click()
    page.get_by_label("Nytt värde").fill("5")
    page.get_by_label("Varför rättas det?").fill("Glömt på formuläret.")
    page.get_by_role("button", name="Rätta och försök igen").click()
    expect(page.get_by_text("ärendet går vidare")).to_be_visible()
    page.goto("/incidents/")
    expect(page.get_by_text("Inget står still")).to_be_visible()
