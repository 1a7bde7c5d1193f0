"""A colleague takes a task over on its page; whoever had it reads so in the inbox."""

from __future__ import annotations

import pytest
from flask import Flask

from engine import SYSTEM, Engine
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor

PASSWORD = "fyra ord i en rad"


@pytest.fixture
def bo(app: Flask, engine: Engine, people: People, task_id: str) -> Visitor:
    """Another seller; the first one has the task."""
    engine.people.add(SYSTEM, "bo", "Bo Ek", roles=("saljare",), password=PASSWORD, key="bo")
    engine.tasks.claim(people["saljare"].actor, task_id, key="claim")
    visitor = Visitor(app)
    login = {"username": "bo", "password": PASSWORD}
    visitor.send(visitor.open("/login"), login, having="password")
    return visitor


def test_it_is_taken_over_with_a_reason_and_told(
    bo: Visitor, signed_in: SignedIn, people: People, task_id: str
) -> None:
    page = bo.open(f"/tasks/{task_id}")
    take = {"having": "reason", "button": ("action", "take_over")}
    refused = bo.send(page, {"reason": " \u200b"}, **take)  # type: ignore[arg-type]
    assert refused.status_code == 422
    assert 'href="#f-reason"' in refused.text
    taken = bo.follow(bo.send(refused, {"reason": "Anna är sjuk."}, **take))  # type: ignore[arg-type]
    name = people["saljare"].name
    assert f"Uppgiften är din. {name} får veta det" in taken.text
    assert 'name="password"' in taken.text

    first = signed_in(people["saljare"])
    inbox = first.open("/tasks")
    assert "Bo Ek har tagit över en uppgift från dig" in inbox.text
    assert "Orsak: Anna är sjuk." in inbox.text
    seen = first.send(inbox, {}, having="back")
    assert seen.location == "/tasks"
    assert "har tagit över" not in first.follow(seen).text


def test_who_holds_another_role_is_not_offered_it(
    signed_in: SignedIn, people: People, bo: Visitor, task_id: str
) -> None:
    assert bo
    page = signed_in(people["manager"]).open(f"/tasks/{task_id}")
    assert "Ta över uppgiften" not in page.text
