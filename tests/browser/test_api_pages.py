"""The API's pages in a browser: one's own tokens, and what the operations are."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import PHONE, NewPage, SignIn
from tests.support.people import People

pytestmark = pytest.mark.browser
WIDTHS = (PHONE, {"width": 1280, "height": 900})


@pytest.mark.parametrize("viewport", WIDTHS, ids=["phone", "desktop"])
def test_a_token_is_made_with_the_keyboard_and_stands_ready_to_be_copied(
    new_page: NewPage, sign_in: SignIn, people: People, viewport: dict[str, int]
) -> None:
    page = new_page(viewport=viewport)
    sign_in(page, people["saljare"])
    page.goto("/tokens/")
    page.get_by_label("Vad den är till").focus()
    page.keyboard.type("Nattkörning")
    page.get_by_label("Ditt lösenord").focus()
    page.keyboard.type(people["saljare"].password)
    page.keyboard.press("Enter")
    secret = page.get_by_label("Nyckeln", exact=True)
    expect(secret).to_be_focused()
    assert secret.input_value().startswith("sp_")
    assert not wider_than_the_screen(page)
    page.get_by_role("button", name="Spärra Nattkörning").click()
    expect(page.get_by_text("API-nyckeln är spärrad.")).to_be_visible()


@pytest.mark.parametrize("viewport", WIDTHS, ids=["phone", "desktop"])
def test_an_operation_opens_with_the_keyboard_and_fits_the_screen(
    new_page: NewPage, viewport: dict[str, int]
) -> None:
    page = new_page(viewport=viewport)
    page.goto("/api/v1/docs")
    page.locator("#complete_task > summary").focus()
    page.keyboard.press("Enter")
    operation = page.locator("#complete_task")
    expect(operation.get_by_text("Idempotency-Key", exact=True)).to_be_visible()
    assert not wider_than_the_screen(page)
    operation.get_by_role("link", name="signature-required").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Uppgiften ska signeras")
    assert not wider_than_the_screen(page)


def wider_than_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
