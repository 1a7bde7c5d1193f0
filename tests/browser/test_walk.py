"""The test that carries the product: in a real browser, people of every role take one customer
from the market analysis to the final report, under a clock that runs fast."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from playwright.sync_api import Page, expect

from engine import Engine, FakeClock, Field, TaskDetail
from tests.support.people import Account, People
from tests.support.walk import (
    CONTRACT_STARTS,
    CUSTOMER,
    ORG_NUMBER,
    Walk,
    answers_to,
    check_finished,
)

NewPage = Callable[..., Page]
SignIn = Callable[[Page, Account], None]

ROWS = 38


class Desk:
    """Everybody's browser: one for each account, signed in at its first use."""

    def __init__(self, new_page: NewPage, sign_in: SignIn):
        self._new_page = new_page
        self._sign_in = sign_in
        self._pages: dict[str, Page] = {}

    def open(self, who: Account, path: str) -> Page:
        """The account's browser on this page; days pass, so it may have to log in again."""
        if who.username not in self._pages:
            self._pages[who.username] = self._new_page()
            self._sign_in(self._pages[who.username], who)
        page = self._pages[who.username]
        page.goto(path)
        if "/login" in page.url:
            self._sign_in(page, who)
            page.goto(path)
        return page

    def complete(self, who: Account, task: TaskDetail, wanted: Mapping[str, Any]) -> None:
        """Tick every point, fill in the form, sign with the password."""
        page = self.open(who, f"/tasks/{task.row.id}")
        for box in page.locator("input[name^='tick.']").all():
            box.check()
        answers = answers_to(task, wanted, who.username)
        for field in task.form:
            if answers.get(field.id) not in (None, ""):
                fill(page, field, str(answers[field.id]))
        page.fill("input[name=password]", who.password)
        page.click("button[value=complete]")
        expect(page.locator("main")).to_contain_text("Signerad")

    def send(self, who: Account, case_id: str, message: str, payload: Mapping[str, Any]) -> None:
        """Go to the case, press the message's button, fill in its form."""
        page = self.open(who, f"/cases/{case_id}")
        page.click(f"main a[href$='/messages/{message}']")
        for name, value in payload.items():
            fill_named(page, name, str(value))
        if page.locator("input[name=sure]").count():
            page.check("input[name=sure]")
        page.click("main form button.btn-large")
        expect(page.locator("h1")).to_have_text(CUSTOMER)


def fill(page: Page, field: Field, value: str) -> None:
    """Write ``value`` as a person would; a field whose answer is there already is left alone."""
    fill_named(page, field.id, {"True": "true", "False": "false"}.get(value, value))


def fill_named(page: Page, name: str, value: str) -> None:
    inputs = page.locator(f"[name='f.{name}']")
    first = inputs.first
    if first.get_attribute("type") == "radio":
        page.check(f"[name='f.{name}'][value='{value}']")
    elif first.evaluate("e => e.tagName") == "SELECT":
        first.select_option(value)
    else:
        first.fill(value)


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
