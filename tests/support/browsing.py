"""Browsers in the hands of people: their screens, and everybody at a page of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Page, expect

from engine import Field, TaskDetail
from tests.support.people import Account
from tests.support.walk import CUSTOMER, answers_to

DESKTOP = {"width": 1280, "height": 900}
"""In CSS pixels."""
PHONE = {"width": 360, "height": 740}
"""In CSS pixels."""

TOO_SMALL = """() => [...document.querySelectorAll('a, button, summary, input, select, textarea')]
    .filter(e => !e.closest('p, svg, .visually-hidden') && !e.matches('.visually-hidden, .skip'))
    .map(e => [e.closest('label, .task') || e, e])
    .map(([box, e]) => [box.getBoundingClientRect(), e])
    .filter(([box]) => box.width && box.height < 43.5)
    .map(([, e]) => e.outerHTML.slice(0, 100))"""
"""A script: what is pressed and is less than 44 pixels high, outside running text."""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
"""A script: whether the page moves sideways."""

NewPage = Callable[..., Page]
"""Opens a page in a browser context of its own: ``new_page(viewport=PHONE)``."""
SignIn = Callable[[Page, Account], None]
"""Logs an account in on a page, as a person does it."""


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
