"""A drawing on a phone: it says that it can be moved, and begins where the work is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine import SYSTEM, Engine
from tests.support.browsing import PHONE, NewPage, SignIn
from tests.support.diagrams import chain, diagram, end, script, start, task
from tests.support.geometry import placed
from tests.support.people import People

pytestmark = pytest.mark.browser
ROW = ("start", *(f"s{number}" for number in range(6)), "act", "after", "end")
LONG = placed(
    diagram(
        "long",
        start(),
        *(script(f"s{number}", f"= {{x{number}: 1}}") for number in range(6)),
        task("act"),
        task("after"),
        end(),
        chain(*ROW),
    ),
    {"long": ROW},
)


@pytest.fixture
def case(engine: Engine) -> str:
    """At its second last step, far to the right."""
    engine.definitions.deploy(SYSTEM, [LONG], key="deploy")
    return str(engine.cases.start(SYSTEM, process_id="long", title="Prov", key="start").id)


def middle(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


@pytest.mark.parametrize(("english", "words"), [(False, "dra i den"), (True, "drag it")])
def test_a_drawing_begins_where_the_work_is_and_says_that_it_moves(
    phone: Page, sign_in: SignIn, people: People, case: str, english: bool, words: str
) -> None:
    sign_in(phone, people["manager"])
    if english:
        phone.get_by_role("link", name="English").click()
    phone.goto(f"/cases/{case}")
    expect(phone.locator(".diagram-hint")).to_be_visible()
    expect(phone.locator(".diagram-hint")).to_contain_text(words)
    assert phone.locator(".diagram").evaluate("frame => frame.scrollLeft") > 300
    assert 100 < middle(phone, ".diagram .is-open .bp-box") < 260
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_a_script_the_drawing_is_scrolled_by_hand_and_says_so(
    new_page: NewPage, sign_in: SignIn, people: People, case: str
) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=False)
    sign_in(page, people["manager"])
    page.goto(f"/cases/{case}")
    expect(page.locator(".diagram-hint")).to_be_visible()
    page.locator(".diagram").hover()
    before = middle(page, ".diagram .is-open .bp-box")
    page.mouse.wheel(200, 0)
    page.wait_for_timeout(300)
    assert middle(page, ".diagram .is-open .bp-box") < before - 100


def test_a_drawing_that_fits_says_nothing(
    page: Page, sign_in: SignIn, people: People, engine: Engine
) -> None:
    sign_in(page, people["manager"])
    short = next(d for d in engine.definitions.all(SYSTEM) if d.process_id == "rapport")
    page.goto(f"/definitions/{short.id}")
    expect(page.locator(".diagram svg")).to_be_visible()
    expect(page.locator(".diagram-hint")).to_be_hidden()
