"""Where somebody comes who has signed in: where their work is."""

from __future__ import annotations

import pytest
from flask import Flask

from engine import SYSTEM, Engine
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("saljare", "/tasks"),
        ("administrator", "/people/"),
        ("manager", "/overview/"),
        ("process_owner", "/definitions/"),
    ],
)
def test_the_first_page_is_where_the_work_is(
    app: Flask, people: People, key: str, path: str
) -> None:
    visitor = Visitor(app)
    login = {"username": people[key].username, "password": people[key].password}
    assert visitor.send(visitor.open("/login"), login, having="password").location == path
    assert visitor.open("/").location == path


def test_who_holds_a_role_too_comes_to_the_inbox(
    signed_in: SignedIn, people: People, engine: Engine
) -> None:
    account = people["administrator"]
    engine.people.change(SYSTEM, account.username, roles=["inkop"], key="role")
    assert signed_in(account).open("/").location == "/tasks"


def test_who_has_neither_roles_nor_rights_reads_why_nothing_comes(
    signed_in: SignedIn, people: People, engine: Engine
) -> None:
    account = people["inkop"]
    engine.people.change(SYSTEM, account.username, roles=[], key="none")
    visitor = signed_in(account)
    assert visitor.open("/").location == "/tasks"
    assert "Du har ingen roll" in visitor.open("/tasks").text


def test_the_administrator_sees_which_roles_nobody_holds_and_the_settings(
    signed_in: SignedIn, people: People, engine: Engine
) -> None:
    visitor = signed_in(people["administrator"])
    assert "Roller som ingen har" not in visitor.open("/people/").text
    engine.people.change(SYSTEM, people["inkop"].username, active=False, key="gone")
    page = visitor.open("/people/").text
    assert "Roller som ingen har" in page
    assert 'href="/people/settings"' in page
    settings = visitor.open("/people/settings").text
    for text in ("config.toml", "Europe/Stockholm", "Inköp", people["saljare"].name, "10\u00a0MB"):
        assert text in settings, text
    assert signed_in(people["saljare"]).open("/people/settings").status_code == 403
