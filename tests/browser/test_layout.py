"""How the pages stand on a screen: no word is broken in its middle, history fits a phone, what is
chosen is seen without colours, and the message after a signature is read first."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine import SYSTEM, Engine
from tests.support.browsing import NewPage, SignIn
from tests.support.people import People

BROKEN = """() => {
  const broken = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const holder = node.parentElement;
    const unseen = ".visually-hidden, svg, select, textarea, thead, .mono, .skip";
    if (!holder.checkVisibility() || holder.closest(unseen)) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\p{N}\\u00ad]{2,}/gu)) {
      let last = null;
      for (let at = word.index; at < word.index + word[0].length; at++) {
        if (node.data[at] === "\\u00ad") continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const box = [...range.getClientRects()].filter((each) => each.width > 0).pop();
        if (!box) continue;
        const below = last && box.top > last.top + box.height * 0.6 && box.left < last.left;
        if (below && node.data[at - 1] !== "\\u00ad") {
          broken.push(`${word[0]} in ${holder.className || holder.tagName}`);
          break;
        }
        last = box;
      }
    }
  }
  return broken;
}"""
"""The words that go on in the next line without a hyphen."""


@pytest.fixture
def engine(lived_in: tuple[Engine, People]) -> Engine:
    return lived_in[0]


@pytest.fixture
def people(lived_in: tuple[Engine, People]) -> People:
    return lived_in[1]


def paths(engine: Engine) -> dict[str, list[str]]:
    """Pages by the user name of who looks at them."""
    cases = engine.cases.search(SYSTEM, state="all", limit=100).items
    running = next(case for case in cases if "C" in case.phases)
    starting = next(case for case in cases if "B2" in case.phases)
    stopped = next(case for case in cases if case.state == "incident")
    task = next(t for t in engine.tasks.search(SYSTEM, show="all").items if t.role == "inkop")
    newest = {d.process_id: d.id for d in engine.definitions.all(SYSTEM) if d.latest}
    sheets = [f"/cases/{running.id}?blad={key}" for key in ("A", "B1", "B2", "C", "D", "E")]
    return {
        "cecilia": [
            "/tasks?show=all", "/cases/?state=all", "/overview/", "/history/", "/incidents/",
            "/cases/new?process=serviceplan", "/tokens/", *sheets, f"/cases/{stopped.id}",
            f"/cases/{starting.id}/plan", f"/cases/{running.id}/messages/Reklamation",
        ],
        "johanna": [f"/tasks/{task.id}"],
        "mats": ["/definitions/", f"/definitions/{newest['fas_b2']}", "/definitions/upload"],
        "nora": ["/people/", "/people/johanna"],
    }  # fmt: skip


@pytest.mark.parametrize("width", [360, 1280])
def test_no_word_is_broken_in_its_middle(
    new_page: NewPage, sign_in: SignIn, engine: Engine, people: People, width: int
) -> None:
    found = {}
    for name, addresses in paths(engine).items():
        page = new_page(viewport={"width": width, "height": 800})
        sign_in(page, people[name])
        for address in addresses:
            page.goto(address)
            if broken := page.evaluate(BROKEN):
                found[address] = broken
    assert found == {}


def test_dates_that_cannot_be_kept_break_no_word_of_the_preview(
    phone: Page, sign_in: SignIn, people: People
) -> None:
    sign_in(phone, people["cecilia"])
    phone.goto("/cases/new?process=serviceplan")
    phone.fill("input[name=start]", "2024-02-29")
    phone.click("button[value=preview]")
    expect(phone.locator(".preview .pill-late").first).to_be_visible()
    assert phone.evaluate(BROKEN) == []


def test_a_role_with_a_long_name_is_parted_and_copied_whole(
    new_page: NewPage, sign_in: SignIn, people: People
) -> None:
    page = new_page(viewport={"width": 360, "height": 800})
    sign_in(page, people["cecilia"])
    page.goto("/overview/")
    role = page.locator(".loads th", has_text="Kvalitets").first
    assert role.text_content() == "Kvalitets\u00adansvarig"
    copied = page.evaluate(
        """() => new Promise((resolve) => {
          const read = (event) => resolve(event.clipboardData.getData("text"));
          document.addEventListener("copy", read);
          getSelection().selectAllChildren(document.querySelector(".loads"));
          document.execCommand("copy");
        })"""
    )
    assert "Kvalitetsansvarig" in copied


def test_a_page_of_the_history_is_no_endless_scroll_on_a_phone(
    phone: Page, sign_in: SignIn, engine: Engine, people: People
) -> None:
    sign_in(phone, people["cecilia"])
    numbers = [case.number for case in engine.cases.search(SYSTEM, state="all", limit=100).items]
    for address in ("/history/", *(f"/history/?case={number}" for number in numbers)):
        phone.goto(address)
        while True:
            assert phone.evaluate("document.documentElement.scrollHeight") < 4000, phone.url
            following = phone.get_by_role("link", name="Nästa sida")
            if not following.count():
                break
            following.click()
            phone.wait_for_load_state()


def test_a_long_complaint_is_folded(
    phone: Page, sign_in: SignIn, engine: Engine, people: People
) -> None:
    sign_in(phone, people["cecilia"])
    cases = engine.cases.search(SYSTEM, state="all", limit=100).items
    case = next(each for each in cases if each.title == "Ett arbete som avbryts")
    phone.goto(f"/cases/{case.id}")
    folded = phone.locator(".fact .folded")
    expect(folded.locator("span")).to_be_hidden()
    folded.locator("summary").click()
    expect(folded.locator("span")).to_be_visible()


def test_what_is_late_is_said_on_one_line(
    new_page: NewPage, sign_in: SignIn, people: People
) -> None:
    for width in (360, 1280):
        page = new_page(viewport={"width": width, "height": 800})
        sign_in(page, people["cecilia"])
        page.goto("/tasks?show=all&due=late")
        pills = page.locator(".pill-late").all()
        assert pills
        for pill in pills:
            box = pill.bounding_box()
            assert box is not None
            assert box["height"] < 34


def test_chosen_filters_are_seen_without_colours(
    new_page: NewPage, sign_in: SignIn, people: People
) -> None:
    page = new_page(forced_colors="active")
    sign_in(page, people["cecilia"])
    page.goto("/tasks?show=role&due=late")
    groups = (
        (".segments a", "backgroundColor"), (".tile", "outlineStyle"),
        (".nav a", "borderBottomColor"),
    )  # fmt: skip
    for group, shown in groups:
        style = f"(e) => getComputedStyle(e).{shown}"
        chosen = page.locator(f"{group}[aria-current]").first.evaluate(style)
        other = page.locator(f"{group}:not([aria-current])").first.evaluate(style)
        assert chosen != other, group
    behind = page.evaluate("getComputedStyle(document.body).backgroundColor")
    line = "(e) => getComputedStyle(e).borderBottomColor"
    assert page.locator(".nav a:not([aria-current])").first.evaluate(line) == behind


def test_names_of_all_europe_are_in_the_pages_own_face(
    new_page: NewPage, sign_in: SignIn, people: People
) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/login")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "public-sans-ext" in url]
    sign_in(page, people["nora"])
    page.goto("/people/")
    expect(page.get_by_text("Ivan Petrović").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "public-sans-ext" in url]
    faces = "document.fonts.check('16px \"Public Sans\"', 'ćčđšžłőřňűęąĆŠŽŁŐ')"
    assert page.evaluate(faces)
