"""The stylesheet of the pages that a phone opens first gives them the looks that the whole one
would, and the whole one is there when another page needs it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine import Engine
from tests.support.browsing import NewPage, SignIn
from tests.support.people import People

LOOKS = """(parts) => {
  const seen = [];
  for (const each of document.querySelectorAll("body, body *")) {
    for (const part of parts) {
      const style = getComputedStyle(each, part);
      const place = `${each.localName}.${each.getAttribute("class")}${part || ""}`;
      for (const name of style) seen.push(`${place} ${name}: ${style.getPropertyValue(name)}`);
    }
  }
  return seen;
}"""
"""Every element's style, and that of what CSS puts before and after it."""
WHOLE = """() => new Promise((resolve) => {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = document.querySelector("script[data-later]").dataset.later;
  sheet.onload = resolve;
  document.head.append(sheet);
})"""
"""Apply the stylesheet of the other pages as well."""
UNFOLD = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"


@pytest.fixture
def engine(lived_in: tuple[Engine, People]) -> Engine:
    return lived_in[0]


@pytest.fixture
def people(lived_in: tuple[Engine, People]) -> People:
    return lived_in[1]


@pytest.mark.parametrize("path", ["/login", "/tasks?show=all", "/tasks?show=all&q=finnsinte"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_small_stylesheet_gives_the_looks_of_the_whole_one(
    new_page: NewPage, sign_in: SignIn, people: People, path: str, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    if path != "/login":
        sign_in(page, people["nora"])
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.goto(path)  # on the first page of all its font may come too late to be used
    page.wait_for_load_state("networkidle")
    page.evaluate(UNFOLD)
    parts = [None, "::before", "::after"]
    before = page.evaluate(LOOKS, parts)
    page.evaluate(WHOLE)
    after = page.evaluate(LOOKS, parts)
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == []


def test_the_other_pages_stylesheet_is_there_before_they_are(
    page: Page, sign_in: SignIn, people: People
) -> None:
    sign_in(page, people["cecilia"])
    page.goto("/tasks?show=all")
    page.wait_for_load_state("networkidle")
    later = page.locator("script[data-later]").get_attribute("data-later")
    page.locator(".task-link").first.click()
    expect(page.locator("link[rel=stylesheet]")).to_have_attribute("href", str(later))
    over_the_line = "performance.getEntriesByName(document.querySelector('link').href)"
    assert page.evaluate(f"{over_the_line}.map((each) => each.transferSize)") == [0]
