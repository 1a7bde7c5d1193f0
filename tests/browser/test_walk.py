"""The test that carries the product: in a real browser, people of every role take one customer
from the market analysis to the final report, under a clock that runs fast."""

from __future__ import annotations

from collections.abc import Iterable

from playwright.sync_api import Page, expect

from engine import Engine, FakeClock
from tests.support.browsing import Desk, NewPage, SignIn
from tests.support.people import People
from tests.support.walk import (
    CONTRACT_STARTS,
    CUSTOMER,
    ORG_NUMBER,
    Walk,
    check_finished,
)

ROWS = 38


def start_case(page: Page, people: People, roles: Iterable[str]) -> str:
    """Fill in "Starta ärende" for a new customer; the case's id."""
    page.fill("input[name=name]", CUSTOMER)
    page.fill("input[name=org_number]", ORG_NUMBER)
    page.fill("input[name=start]", CONTRACT_STARTS.isoformat())
    for role in roles:
        page.select_option(f"select[name='people.{role}']", people[role].username)
    page.click("button[value=preview]")
    expect(page.locator("#datum tbody tr:not(.phase-row)")).to_have_count(ROWS)
    page.click("button[value=start]")
    expect(page.locator("h1")).to_have_text(CUSTOMER)
    return page.url.partition("?")[0].rpartition("/")[2]


def read_sheets(page: Page, case_id: str) -> list[tuple[str, str]]:
    """What the paper table of all six sheets shows: each row's activity and its last column."""
    rows = []
    for key in ("A", "B1", "B2", "C", "D", "E"):
        page.goto(f"/cases/{case_id}?blad={key}")
        for row in page.locator(".sheet-card tbody > tr").all():
            cells = row.locator("th, td")
            rows.append((cells.first.inner_text().split("\n")[0], cells.last.inner_text()))
    return rows


def test_people_of_every_role_take_a_customer_through_the_whole_plan(
    engine: Engine,
    clock: FakeClock,
    people: People,
    new_page: NewPage,
    sign_in: SignIn,
) -> None:
    desk = Desk(new_page, sign_in)
    seller = people["saljare"]
    case_id = start_case(desk.open(seller, "/cases/new"), people, engine.roles)
    walk = Walk(engine, clock, people, case_id, desk.complete, desk.send)
    walk.prepare()
    walk.start_up()
    walk.operate()
    walk.wind_up()
    check_finished(walk.case())
    manager = desk.open(people["manager"], f"/cases/{case_id}")
    rows = read_sheets(manager, case_id)
    assert len(rows) == ROWS
    signed = [name for name, sign in rows if "20" in sign]
    assert {"Accept", "Leveranser", "Kvalitet", "Slutrapport"} <= set(signed)
    manager.goto("/history")
    manager.click("form[action$='/verify'] button")
    expect(manager.locator("h1")).to_be_visible()
    assert engine.history.verify(people["manager"].actor).ok
