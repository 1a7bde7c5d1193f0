"""The screens that pages are looked at on, and what the fixtures of a browser do."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.support.people import Account

DESKTOP = {"width": 1280, "height": 900}
"""In CSS pixels."""
PHONE = {"width": 360, "height": 740}
"""In CSS pixels."""

NewPage = Callable[..., Page]
"""Opens a page in a browser context of its own: ``new_page(viewport=PHONE)``."""
SignIn = Callable[[Page, Account], None]
"""Logs an account in on a page, as a person does it."""
