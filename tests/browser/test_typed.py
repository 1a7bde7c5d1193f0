"""Nothing that was typed is lost, in a real browser: Back, reload, a session that ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from engine import SYSTEM, Engine, FakeClock
from tests.support.browsing import NewPage, SignIn
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.people import Account, People

pytestmark = pytest.mark.browser

ASKING = diagram(
    "asking",
    start(),
    task("answer", form=field("day", "date") + field("amount", "money") + field("text"), sign=True),
    end(),
    chain("start", "answer", "end"),
)


@pytest.fixture
def engine(bare_engine: Engine) -> Engine:
    return bare_engine


@pytest.fixture
def manager(people: People) -> Account:
    return people["manager"]


@pytest.fixture
def path(engine: Engine, manager: Account) -> str:
    engine.definitions.deploy(SYSTEM, [ASKING], key="deploy")
    engine.cases.start(manager.actor, process_id="asking", key="case")
    return f"/tasks/{engine.tasks.search(manager.actor, show='all').items[0].id}"


@pytest.mark.parametrize("script", [True, False])
def test_back_and_reload_after_an_error_show_what_was_typed(
    new_page: NewPage, sign_in: SignIn, manager: Account, path: str, script: bool
) -> None:
    page = new_page(java_script_enabled=script)
    sign_in(page, manager)
    page.goto(path)
    page.fill("[name='f.day']", "31/2")
    page.fill("[name=note]", "Ett långt resonemang")
    page.fill("[name=password]", "alldeles fel")
    page.click("button[value=complete]")
    expect(page.locator("#fel")).to_contain_text("2 fel behöver rättas")
    page.reload()
    expect(page.locator("#fel")).to_contain_text("2 fel behöver rättas")
    assert page.input_value("[name=note]") == "Ett långt resonemang"
    page.goto("/tasks")
    page.go_back()
    assert page.input_value("[name='f.day']") == "31/2"
    page.goto(path)
    assert page.input_value("[name=note]") == "Ett långt resonemang"
    assert page.get_by_text("är återställt").count() == 0
    page.click("text=Kasta det jag skrev")
    assert page.input_value("[name=note]") == ""


def test_a_session_that_ends_amid_a_form_leads_back_into_it(
    page: Page, sign_in: SignIn, manager: Account, path: str, clock: FakeClock
) -> None:
    sign_in(page, manager)
    page.goto(path)
    page.fill("[name=note]", "Innan kaffet")
    clock.advance(timedelta(hours=13))
    page.click("button[value=save]")
    expect(page.locator("main")).to_contain_text("Det du skrev finns kvar")
    page.fill("input[name=username]", manager.username)
    page.fill("input[name=password]", manager.password)
    page.click("main form button")
    expect(page.get_by_text("Välkommen tillbaka")).to_be_visible()
    assert page.input_value("[name=note]") == "Innan kaffet"
    page.click("button[value=save]")
    expect(page.get_by_text("Utkastet sparades")).to_be_visible()
    assert page.input_value("[name=note]") == "Innan kaffet"
    assert page.get_by_text("Kasta det jag skrev").count() == 0


def test_what_was_understood_is_said_as_soon_as_it_is_typed(
    page: Page, sign_in: SignIn, manager: Account, path: str
) -> None:
    sign_in(page, manager)
    page.goto(path)
    page.fill("[name='f.amount']", "345.000,50")
    page.fill("[name='f.day']", "24 maj")
    page.locator("[name='f.day']").blur()
    expect(page.locator("#f-amount-read")).to_have_text("345\u00a0000,50\u00a0kr")
    expect(page.locator("#f-day-read")).to_contain_text("24 maj 2026")
    page.fill("[name='f.amount']", "1..2")
    page.locator("[name='f.amount']").blur()
    expect(page.locator("#f-amount-read")).to_contain_text("Skriv ett tal")


def test_after_saving_nothing_claims_to_be_restored(
    page: Page, sign_in: SignIn, manager: Account, path: str
) -> None:
    sign_in(page, manager)
    page.goto(path)
    for typed in ("1 000,00", "1000.00", "1.000"):
        page.fill("[name='f.amount']", typed)
        page.click("button[value=save]")
        expect(page.get_by_text("Utkastet sparades")).to_be_visible()
        assert page.get_by_text("är återställt").count() == 0
        page.reload()
        assert page.get_by_text("är återställt").count() == 0
    page.fill("[name=note]", "Inte sparat än")
    page.reload()
    expect(page.get_by_text("är återställt")).to_be_visible()


def test_what_did_not_reach_the_server_is_there_when_one_comes_back(
    page: Page, sign_in: SignIn, manager: Account, path: str
) -> None:
    sign_in(page, manager)
    page.goto(path)
    page.fill("[name=note]", "Skickat i en tunnel")
    page.route(
        "**/tasks/*",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    page.click("button[value=save]", no_wait_after=True)
    page.wait_for_timeout(500)
    page.unroute("**/tasks/*")
    page.goto(path)
    assert page.input_value("[name=note]") == "Skickat i en tunnel"
