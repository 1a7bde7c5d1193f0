"""A company whose processes are nothing like the service plan, through the web alone: from the
upload of its files, over what each start page asks, to the last signature."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine import Config, Engine, FakeClock, load_config
from tests.support.browsing import Desk, NewPage, SignIn, fill_named
from tests.support.people import Account, People, add_people

PLAN = Path(__file__).parents[1] / "support" / "second_plan"


@pytest.fixture(scope="session")
def config() -> Config:
    return load_config(PLAN / "config.toml")


@pytest.fixture
def engine(tmp_path: Path, config: Config, clock: FakeClock) -> Iterator[Engine]:
    engine = Engine.open(f"sqlite:///{tmp_path / 'harbour.db'}", config=config, clock=clock)
    yield engine
    engine.close()


@pytest.fixture
def people(engine: Engine, config: Config) -> People:
    return add_people(engine, config)


@pytest.fixture
def desk(new_page: NewPage, sign_in: SignIn) -> Desk:
    return Desk(new_page, sign_in)


@pytest.fixture
def live(desk: Desk, people: People) -> None:
    """The four files are uploaded, looked at and put live by hand."""
    page = desk.open(people["process_owner"], "/definitions/upload")
    files = sorted(p for p in PLAN.iterdir() if p.suffix in (".bpmn", ".dmn"))
    assert len(files) == 4
    page.set_input_files("input[name=files]", files)
    page.click("button[value=check]")
    expect(page.locator("#rapporten")).to_contain_text("Kan publiceras")
    page.click("#rapporten button[value=deploy]")
    expect(page.locator("main")).to_contain_text("Inköpsbegäran")


def start(desk: Desk, who: Account, process: str, **answers: str) -> Page:
    """From the list of cases to the start page of a process, filled in and sent."""
    page = desk.open(who, "/cases/")
    page.click("main a:has-text('Starta ärende')")
    page.click(f".starts a:has-text('{process}')")
    for name, value in answers.items():
        fill_named(page, name, value)
    page.click("button[value=start]")
    return page


def work(desk: Desk, who: Account, name: str, sign: bool = True, **answers: str) -> None:
    """Find one's task in the inbox, fill it in, sign it."""
    page = desk.open(who, "/tasks?show=role")
    page.click(f"main a:has-text('{name}')")
    for box in page.locator("input[name^='tick.']").all():
        box.check()
    for field, value in answers.items():
        fill_named(page, field, value)
    if sign:
        page.fill("input[name=password]", who.password)
    page.click("button[value=complete]")
    expect(page.locator("main")).to_contain_text("Signerad" if sign else "Slutförd")


def offered(desk: Desk, who: Account) -> list[str]:
    return desk.open(who, "/cases/new").locator(".starts a").all_inner_texts()


def states(engine: Engine, people: People) -> dict[str, str]:
    found = engine.cases.search(people["manager"].actor, state="all").items
    return {row.title: row.state for row in found}


@pytest.mark.usefixtures("live")
def test_everybody_is_offered_what_the_diagrams_let_them_start(desk: Desk, people: People) -> None:
    assert offered(desk, people["buyer"]) == ["Inköpsbegäran", "Klagomål"]
    assert offered(desk, people["administrator"]) == ["Inköpsbegäran", "Klagomål"]
    everything = ["Inköpsbegäran", "Klagomål", "Skyddsronder"]
    assert offered(desk, people["safety_officer"]) == everything
    assert offered(desk, people["manager"]) == everything
    page = desk.open(people["buyer"], "/cases/new?process=safety_programme")
    expect(page.locator("h1")).to_have_text("Du får inte göra detta")


@pytest.mark.usefixtures("live")
def test_a_purchase_asks_at_its_start_and_is_approved_ordered_and_signed(
    desk: Desk, people: People, engine: Engine
) -> None:
    buyer, owner = people["buyer"], people["budget_owner"]
    wanted = {"item": "Ny lyftkran", "amount": "25 000", "urgent": "true"}
    page = start(desk, buyer, "Inköpsbegäran", **wanted)
    expect(page.locator(".error-summary, [role=alert]").first).to_contain_text("senast")
    assert page.input_value("[name='f.item']") == "Ny lyftkran"
    assert page.locator("[name=org_number], [name=start], button[value=preview]").count() == 0
    asked = page.locator("select[name^='people.']")
    assert {s.get_attribute("name") for s in asked.all()} == {
        "people.buyer",
        "people.budget_owner",
    }
    fill_named(page, "needed_by", "2026-04-01")
    page.select_option("select[name='people.budget_owner']", owner.username)
    page.click("button[value=start]")
    expect(page.locator("h1")).to_have_text("Inköpsbegäran")
    expect(page.locator("#diagram")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Godkänn köpet")
    assert page.locator(".sheet-card").count() == 0
    work(desk, owner, "Godkänn köpet", approved="true")
    work(desk, buyer, "Beställ", order_number="B-17")
    assert states(engine, people) == {"Inköpsbegäran": "completed"}
    [row] = engine.cases.search(buyer.actor, state="ended").items
    known = engine.cases.get(buyer.actor, row.id).variables
    assert known["request_number"] == row.number
    assert (known["amount"], known["needed_by"], known["level"]) == (25_000, "2026-04-01", "budget")
    assert known["cost_centre"] == "quay"
    assert engine.history.verify(people["manager"].actor).ok


@pytest.mark.usefixtures("live")
def test_whoever_has_no_part_in_what_they_start_sees_how_it_goes(
    desk: Desk, people: People, engine: Engine
) -> None:
    start(desk, people["safety_officer"], "Klagomål", what="Halt.")
    page = desk.open(people["reception"], "/cases/new?process=purchase_request")
    page.fill("input[name=title]", "Kaffe till kajen")
    fill_named(page, "item", "Kaffe")
    fill_named(page, "amount", "300")
    page.click("button[value=start]")
    expect(page.locator("h1")).to_have_text("Kaffe till kajen")
    case_id = page.url.rpartition("/")[2]
    work(desk, people["buyer"], "Beställ", order_number="B-18")
    page = desk.open(people["reception"], f"/cases/{case_id}")
    expect(page.locator("main")).to_contain_text("Avslutat")
    assert states(engine, people)["Kaffe till kajen"] == "completed"
    [own] = engine.cases.search(people["safety_officer"].actor, state="all").items
    assert own.title == "Klagomål"


@pytest.mark.usefixtures("live")
def test_rounds_go_on_month_by_month_and_a_fault_becomes_a_complaint(
    desk: Desk, people: People, engine: Engine, clock: FakeClock
) -> None:
    officer, reception = people["safety_officer"], people["reception"]
    page = desk.open(officer, "/cases/new?process=safety_programme")
    expect(page.locator("label:has-text('Första ronden')")).to_be_visible()
    page.fill("input[name=start]", "2026-03-04")
    page.click("button[value=start]")
    expect(page.locator("h1")).to_have_text("Skyddsronder")
    expect(page.locator("main")).to_contain_text("första ronden 2026-03-04")
    [task] = engine.tasks.search(officer.actor, show="role").items
    assert task.due == date(2026, 3, 11)
    work(desk, officer, "Gå ronden", fault="Räcket är löst.", go_on="true")
    work(desk, reception, "Ta reda på orsaken", sign=False, cause="Rost.")
    work(desk, reception, "Svara")
    assert not engine.tasks.search(officer.actor, show="role").items
    clock.advance(timedelta(days=31))
    assert engine.jobs.fire_due() == 1
    work(desk, officer, "Gå ronden", fault="", go_on="false")
    assert states(engine, people) == {"Skyddsronder": "completed"}
    assert engine.history.verify(people["manager"].actor).ok


@pytest.mark.usefixtures("live")
def test_a_complaint_belongs_to_nobody_and_is_answered(
    desk: Desk, people: People, engine: Engine
) -> None:
    page = start(desk, people["administrator"], "Klagomål", what="Det blåser.")
    expect(page.locator("main")).to_contain_text("är startat")
    work(desk, people["reception"], "Ta reda på orsaken", sign=False, cause="Havet.")
    work(desk, people["reception"], "Svara")
    assert states(engine, people) == {"Klagomål": "completed"}


@pytest.mark.usefixtures("live")
def test_the_start_page_is_as_wide_as_a_phone(people: People, phone: Page, sign_in: SignIn) -> None:
    sign_in(phone, people["manager"])
    for path in ("/cases/new", "/cases/new?process=purchase_request"):
        phone.goto(path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
